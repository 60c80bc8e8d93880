// Retention: dates by the calendar, when the source is asked, and the end that is prepared.
// Way of the message: tests of protocol/kinds/retention.
// Pure.
// Spec: docs/decisions/0021-retention.md.
// Limits: none.
#include "protocol/kinds/retention.hpp"

#include "protocol/kinds/validate.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace kinds = dhow::kinds;
namespace json = boost::json;
using dhow::protocol::utc_time;

namespace {

const kinds::registry& retention_data() { return kinds::registry::in_force(); }

utc_time time_of(const char* text) { return dhow::protocol::parse_utc(text).value(); }

std::optional<utc_time> kept(const char* kind, const char* text) {
    return kinds::kept_until(retention_data(), *retention_data().find(kind),
                             time_of("2026-11-30T10:00:00.000Z"), json::parse(text));
}

/// Refusals of an end that was prepared for content of this kind.
std::string refusals_of_end(const char* kind, const char* sender, const char* text) {
    constexpr auto* id = "0195e0c1-7c3a-7000-8000-000000000001";
    const auto end = kinds::end_of(retention_data(), *retention_data().find(kind), sender, id,
                                   json::parse(text));
    BOOST_REQUIRE(end.has_value());
    kinds::context facts;
    facts.kind = end->kind;
    facts.sender = sender;
    facts.recipients = {"FJ", "IPSG"};
    std::erase(facts.recipients, facts.sender);
    facts.now = time_of("2031-11-30T10:00:00.000Z");
    facts.expires = false;
    std::string out;
    for (const auto& one : kinds::validate(retention_data(), facts, end->text).problems) {
        if (one.severity == kinds::severity::refusal) {
            out += one.rule + " " + one.pointer + "; ";
        }
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kinds_retention_test)

BOOST_AUTO_TEST_CASE(years_go_by_the_calendar) {
    BOOST_TEST((kinds::years_after(time_of("2026-11-30T10:00:00.000Z"), 5) ==
                time_of("2031-11-30T10:00:00.000Z")));
    BOOST_TEST((kinds::years_after(time_of("2028-02-29T23:59:59.999Z"), 5) ==
                time_of("2033-02-28T23:59:59.999Z")));
}

BOOST_AUTO_TEST_CASE(what_gives_content_is_kept_for_five_years_or_as_it_says) {
    for (const auto* kind :
         {"notice.publication", "notice.addendum", "diffusion.circulation", "diffusion.update"}) {
        BOOST_TEST((kept(kind, "{}") == time_of("2031-11-30T10:00:00.000Z")));
        // To the end of that day, everywhere.
        BOOST_TEST((kept(kind, R"({"retention_until":"2027-01-31"})") ==
                    time_of("2027-02-01T12:00:00.000Z")));
        BOOST_TEST(
            (kept(kind, R"({"retention_until":"soon"})") == time_of("2031-11-30T10:00:00.000Z")));
    }
    BOOST_TEST(!kept("notice.cancellation", R"({"retention_until":"2027-01-31"})").has_value());
    BOOST_TEST(!kept("hit.request", "{}").has_value());
}

BOOST_AUTO_TEST_CASE(the_source_is_asked_half_a_year_before_but_never_in_the_first_half) {
    const auto created = time_of("2026-11-30T10:00:00.000Z");
    const auto far = time_of("2031-11-30T10:00:00.000Z");
    const auto ahead = far - kinds::question_at(retention_data(), created, far);
    BOOST_TEST((ahead > std::chrono::days{180} && ahead < std::chrono::days{185}));
    BOOST_TEST((kinds::question_at(retention_data(), created, created + std::chrono::days{100}) ==
                created + std::chrono::days{50}));
    const auto past = created - std::chrono::days{1};
    BOOST_TEST((kinds::question_at(retention_data(), created, past) == past));
}

BOOST_AUTO_TEST_CASE(the_end_that_is_prepared_is_one_that_the_sender_may_send) {
    const auto* notice = R"({"entity_id":"2024/123","purpose":"arrest",
        "confidentiality":"INTERPOL FOR OFFICIAL USE ONLY","body":{"version":3,
        "person":{"name":"EXAMPLENAME"}}})";
    BOOST_TEST(refusals_of_end("notice.publication", "IPSG", notice) == "");
    const auto* diffusion = R"({"purpose":"arrest",
        "confidentiality":"INTERPOL FOR OFFICIAL USE ONLY","body":{}})";
    BOOST_TEST(refusals_of_end("diffusion.circulation", "MU", diffusion) == "");
    const auto end = kinds::end_of(retention_data(), *retention_data().find("notice.publication"),
                                   "IPSG", "id", json::parse(notice));
    BOOST_TEST(end->kind == "notice.cancellation");
    BOOST_TEST(end->text.find("EXAMPLENAME") == std::string::npos);
    BOOST_TEST(!kinds::end_of(retention_data(), *retention_data().find("notice.publication"), "MU",
                              "id",
                              json::parse(notice))
                    .has_value());  // No bureau ends a notice.
}

BOOST_AUTO_TEST_SUITE_END()
