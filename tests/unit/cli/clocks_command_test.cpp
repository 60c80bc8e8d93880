// `dhow clocks`: pages, the table, JSON.
// Way of the message: tests of daemon/cli/clocks_command.
// Not pure: a fake daemon on a Unix socket.
// Spec: docs/man/dhow.1.
// Limits: none.
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using cli::exit_code;
using cli::run_clocks;
using cli::to_int;

namespace {
const std::string first =
    R"({"clocks":[{"position":7,"message":"ID-1","bureau":"KE","state":"unanswered",)"
    R"("answer":"hit.reply","number":2,"due_at":"2026-11-24T10:10:00.000Z","overdue":true}],)"
    R"("more":true})";
const std::string last =
    R"({"clocks":[{"position":9,"message":"ID-2","bureau":"MU","state":"papers",)"
    R"("answer":"arrest.documents","number":1,"due_at":"2026-12-10T12:00:00.000Z",)"
    R"("overdue":false}],"more":false})";
}  // namespace

BOOST_AUTO_TEST_SUITE(clocks_command_test)

BOOST_AUTO_TEST_CASE(all_pages_are_listed) {
    fake_daemon daemon({{200, first}, {200, last}});
    const auto got = daemon.run(run_clocks, {});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out.find("ID-1") != std::string::npos);
    BOOST_TEST(got.out.find("overdue") != std::string::npos);
    BOOST_TEST(got.out.find("arrest.documents") != std::string::npos);
    BOOST_REQUIRE_EQUAL(daemon.requests().size(), 2U);
    BOOST_TEST(daemon.requests()[1].find("/v1/clocks?limit=500&after=7") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
