// What texts say of clocks: by the data of the kinds alone.
#include "daemon/route/clock_facts.hpp"

#include "protocol/kinds/dates.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace dhow;
using route::clock_facts;
using namespace std::chrono_literals;

constexpr const char* first_id = "01930000-0000-7000-8000-000000000001";
constexpr const char* second_id = "01930000-0000-7000-8000-000000000002";

clock_facts facts(const std::string& kind, const std::string& text,
                  std::string_view media_type = "application/json") {
    return route::clock_facts_of(kind, media_type, protocol::as_bytes(text));
}

std::string document(const std::string& body) {
    return std::string(R"({"references": [{"relation": "x", "id": ")") + first_id +
           R"("}, {"relation": "x", "id": ")" + second_id + R"("}], "body": )" + body + "}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(clock_facts_test)

BOOST_AUTO_TEST_CASE(a_request_says_how_soon_and_which_it_is) {
    const auto urgent = facts("hit.request", document(R"({"priority": "U", "request_no": 2})"));
    BOOST_REQUIRE(urgent.wants);
    BOOST_TEST(urgent.wants->answer == "hit.reply");
    BOOST_TEST(urgent.wants->is_urgent);
    BOOST_TEST((urgent.wants->usual == 600s));
    BOOST_TEST(urgent.wants->number == 2);
    BOOST_TEST(urgent.wants->number_max == 3);
    BOOST_REQUIRE_EQUAL(urgent.refers_to.size(), 2U);
    BOOST_TEST(protocol::to_text(urgent.refers_to.front()) == first_id);
    const auto routine = facts("hit.request", document(R"({"priority": "R"})"));
    BOOST_REQUIRE(routine.wants);
    BOOST_TEST(!routine.wants->is_urgent);
    BOOST_TEST((routine.wants->usual == 3600s));
    BOOST_TEST(routine.wants->number_max == 1);
    // What is not known is not urgent.
    BOOST_TEST((facts("hit.request", document("{}")).wants->usual == 3600s));
}

BOOST_AUTO_TEST_CASE(what_hits_have_in_common_is_not_the_hit) {
    const auto text = std::string(R"({"references": [{"relation": "x", "id": ")") + first_id +
                      R"(", "kind": "diffusion.circulation"}, {"relation": "x", "id": ")" +
                      second_id + R"(", "kind": "hit.notification"}], "body": {}})";
    const auto found = facts("hit.request", text).refers_to;
    BOOST_REQUIRE_EQUAL(found.size(), 2U);
    BOOST_TEST(protocol::to_text(found.front()) == second_id);
}

BOOST_AUTO_TEST_CASE(other_kinds_and_what_is_no_document_have_no_clocks) {
    BOOST_TEST(!facts("message.text", document("{}")).wants);
    BOOST_TEST(!facts("hit.request", document("{}"), "text/plain").wants);
    BOOST_TEST(!facts("hit.request", "{").wants);
    BOOST_TEST(!facts("hit.request", std::string(200'000, '[')).wants);
    BOOST_TEST(!facts("no.such", document("{}")).wants);
    BOOST_TEST(facts("message.text", document("{}")).refers_to.empty());
}

BOOST_AUTO_TEST_CASE(ready_by_is_an_answer_and_in_process_without_a_time_is_none) {
    using answering = clock_facts::answering;
    BOOST_TEST((facts("hit.reply", document(R"({"status": "VALID"})")).answers == answering::yes));
    const auto promise = facts(
        "hit.reply", document(R"({"status": "IN_PROCESS", "ready_by": "2026-11-24T12:00:00Z"})"));
    BOOST_TEST((promise.answers == answering::promises));
    BOOST_TEST((promise.ready_by == protocol::parse_utc("2026-11-24T12:00:00.000Z")));
    BOOST_TEST(
        (facts("hit.reply", document(R"({"status": "IN_PROCESS"})")).answers == answering::no));
}

BOOST_AUTO_TEST_CASE(an_arrest_obliges_the_owner_to_send_papers) {
    const auto outcome = facts("hit.outcome", document(R"({"result": "provisionally_arrested",
        "date": "2026-11-20", "legal_limit": "2026-12-10"})"));
    BOOST_REQUIRE(outcome.owes);
    BOOST_TEST(outcome.owes->papers == "arrest.documents");
    BOOST_TEST(!outcome.owes->is_senders);
    const auto last = kinds::end_everywhere(*kinds::parse_date("2026-12-10"));
    BOOST_TEST((outcome.owes->until == last));
    BOOST_TEST((outcome.owes->from == protocol::parse_utc("2026-11-20T00:00:00.000Z")));
    BOOST_TEST(!facts("hit.outcome", document(R"({"result": "monitored"})")).owes);
    const auto request = facts("arrest.request", document(R"({"legal_limit": "2026-12-10"})"));
    BOOST_REQUIRE(request.owes);
    BOOST_TEST(request.owes->is_senders);
    BOOST_TEST(facts("arrest.documents", document("{}")).brings_papers);
}

BOOST_AUTO_TEST_CASE(the_next_request_differs_in_its_number_alone) {
    const auto text = document(R"({"request_no": 1, "x_own": "é", "priority": "U"})");
    const auto next = route::renumbered("hit.request", protocol::as_bytes(text), 2);
    BOOST_REQUIRE(next);
    const std::string written(next->begin(), next->end());
    BOOST_TEST(written.find(R"("request_no":2,"x_own":"é","priority":"U")") != std::string::npos);
    BOOST_TEST(!route::renumbered("hit.request", protocol::as_bytes(document("{}")), 2));
    BOOST_TEST(!route::renumbered("hit.reply", protocol::as_bytes(text), 2));
}

BOOST_AUTO_TEST_SUITE_END()
