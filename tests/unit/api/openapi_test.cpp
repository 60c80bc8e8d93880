// docs/openapi.yaml and the table of routes say the same.
#include "tests/support/http_script.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>

using namespace dhow;

namespace {

/// `METHOD /path` of each operation: the file's own layout (two and four spaces) is part of the
/// check.
std::set<std::string> documented() {
    std::ifstream file{DHOW_SOURCE_DIR "/docs/openapi.yaml"};
    BOOST_TEST_REQUIRE(file.good());
    std::set<std::string> out;
    std::string line, path;
    bool in_paths = false;
    while (std::getline(file, line)) {
        if (!line.empty() && line[0] != ' ' && line[0] != '#') {
            in_paths = line == "paths:";
        } else if (in_paths && line.starts_with("  /")) {
            path = line.substr(2, line.find_last_of(':') - 2);
        } else if (in_paths && line.starts_with("    ") && line.size() > 4 && line[4] != ' ') {
            std::string word = line.substr(4, line.find(':') - 4);
            std::transform(word.begin(), word.end(), word.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            if (word == "GET" || word == "POST" || word == "DELETE" || word == "HEAD" ||
                word == "PUT" || word == "PATCH") {
                BOOST_TEST(out.insert(word + " " + path).second, word + " " + path + " twice");
            }
        }
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openapi_test)

BOOST_AUTO_TEST_CASE(describes_every_route_and_no_other) {
    std::set<std::string> served;
    const tests::http_script script;
    for (const http::endpoint& one : script.routes().endpoints()) {
        served.insert(std::string{one.method} + " " + std::string{one.pattern});
    }
    BOOST_TEST(documented() == served, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
