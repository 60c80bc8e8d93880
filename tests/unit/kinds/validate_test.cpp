// Verdicts as a whole: numbers, what was found and allowed, flags, hostile texts, speed.
#include "protocol/kinds/validate.hpp"

#include "protocol/limits.hpp"
#include "tests/support/processor_time.hpp"
#include "tests/unit/kinds/example_files.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>

using namespace dhow::kinds;
using dhow::tests::all_examples;
namespace json = boost::json;

namespace {

const dhow::tests::example& find_example(std::string_view file, std::string_view name) {
    const auto found = std::ranges::find_if(
        all_examples(), [&](const auto& each) { return each.file == file && each.name == name; });
    BOOST_REQUIRE_MESSAGE(found != all_examples().end(), file << ": " << name);
    return *found;
}

verdict verdict_of(std::string_view file, std::string_view name) {
    const auto& one = find_example(file, name);
    return validate(registry::in_force(), one.facts, one.text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(validate_test)

BOOST_AUTO_TEST_CASE(a_problem_says_what_was_found_and_what_is_allowed) {
    const auto first = [](std::string_view file, std::string_view name) {
        return verdict_of(file, name).problems.at(0);
    };
    const auto sex = first("notice.request", "sex not in the list");
    BOOST_TEST(sex.number == "115");
    BOOST_TEST(sex.found == "X");
    BOOST_TEST(sex.allowed == "F, M, U");
    BOOST_TEST(sex.text == "R-SCH-05");
    BOOST_TEST(first("notice.request", "name missing").number == "101");
    BOOST_TEST(first("notice.request", "member written wrongly").number == "103");
    BOOST_TEST(first("notice.request", "name too long").number == "107");
    BOOST_TEST(first("notice.request", "name too long").found == "101");
    BOOST_TEST(first("notice.request", "name too long").allowed == "100");
    BOOST_TEST(first("notice.request", "month 13").number == "112");
    BOOST_TEST(first("notice.publication", "a bureau publishes").number == "003");
    BOOST_TEST(first("notice.request", "height of zero").allowed == "0.3\u20132.6");
}

BOOST_AUTO_TEST_CASE(who_is_denied_is_not_said) {
    for (const auto& each : verdict_of("notice.publication", "a member denied").problems) {
        BOOST_TEST((each.found + each.allowed + each.pointer).find("FJ") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_text_of_no_kind_is_refused) {
    for (const auto* text : {"{}", R"({"kind": 7})", R"({"kind": ""})"}) {
        const auto verdict = validate(registry::in_force(), {}, text);
        BOOST_TEST(verdict.refused, text);
        BOOST_REQUIRE(verdict.problems.size() == 1U);
        BOOST_TEST(verdict.problems[0].pointer == "/kind");
        BOOST_TEST(verdict.problems[0].number == "101");
    }
}

BOOST_AUTO_TEST_CASE(flags_tell_what_is_newer) {
    BOOST_TEST(verdict_of("unknown", "passed on and flagged").unknown_kind);
    BOOST_TEST(verdict_of("notice.request", "a newer version of the schema").newer_version);
    const auto plain = verdict_of("notice.request", "plain");
    BOOST_TEST((!plain.unknown_kind && !plain.newer_version));
    BOOST_TEST((plain.cls == dhow::protocol::message_class::urgent));
    BOOST_TEST(plain.kind == "notice.request");
}

BOOST_AUTO_TEST_CASE(a_verdict_is_made_of_anything) {
    const context facts{.kind = "hit.request", .sender = "MU", .recipients = {"FJ"}};
    for (const auto* text :
         {"", "{}", "[]", "null", R"({"kind": 1})", R"({"kind": "hit.request"})",
          R"({"kind": "hit.request", "body": {"request_type": {}}})",
          R"({"kind": "notice.request", "body": {"arrest_warrants": [1, null]}})",
          R"({"kind": "arrest.documents", "body": {"documents": [{}, 3]}})"}) {
        BOOST_TEST(validate(registry::in_force(), facts, text).refused, text);
    }
}

// Every value of every example is replaced by one of another type: nothing may end the program.
BOOST_AUTO_TEST_CASE(any_value_may_have_any_type) {
    for (const auto& each : all_examples()) {
        if (!each.accepted) {
            continue;
        }
        const auto document = json::parse(each.text);
        for (const auto* member : {"body", "references", "attachments", "handling", "kind"}) {
            for (const auto* other : {"null", "1", "[]", "[1]", "{}", "\"\"", "true"}) {
                auto changed = document.as_object();
                changed[member] = json::parse(other);
                validate(registry::in_force(), each.facts, json::serialize(changed));
            }
        }
        for (const auto& [member, value] : document.at("body").as_object()) {
            for (const auto* other : {"null", "1", "[]", "[1]", "{}", "\"\"", "true"}) {
                auto changed = document.as_object();
                changed["body"].as_object()[member] = json::parse(other);
                validate(registry::in_force(), each.facts, json::serialize(changed));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(ten_thousand_notices_a_second) {
    const auto& one = find_example("notice.request", "everything of a person");
    auto document = json::parse(one.text).as_object();
    document["body"].as_object()["facts"].as_object()["text"] = std::string(2'000, 'x');
    const auto text = json::serialize(document);
    BOOST_TEST(text.size() > 3'000U);
    auto best = std::chrono::nanoseconds::max();
    constexpr int count = 200;
    for (int round = 0; round < 5; ++round) {
        const auto begin = dhow::tests::processor_time();
        for (int i = 0; i < count; ++i) {
            BOOST_REQUIRE(!validate(registry::in_force(), one.facts, text).refused);
        }
        best = std::min<std::chrono::nanoseconds>(best, dhow::tests::processor_time() - begin);
    }
    BOOST_TEST_MESSAGE(text.size() << " bytes, " << best.count() / count / 1000 << " us each");
#if defined(__OPTIMIZE__) && !defined(DHOW_SANITIZED)
    BOOST_TEST(best < std::chrono::microseconds{100} * count);
#endif
}

BOOST_AUTO_TEST_SUITE_END()
