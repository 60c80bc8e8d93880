// GET /v1/cases, and the acknowledgement `removed`.
#include "tests/support/http_script.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace dhow;
using namespace dhow::tests;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(case_endpoints_test)

BOOST_AUTO_TEST_CASE(a_case_is_said_with_who_has_taken_which_and_what_is_missing) {
    http_script script;
    const auto reply = script.ask_one("GET", "/v1/cases?name=2024%2F123");
    BOOST_TEST(reply.status == 200U);
    const auto value = json::parse(reply.body);
    BOOST_TEST(value.at("lifecycle").as_string() == "notice");
    const auto& state = value.at("states").at(0);
    BOOST_TEST(state.at("state").as_string() == "cancelled");
    BOOST_TEST(!state.at("complete").as_bool());
    BOOST_TEST(state.at("not_removed").at(0).at("agency").as_string() == "border");
    BOOST_TEST(state.at("denied").at(0).as_string() == "FJ");
    BOOST_TEST(state.at("retention").as_string() == "asked");
    BOOST_TEST(state.at("keep_until").is_string());
    BOOST_TEST(value.at("deletions").at(0).at("cause").as_string() == "silence");
    BOOST_TEST(value.at("deletions").at(0).at("messages").to_number<int>() == 3);
    BOOST_TEST(value.at("deletions").at(0).at("receipt").as_string() == "AQI=");
    const auto& said = value.at("messages").at(0).at("answers").at(0);
    BOOST_TEST(said.at("outcome").as_string() == "taken");
    BOOST_TEST(said.at("receipt_sha256").as_string().size() == 64U);
    BOOST_TEST(script.ask_one("GET", "/v1/cases?name=2024%2F9").status == 404U);
}

BOOST_AUTO_TEST_CASE(removed_is_an_acknowledgement) {
    http_script script;
    const auto id = script.core.arrive("border", "text");
    const auto path = "/v1/inbox/" + protocol::to_text(id) + "/ack";
    BOOST_TEST(script.ask_one("POST", path, R"({"state":"removed"})").status == 200U);
    BOOST_TEST(
        (script.core.inbox.rbegin()->second.second.assignment == store::assignment_state::removed));
    BOOST_TEST(script.ask_one("POST", path, R"({"state":"gone"})").status >= 400U);
}

BOOST_AUTO_TEST_SUITE_END()
