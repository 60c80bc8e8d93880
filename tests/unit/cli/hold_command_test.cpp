// `dhow hold` and `release`: what they ask of the daemon, what they print, how they end.
// Way of the message: tests of daemon/cli/hold_command and daemon/cli/online.
// Not pure: a fake daemon on a Unix socket.
// Spec: docs/man/dhow.1.
// Limits: none.
#include "daemon/cli/online.hpp"
#include "tests/unit/cli/fake_daemon.hpp"
#include "tests/unit/config/sample.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::run_hold;
using cli::run_release;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;
const std::string id = "0195e0c1-7c3a-7000-8000-000000000001";
const std::vector<canned_reply> one_shipment{{200, R"({"text":"1 shipment"})"}};

/// How `hold` ends when the daemon answers so.
verb_outcome held_with(unsigned status, const std::string& body) {
    fake_daemon daemon({{status, body}});
    return daemon.run(run_hold, {id});
}

std::string problem(const std::string& code) {
    return R"({"title":"T","code":")" + code + R"(","detail":"D","hint":"H"})";
}
}  // namespace

BOOST_AUTO_TEST_SUITE(hold_command_test)

BOOST_AUTO_TEST_CASE(a_message_is_held_by_its_id) {
    fake_daemon daemon(one_shipment);
    const auto got = daemon.run(run_hold, {id});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "1 shipment\n");
    BOOST_TEST(got.err == "");
    BOOST_TEST(daemon.requests() == texts{"POST /admin/v1/messages/" + id + "/hold {}"},
               per_element());
}

BOOST_AUTO_TEST_CASE(a_message_is_released_by_its_id) {
    fake_daemon daemon(one_shipment);
    BOOST_TEST(daemon.run(run_release, {id}).code == to_int(exit_code::done));
    BOOST_TEST(daemon.requests() == texts{"POST /admin/v1/messages/" + id + "/release {}"},
               per_element());
}

BOOST_AUTO_TEST_CASE(all_for_a_peer_is_held_and_released_by_its_name) {
    fake_daemon holding(one_shipment);
    BOOST_TEST(holding.run(run_hold, {"--peer", "MU"}).code == to_int(exit_code::done));
    BOOST_TEST(holding.requests() == texts{"POST /admin/v1/peers/MU/hold {}"}, per_element());
    fake_daemon releasing(one_shipment);
    BOOST_TEST(releasing.run(run_release, {"--peer=MU"}).code == to_int(exit_code::done));
    BOOST_TEST(releasing.requests() == texts{"POST /admin/v1/peers/MU/release {}"}, per_element());
}

BOOST_AUTO_TEST_CASE(what_is_typed_cannot_become_another_path) {
    fake_daemon by_id(one_shipment);
    BOOST_TEST(by_id.run(run_hold, {"../peers/MU?x"}).code == to_int(exit_code::done));
    BOOST_TEST(by_id.requests() == texts{"POST /admin/v1/messages/..%2Fpeers%2FMU%3Fx/hold {}"},
               per_element());
    fake_daemon by_peer(one_shipment);
    BOOST_TEST(by_peer.run(run_hold, {"--peer", "MU/x y"}).code == to_int(exit_code::done));
    BOOST_TEST(by_peer.requests() == texts{"POST /admin/v1/peers/MU%2Fx%20y/hold {}"},
               per_element());
}

BOOST_AUTO_TEST_CASE(neither_id_nor_peer_and_both_are_usage_errors_that_hold_nothing) {
    for (const texts& args : {texts{}, texts{id, "--peer", "MU"}}) {
        for (const auto verb : {run_hold, run_release}) {
            fake_daemon daemon(one_shipment);
            const auto got = daemon.run(verb, args);
            BOOST_TEST(got.code == to_int(exit_code::usage));
            BOOST_TEST(contains(got.err, "expected either ID or --peer"), got.err);
            BOOST_TEST(got.out == "");
            BOOST_TEST(daemon.requests() == texts{}, per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(two_ids_and_unknown_options_are_usage_errors_of_their_verb) {
    const auto two = run_verb(run_release, {id, id});
    BOOST_TEST(two.code == to_int(exit_code::usage));
    BOOST_TEST(contains(two.err, "dhow release: expected [ID], found 2 operands"), two.err);
    const auto mistyped = run_verb(run_hold, {"--pear", "MU"});
    BOOST_TEST(mistyped.code == to_int(exit_code::usage));
    BOOST_TEST(contains(mistyped.err, "unknown option --pear, did you mean --peer?"), mistyped.err);
}

BOOST_AUTO_TEST_CASE(json_is_the_daemons_object_on_one_line) {
    fake_daemon daemon(one_shipment);
    const auto got = daemon.run(run_hold, {id, "--json"});
    BOOST_TEST(got.out == "{\"text\":\"1 shipment\"}\n");
}

BOOST_AUTO_TEST_CASE(an_answer_without_text_prints_nothing) {
    const auto got = held_with(200, "{}");
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "");
}

BOOST_AUTO_TEST_CASE(control_characters_never_reach_the_terminal) {
    BOOST_TEST(held_with(200, R"({"text":"a\u001b[2Jb\nc\u007f"})").out == "a [2Jb c \n");
    const auto refused = held_with(409, R"({"title":"T\u001b","detail":"D\u0007","hint":"H\r"})");
    BOOST_TEST(refused.err == "dhow: T : D \nH \n");
}

BOOST_AUTO_TEST_CASE(a_refusal_ends_with_the_code_of_its_kind) {
    const std::pair<unsigned, exit_code> cases[] = {
        {400, exit_code::usage},         {403, exit_code::not_authorised},
        {404, exit_code::not_found},     {409, exit_code::refused},
        {413, exit_code::refused},       {422, exit_code::refused},
        {429, exit_code::disk_or_quota}, {507, exit_code::disk_or_quota},
        {408, exit_code::try_again},     {503, exit_code::try_again},
        {500, exit_code::internal},      {302, exit_code::internal},
    };
    for (const auto& [status, wanted] : cases) {
        BOOST_TEST(held_with(status, problem("x")).code == to_int(wanted), status);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_and_what_to_do_and_prints_no_result) {
    const auto got = held_with(404, problem("not-found"));
    BOOST_TEST(got.err == "dhow: T: D\nH\n");
    BOOST_TEST(got.out == "");
    BOOST_TEST(held_with(404, R"({"title":"T"})").err == "dhow: T\n");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_json_too_when_json_was_asked_for) {
    fake_daemon daemon({{404, problem("not-found")}});
    const auto got = daemon.run(run_hold, {id, "--json"});
    BOOST_TEST(got.code == to_int(exit_code::not_found));
    BOOST_TEST(boost::json::parse(got.out).at("code").as_string() == "not-found");
}

BOOST_AUTO_TEST_CASE(answers_that_are_no_objects_are_internal_errors) {
    for (const auto* body : {"", "grey boat", "[1]", "{\"text\":"}) {
        const auto got = held_with(200, body);
        BOOST_TEST(got.code == to_int(exit_code::internal), body);
        BOOST_TEST(got.err == "dhow: the daemon's answer is no JSON object\n", body);
        BOOST_TEST(got.out == "");
    }
    const auto refused = held_with(404, "<html>");
    BOOST_TEST(refused.code == to_int(exit_code::not_found));
    BOOST_TEST(refused.err == "dhow: the daemon answered with status 404\n");
}

BOOST_AUTO_TEST_CASE(a_daemon_that_breaks_off_is_not_reachable) {
    fake_daemon daemon({});
    const auto got = daemon.run(run_hold, {id});
    BOOST_TEST(got.code == to_int(exit_code::not_reachable));
    BOOST_TEST(contains(got.err, "the connection to the daemon broke"), got.err);
    BOOST_TEST(got.out == "");
}

BOOST_AUTO_TEST_CASE(a_daemon_that_is_not_there_is_not_reachable_and_its_socket_is_named) {
    const temporary_folder folder;
    const auto path = (folder / "api.sock").string();
    const auto got = run_verb(run_hold, {id, "--socket", path});
    BOOST_TEST(got.code == to_int(exit_code::not_reachable));
    BOOST_TEST(contains(got.err, "the daemon does not answer on " + path), got.err);
}

BOOST_AUTO_TEST_CASE(without_a_socket_the_configuration_names_it) {
    fake_daemon daemon(one_shipment);
    daemon.write("dhow.yaml", sample + "api: {unix_socket: " + daemon.socket() + "}\n");
    const auto got = run_verb(run_hold, {id, "--config", daemon.file("dhow.yaml")});
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    BOOST_TEST(daemon.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_configuration_that_cannot_be_read_ends_with_its_own_code) {
    const temporary_folder folder;
    const auto got = run_verb(run_hold, {id, "--config", (folder / "none.yaml").string()});
    BOOST_TEST(got.code == to_int(exit_code::bad_configuration));
    BOOST_TEST(contains(got.err, "none.yaml: error: cannot read"), got.err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
