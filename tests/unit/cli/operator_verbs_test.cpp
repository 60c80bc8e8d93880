// Operators' verbs against the daemon's own paths: what one sends the other understands.
// Way of the message: tests of daemon/cli and daemon/control together; the core is scripted.
// Not pure: a server on a Unix socket and a thread.
// Spec: docs/agency-api.md#operators.
// Limits: what the verbs print of odd answers is in the tests of each verb.
#include "tests/drivers/http_fixture.hpp"
#include "tests/unit/cli/fake_daemon.hpp"

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;
const std::string some_id = "0195e0c1-7c3a-7000-8000-000000000001";

struct an_operator : http_fixture {
    an_operator() {
        on_server([this] { callers.user = route::caller{"", true}; });
    }
    [[nodiscard]] verb_outcome run(verb_function verb, std::vector<std::string> args) const {
        args.insert(args.end(), {"--socket", socket_path()});
        return run_verb(verb, args);
    }
    /// What the core was told to do.
    texts done() {
        return on_server([this] { return core.log; });
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(operator_verbs_test, an_operator)

BOOST_AUTO_TEST_CASE(hold_and_release_reach_the_core_for_a_message_and_for_a_peer) {
    for (const auto verb : {cli::run_hold, cli::run_release}) {
        BOOST_TEST(run(verb, {some_id}).out == "1 shipment\n");
        BOOST_TEST(run(verb, {"--peer", "MU"}).out == "1 shipment\n");
    }
    const texts wanted{"hold " + some_id, "hold MU", "release " + some_id, "release MU"};
    BOOST_TEST(done() == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(an_id_that_is_none_is_refused_and_nothing_is_held) {
    const auto got = run(cli::run_hold, {"../peers/MU"});
    BOOST_TEST(got.code == to_int(exit_code::not_found));
    BOOST_TEST(got.out == "");
    BOOST_TEST(done() == texts{}, per_element());
}

BOOST_AUTO_TEST_CASE(who_is_no_operator_may_not) {
    on_server([this] { callers.user = route::caller{"border", false}; });
    BOOST_TEST(run(cli::run_hold, {some_id}).code == to_int(exit_code::not_authorised));
    BOOST_TEST(run(cli::run_queue, {}).code == to_int(exit_code::not_authorised));
    BOOST_TEST(run(cli::run_route, {"explain", "--to", "MU"}).code ==
               to_int(exit_code::not_authorised));
    BOOST_TEST(done() == texts{}, per_element());
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_core_is_told_with_its_code) {
    on_server([this] {
        core.fail_next = response::problem{protocol::errc::not_found, "no such message", {}};
    });
    const auto got = run(cli::run_hold, {some_id});
    BOOST_TEST(got.code == to_int(exit_code::not_found));
    BOOST_TEST(contains(got.err, "no such message"), got.err);
}

BOOST_AUTO_TEST_CASE(the_queue_is_shown_by_peer_and_by_shipment) {
    const auto all = run(cli::run_queue, {});
    BOOST_TEST(all.code == to_int(exit_code::done));
    BOOST_TEST(contains(all.out, "\nIPSG  "), all.out);
    BOOST_TEST(contains(all.out, "  4.0 KiB  "), all.out);
    const auto one = run(cli::run_queue, {"MU"});
    BOOST_TEST(one.code == to_int(exit_code::done));
    BOOST_TEST(contains(one.out, "\nreceipt  0 "), one.out);
    BOOST_TEST(contains(one.out, "  1.5 KiB"), one.out);
}

BOOST_AUTO_TEST_CASE(a_route_is_explained) {
    const auto got = run(cli::run_route, {"explain", "--to", "MU", "--class", "flash"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "rule 1 matches MU\n");
}

BOOST_AUTO_TEST_CASE(a_class_that_is_none_is_a_wrong_command_line) {
    const auto got = run(cli::run_route, {"explain", "--to", "MU", "--class", "fast"});
    BOOST_TEST(got.code == to_int(exit_code::usage));
    BOOST_TEST(got.out == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
