// `answers`: what is read, what is refused with its line, and what is looked for beyond single
// values.
#include "config/check.hpp"
#include "config/diff.hpp"
#include "tests/unit/config/sample.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace {

using namespace dhow;
using namespace dhow::tests;
using namespace std::chrono_literals;

config::loaded load_with(const std::string& answers) { return load(sample + answers); }

/// The findings, each as one text.
std::string said(const config::loaded& read) {
    std::string out;
    for (const auto& one : read.findings) {
        out += config::to_text(one) + '\n';
    }
    return out;
}

std::string checked(const std::string& answers) {
    const auto read = load_with(answers);
    BOOST_REQUIRE_MESSAGE(read.ok(), said(read));
    std::string out;
    for (const auto& one : config::check(read.settings, read.where, {})) {
        out += config::to_text(one) + '\n';
    }
    return out;
}

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answers_test)

BOOST_AUTO_TEST_CASE(times_requests_and_papers_are_read) {
    const auto read = load_with(R"(answers:
  desk: desk
  clocks:
    - with: [KE, group:everyone]
      links: [ipsg]
      undelivered: {urgent: 30m, routine: 3h}
      unanswered: {urgent: 5m}
      requests: 3
    - {}
  papers:
    - {with: [KE], treaty: a treaty, days: 20, warn: [1d, 10d]}
    - {}
)");
    BOOST_REQUIRE_MESSAGE(read.ok(), said(read));
    const auto& answers = read.settings.answers;
    BOOST_TEST(answers.desk == "desk");
    BOOST_REQUIRE_EQUAL(answers.clocks.size(), 2U);
    const auto& first = answers.clocks[0];
    BOOST_TEST(first.with.size() == 2U);
    BOOST_TEST(first.links == std::vector<std::string>{"ipsg"}, boost::test_tools::per_element());
    BOOST_TEST((first.undelivered.urgent == 30min && first.undelivered.routine == 3h));
    BOOST_TEST((first.unanswered.urgent == 5min && !first.unanswered.routine));
    BOOST_TEST(first.requests == 3);
    BOOST_TEST((answers.clocks[1] == config::answer_clock{}));
    BOOST_REQUIRE_EQUAL(answers.papers.size(), 2U);
    const auto& papers = answers.papers[0];
    BOOST_TEST((papers.within == std::chrono::days{20}));
    BOOST_TEST((papers.warn == std::vector<std::chrono::seconds>{240h, 24h}));
    BOOST_TEST(papers.treaty == "a treaty");
    BOOST_TEST((!answers.papers[1].within && answers.papers[1].warn.size() == 2));
}

BOOST_AUTO_TEST_CASE(nothing_of_it_is_needed) {
    const auto read = load_with("");
    BOOST_REQUIRE(read.ok());
    BOOST_TEST(read.settings.answers.desk.empty());
    BOOST_TEST(read.settings.answers.clocks.empty());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_with_its_line) {
    struct wrong {
        std::string answers;
        std::string expected;
    };
    const std::vector<wrong> all{
        {"answers: {desks: x}", ":20: error: unknown key `answers.desks`"},
        {"answers:\n  clocks:\n    - {undelivered: {soon: 1m}}",
         ":22: error: unknown key `answers.clocks.0.undelivered.soon`"},
        {"answers:\n  clocks:\n    - {unanswered: {urgent: 10}}",
         ":22: error: answers.clocks.0.unanswered.urgent"},
        {"answers:\n  clocks:\n    - {undelivered: {urgent: 1s}}",
         ":22: error: answers.clocks.0.undelivered.urgent"},
        {"answers:\n  clocks:\n    - {requests: 4}", ":22: error: answers.clocks.0.requests"},
        {"answers:\n  clocks:\n    - {requests: 0}", ":22: error: answers.clocks.0.requests"},
        {"answers:\n  clocks:\n    - {with: [kenya]}", ":22: error: answers.clocks.0.with"},
        {"answers:\n  papers:\n    - {days: 0}", ":22: error: answers.papers.0.days"},
        {"answers:\n  papers:\n    - {warn: [5]}", ":22: error: answers.papers.0.warn"},
        {"answers:\n  papers:\n    - {warn: [1d, 2d, 3d, 4d, 5d, 6d, 7d, 8d, 9d]}",
         ":22: error: answers.papers.0.warn: found 9 warnings, expected at most 8"}};
    for (const auto& one : all) {
        const auto text = said(load_with(one.answers));
        BOOST_TEST(holds(text, one.expected), one.answers << " gives " << text);
    }
}

BOOST_AUTO_TEST_CASE(names_must_be_there) {
    BOOST_TEST(
        holds(checked("answers: {desk: nobody}"), "answers.desk: there is no agency `nobody`"));
    BOOST_TEST(holds(checked("answers: {clocks: [{links: [vsat]}]}"),
                     "answers.clocks.0: there is no link `vsat`"));
    BOOST_TEST(holds(checked("answers: {clocks: [{with: [\"group:x\"]}]}"),
                     "answers.clocks.0: there is no group `x`"));
    BOOST_TEST(holds(checked("answers: {papers: [{with: [\"group:x\"]}]}"),
                     "answers.papers.0: there is no group `x`"));
    BOOST_TEST(!holds(checked("answers: {desk: desk, clocks: [{links: [ipsg]}]}"), "answers"));
}

BOOST_AUTO_TEST_CASE(a_change_takes_effect_at_once) {
    const auto before = load_with("");
    const auto after = load_with("answers: {desk: desk, clocks: [{requests: 2}], papers: [{}]}");
    BOOST_REQUIRE(before.ok());
    BOOST_REQUIRE(after.ok());
    const auto changes = config::diff(before.settings, after.settings);
    BOOST_REQUIRE_EQUAL(changes.size(), 3U);
    for (const auto& one : changes) {
        BOOST_TEST((one.when == config::effect::at_once), one.what);
    }
}

BOOST_AUTO_TEST_SUITE_END()
