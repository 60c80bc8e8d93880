// Patterns, methods, values.
#include "tests/support/http_script.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace dhow;

BOOST_AUTO_TEST_SUITE(router_test)

BOOST_AUTO_TEST_CASE(finds_each_of_its_routes_with_its_values) {
    const tests::http_script script;
    for (const http::endpoint& one : script.routes().endpoints()) {
        std::string path;
        std::vector<std::string> values;
        for (const char c : one.pattern) {
            if (c == '{') {
                values.push_back("v" + std::to_string(values.size()));
                path += values.back();
            }
            const bool inside = !values.empty() &&
                                one.pattern.find('{') != std::string_view::npos &&
                                path.ends_with(values.back()) && c != '/';
            if (!inside) {
                path += c;
            }
        }
        const auto match = script.routes().match(one.method, path);
        BOOST_TEST_REQUIRE(match.found != nullptr, path);
        BOOST_TEST(match.found->pattern == one.pattern);
        for (std::size_t i = 0; i < values.size(); ++i) {
            BOOST_TEST(match.values[i] == values[i]);
        }
    }
}

BOOST_AUTO_TEST_CASE(prefers_nothing_to_a_near_miss) {
    const tests::http_script script;
    for (const auto* path : {"/", "", "/v1", "/v1/messages/", "/v1/messages//why",
                             "/v1/inbox/1/2/3", "/v1/inbox/1/attachments/", "/V1/messages",
                             "/v1/messages/1/why/", "//v1/messages", "/healthz/"}) {
        const auto match = script.routes().match("GET", path);
        BOOST_TEST((match.found == nullptr), path);
        BOOST_TEST(match.allowed == "", path);
    }
}

BOOST_AUTO_TEST_CASE(names_the_methods_that_a_path_has) {
    const tests::http_script script;
    BOOST_TEST(script.routes().match("PUT", "/healthz").allowed == "GET, HEAD");
    BOOST_TEST(script.routes().match("GET", "/v1/messages").allowed == "POST");
}

BOOST_AUTO_TEST_CASE(has_no_route_twice) {
    const tests::http_script script;
    const auto all = script.routes().endpoints();
    for (const auto& one : all) {
        BOOST_TEST(std::count_if(all.begin(), all.end(), [&one](const auto& other) {
                       return one.method == other.method && one.pattern == other.pattern;
                   }) == 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
