// Strictness of JSON in requests; the budget of memory for bodies.
#include "daemon/http/json_input.hpp"

#include "daemon/http/memory_budget.hpp"
#include "daemon/http/problem.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

using namespace dhow;

BOOST_AUTO_TEST_SUITE(json_input_test)

BOOST_AUTO_TEST_CASE(takes_objects_only) {
    http::json_fault fault;
    BOOST_TEST(http::parse_object(R"({"a":1})", fault).has_value());
    for (const auto* text : {"", "1", "[]", "\"x\"", "{", "{}{}", "{\"a\":1,}", "{'a':1}", "nul",
                             "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xc0\xaf\"}",
                             "{\"a\":\"\\ud800\"}", "{\"a\":\"\n\"}"}) {
        BOOST_TEST(!http::parse_object(text, fault).has_value(), text);
        BOOST_TEST(!fault.what.empty());
    }
}

BOOST_AUTO_TEST_CASE(bounds_the_depth) {
    http::json_fault fault;
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    BOOST_TEST(http::parse_object(nested(3), fault).has_value());
    BOOST_TEST(!http::parse_object(nested(100), fault).has_value());
    BOOST_TEST(!http::parse_object(nested(100'000), fault).has_value());
}

BOOST_AUTO_TEST_CASE(names_the_member_that_is_wrong) {
    const auto check = [](std::string_view text, std::string_view where) {
        http::json_fault fault;
        const auto object = http::parse_object(text, fault);
        BOOST_TEST_REQUIRE(object.has_value());
        http::object_input input{*object, ""};
        std::string kind;
        bool flag = false;
        std::uint64_t number = 0;
        input.text("kind", kind, 8, true);
        input.boolean("flag", flag);
        input.number("number", number, 1, 10);
        input.texts("to", 2, "a or b",
                    [](std::string_view one) { return one == "a" || one == "b"; });
        const auto found = input.finish();
        BOOST_TEST((found ? found->where : "none") == where, text);
    };
    check(R"({"kind":"x","flag":true,"number":10,"to":["a","b"]})", "none");
    check(R"({})", "/kind");
    check(R"({"kind":1})", "/kind");
    check(R"({"kind":"123456789"})", "/kind");
    check(R"({"kind":"a\u0000b"})", "/kind");
    check(R"({"kind":"a\u202eb"})", "/kind");
    check(R"({"kind":"x","flag":1})", "/flag");
    check(R"({"kind":"x","number":0})", "/number");
    check(R"({"kind":"x","number":11})", "/number");
    check(R"({"kind":"x","number":1.0})", "/number");
    check(R"({"kind":"x","number":-1})", "/number");
    check(R"({"kind":"x","number":"1"})", "/number");
    check(R"({"kind":"x","to":"a"})", "/to");
    check(R"({"kind":"x","to":["a","b","a"]})", "/to");
    check(R"({"kind":"x","to":["a","c"]})", "/to/1");
    check(R"({"kind":"x","to":[null]})", "/to/0");
    check(R"({"kind":"x","a/b~c":1})", "/a~1b~0c");
    check(R"({"kind":"x","Kind":"x"})", "/Kind");
}

BOOST_AUTO_TEST_CASE(shares_memory_between_owners) {
    http::memory_budget budget{100};
    BOOST_TEST(budget.take("a", 50));
    BOOST_TEST(!budget.take("a", 1));
    BOOST_TEST(budget.take("b", 40));
    BOOST_TEST(!budget.take("c", 11));
    BOOST_TEST(budget.take("c", 10));
    budget.give_back("a", 50);
    {
        http::memory_share share;
        BOOST_TEST(share.take(budget, "a", 20));
        BOOST_TEST(budget.taken() == 70U);
    }
    BOOST_TEST(budget.taken() == 50U);
}

BOOST_AUTO_TEST_CASE(reports_problems_with_status_code_and_hint) {
    using protocol::errc;
    const std::pair<errc, unsigned> expected[] = {
        {errc::bad_request, 400},       {errc::unauthorised, 403},   {errc::not_found, 404},
        {errc::conflict, 409},          {errc::too_large, 413},      {errc::not_allowed, 422},
        {errc::unknown_recipient, 422}, {errc::quota_exceeded, 429}, {errc::store_full, 507},
        {errc::overloaded, 503},        {errc::keys_locked, 503},    {errc::internal, 500},
        {errc::bad_text, 400},          {errc::store_failed, 500},   {errc::cannot_open, 500}};
    for (const auto& [code, status] : expected) {
        const auto problem = http::make_problem(code, "what exactly");
        BOOST_TEST(problem.status == status);
        BOOST_TEST(http::reason_of(status) != "Unknown");
        const auto object = boost::json::parse(http::to_json(problem)).as_object();
        BOOST_TEST(object.at("status").to_number<unsigned>() == status);
        BOOST_TEST((object.at("detail") == "what exactly"));
        BOOST_TEST((object.at("code").as_string() == protocol::name_of(code)));
        BOOST_TEST(object.contains("retry_after") == (status == 503));
    }
    const auto from_core =
        http::make_problem(route::response::problem{errc::overloaded, "", std::chrono::seconds{7}});
    BOOST_TEST((boost::json::parse(http::to_json(from_core)).at("retry_after") == 7));
}

BOOST_AUTO_TEST_SUITE_END()
