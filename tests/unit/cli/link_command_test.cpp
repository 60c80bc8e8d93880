// `dhow link list` and `link call`: what they ask, and how a call that fails is told.
// Way of the message: tests of daemon/cli/link_command.
// Not pure: a fake daemon on a Unix socket.
// Spec: docs/man/dhow.1.
// Limits: none.
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::run_link;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;
const canned_reply dialling{200, R"({"text":"dialling"})"};

/// An answer with two links; the first one, `fibre`, is so.
canned_reply links(const std::string& state, int failures, const std::string& error = "") {
    return {200, R"({"links":[{"name":"fibre","peer":"IPSG","state":")" + state +
                     R"(","failures":)" + std::to_string(failures) + R"(,"last_error":")" + error +
                     R"("},{"name":"radio","peer":"MU","state":"up","failures":9}]})"};
}

const texts call_and_wait{"call", "fibre", "--wait", "30s"};
}  // namespace

BOOST_AUTO_TEST_SUITE(link_command_test)

BOOST_AUTO_TEST_CASE(without_wait_it_only_begins_to_dial) {
    fake_daemon daemon({dialling});
    const auto got = daemon.run(run_link, {"call", "fibre/x"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "dialling\n");
    BOOST_TEST(daemon.requests() == texts{"POST /admin/v1/links/fibre%2Fx/call {}"}, per_element());
}

BOOST_AUTO_TEST_CASE(with_wait_a_link_that_comes_up_is_done) {
    fake_daemon daemon(
        {links("waiting", 3, "old"), dialling, links("connecting", 3, "old"), links("up", 3)});
    const auto got = daemon.run(run_link, call_and_wait);
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "the link is up\n");
    BOOST_TEST(got.err == "");
    const std::string look = "GET /admin/v1/links ";
    const texts wanted{look, "POST /admin/v1/links/fibre/call {}", look, look};
    BOOST_TEST(daemon.requests() == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(with_wait_a_dial_that_fails_is_a_link_that_is_down) {
    fake_daemon daemon({links("waiting", 3, "old"), dialling, links("waiting", 4, "no answer")});
    const auto got = daemon.run(run_link, call_and_wait);
    BOOST_TEST(got.code == to_int(exit_code::link_down));
    BOOST_TEST(got.out == "");
    BOOST_TEST(got.err == "dhow: the link is waiting: no answer\n");
}

BOOST_AUTO_TEST_CASE(a_link_that_is_not_up_in_time_is_down_and_old_failures_are_not_told) {
    fake_daemon daemon({links("waiting", 3, "old"), dialling, links("connecting", 3, "old")});
    const auto got = daemon.run(run_link, {"call", "fibre", "--wait", "0s"});
    BOOST_TEST(got.code == to_int(exit_code::link_down));
    BOOST_TEST(got.err == "dhow: the link is connecting: no session in time\n");
}

BOOST_AUTO_TEST_CASE(a_peer_may_be_named_and_is_called_when_one_of_its_links_is_up) {
    const auto both = [](const std::string& vsat, const std::string& more = "") {
        return canned_reply{
            200, R"({"links":[{"name":"fibre","peer":"IPSG","state":"waiting","failures":1},)"
                 R"({"name":"vsat","peer":"IPSG","state":")" +
                     vsat + R"(","failures":0)" + more + "}]}"};
    };
    fake_daemon daemon({both("waiting"), dialling, both("connecting"), both("up")});
    const auto got = daemon.run(run_link, {"call", "IPSG", "--wait", "30s"});
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    BOOST_TEST(daemon.requests()[1] == "POST /admin/v1/links/IPSG/call {}");
    fake_daemon came_in({both("waiting"), dialling, both("waiting", R"(,"session":true)")});
    BOOST_TEST(came_in.run(run_link, {"call", "IPSG", "--wait", "30s"}).code ==
               to_int(exit_code::done));
}

BOOST_AUTO_TEST_CASE(json_is_the_link_as_it_was_at_the_end) {
    for (const auto& [state, code] :
         {std::pair{"up", exit_code::done}, std::pair{"waiting", exit_code::link_down}}) {
        fake_daemon daemon({links("waiting", 0), dialling, links(state, 1)});
        const auto got = daemon.run(run_link, {"call", "fibre", "--wait", "30s", "--json"});
        BOOST_TEST(got.code == to_int(code));
        BOOST_TEST(boost::json::parse(got.out).at("state").as_string() == state);
    }
}

BOOST_AUTO_TEST_CASE(a_call_that_is_refused_ends_with_the_code_of_the_refusal) {
    fake_daemon unknown({links("waiting", 0), {404, R"({"title":"T","code":"not-found"})"}});
    BOOST_TEST(unknown.run(run_link, {"call", "none", "--wait", "30s"}).code ==
               to_int(exit_code::not_found));
    fake_daemon suspended({links("suspended", 0), {409, R"({"title":"T","code":"conflict"})"}});
    BOOST_TEST(suspended.run(run_link, call_and_wait).code == to_int(exit_code::refused));
}

BOOST_AUTO_TEST_CASE(a_daemon_that_ends_during_the_wait_is_not_reachable) {
    fake_daemon daemon({links("waiting", 0), dialling});
    const auto got = daemon.run(run_link, call_and_wait);
    BOOST_TEST(got.code == to_int(exit_code::not_reachable));
    BOOST_TEST(contains(got.err, "the connection to the daemon broke"), got.err);
}

BOOST_AUTO_TEST_CASE(a_list_shows_dead_links_and_is_done) {
    fake_daemon daemon({links("down", 7, "no answer")});
    const auto got = daemon.run(run_link, {"list"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(contains(got.out, "\nfibre  IPSG  down "), got.out);
    BOOST_TEST(contains(got.out, "no answer"), got.out);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
