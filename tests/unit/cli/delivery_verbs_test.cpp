// `dhow send` and `status`: waiting for delivery, and the codes that tell how it ended.
// Way of the message: tests of daemon/cli/send_command and status_command.
// Not pure: a fake daemon on a Unix socket.
// Spec: docs/man/dhow.1, EXIT STATUS.
// Limits: none.
#include "protocol/limits.hpp"
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;

const canned_reply accepted{202, R"({"id":"ID-1","repeated":false})"};

canned_reply status_of(const texts& states) {
    boost::json::array recipients;
    for (const auto& state : states) {
        recipients.push_back({{"recipient", "MU"}, {"state", state}});
    }
    const boost::json::object whole{{"id", "ID-1"}, {"recipients", std::move(recipients)}};
    return {200, boost::json::serialize(whole)};
}

/// Runs `send` of a short text.
verb_outcome send(fake_daemon& daemon, const texts& more) {
    daemon.write("body.txt", "Is he wanted?");
    texts args{"--to", "MU,KE", "--kind", "hit.request", "--body", daemon.file("body.txt")};
    args.insert(args.end(), more.begin(), more.end());
    return daemon.run(cli::run_send, args);
}

/// What is settled, or asked for once alone, needs no pause.
const std::vector<std::tuple<texts, std::string, exit_code>> endings{
    {{"taken", "complete"}, "30s", exit_code::done},
    {{"taken", "expired"}, "30s", exit_code::partly_delivered},
    {{"taken", "queued"}, "0s", exit_code::partly_delivered},
    {{"queued", "relayed"}, "0s", exit_code::not_delivered_yet},
    {{"refused", "undeliverable"}, "30s", exit_code::failed},
};
}  // namespace

BOOST_AUTO_TEST_SUITE(delivery_verbs_test)

BOOST_AUTO_TEST_CASE(status_with_wait_ends_with_the_code_of_the_states) {
    for (const auto& [states, time, wanted] : endings) {
        fake_daemon daemon({status_of(states)});
        const auto got = daemon.run(cli::run_status, {"ID-1", "--wait", time});
        BOOST_TEST(got.code == to_int(wanted), states.back());
        BOOST_TEST(contains(got.out, states.back()), got.out);
    }
}

BOOST_AUTO_TEST_CASE(status_without_wait_only_tells) {
    for (const auto& [states, time, wanted] : endings) {
        fake_daemon daemon({status_of(states)});
        BOOST_TEST(daemon.run(cli::run_status, {"ID-1"}).code == to_int(exit_code::done));
    }
}

BOOST_AUTO_TEST_CASE(waiting_asks_again_until_all_is_settled) {
    fake_daemon daemon({status_of({"queued"}), status_of({"relayed"}), status_of({"taken"})});
    const auto got = daemon.run(cli::run_status, {"ID-1", "--wait", "30s", "--json"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(daemon.requests() == texts(3, "GET /v1/messages/ID-1 "), per_element());
    BOOST_TEST(contains(boost::json::serialize(boost::json::parse(got.out)), "taken"), got.out);
}

BOOST_AUTO_TEST_CASE(send_with_wait_prints_the_id_and_ends_with_the_code_of_the_states) {
    for (const auto& [states, time, wanted] : endings) {
        fake_daemon daemon({accepted, status_of(states)});
        const auto got = send(daemon, {"--wait", time});
        BOOST_TEST(got.code == to_int(wanted), states.back());
        BOOST_TEST(got.out == "ID-1\n");
    }
}

BOOST_AUTO_TEST_CASE(send_with_wait_and_json_prints_the_last_status_alone) {
    fake_daemon daemon({accepted, status_of({"taken"})});
    const auto got = send(daemon, {"--wait", "30s", "--json"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(boost::json::parse(got.out).at("recipients").as_array().size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_id_is_told_when_the_daemon_ends_during_the_wait) {
    fake_daemon daemon({accepted});
    const auto got = send(daemon, {"--wait", "30s", "--json"});
    BOOST_TEST(got.code == to_int(exit_code::not_reachable));
    BOOST_TEST(contains(got.err, "dhow: accepted as ID-1\n"), got.err);
}

BOOST_AUTO_TEST_CASE(send_asks_with_what_was_given) {
    fake_daemon daemon({accepted});
    BOOST_TEST(send(daemon, {"--class", "flash", "--expires", "24h"}).code == 0);
    const auto requests = daemon.requests();
    BOOST_REQUIRE(requests.size() == 1U);
    const std::string target = "POST /v1/messages ";
    BOOST_REQUIRE(requests[0].starts_with(target));
    const auto body = boost::json::parse(requests[0].substr(target.size()));
    BOOST_TEST(body.at("to").as_array().size() == 2U);
    BOOST_TEST(body.at("class").as_string() == "flash");
    BOOST_TEST(body.at("expires_in_s").to_number<int>() == 86'400);
}

BOOST_AUTO_TEST_CASE(without_class_and_expiry_the_daemon_takes_those_of_the_kind) {
    fake_daemon daemon({accepted});
    BOOST_TEST(send(daemon, {"--media-type", "application/json"}).code == 0);
    const auto requests = daemon.requests();
    BOOST_REQUIRE(requests.size() == 1U);
    const auto body = boost::json::parse(requests[0].substr(requests[0].find('{'))).as_object();
    BOOST_TEST(!body.contains("class"));
    BOOST_TEST(!body.contains("expires_in_s"));
    BOOST_TEST(!body.contains("never_expires"));
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_with_a_text_is_told) {
    fake_daemon daemon({{422, R"({"title":"T","detail":"2 rules","hint":"H","problems":[)"
                              R"({"severity":"refusal","pointer":"/body/a","rule":"R-SCH-01",)"
                              R"("text":"Required."},{"severity":"refusal","pointer":"",)"
                              R"("rule":"R-SEN-01","text":"May not."}]})"}});
    const auto got = send(daemon, {});
    BOOST_TEST(got.code == to_int(exit_code::refused));
    BOOST_TEST(got.err ==
               "dhow: T: 2 rules\nrefusal /body/a: Required. [R-SCH-01]\n"
               "refusal May not. [R-SEN-01]\nH\n");
}

BOOST_AUTO_TEST_CASE(a_message_that_is_refused_ends_with_the_code_of_the_refusal) {
    const std::pair<unsigned, exit_code> cases[] = {
        {400, exit_code::usage},         {403, exit_code::not_authorised},
        {422, exit_code::refused},       {429, exit_code::disk_or_quota},
        {507, exit_code::disk_or_quota}, {503, exit_code::try_again},
    };
    for (const auto& [status, wanted] : cases) {
        fake_daemon daemon({{status, R"({"title":"T"})"}});
        const auto got = send(daemon, {"--wait", "30s"});
        BOOST_TEST(got.code == to_int(wanted), status);
        BOOST_TEST(got.out == "");
    }
}

BOOST_AUTO_TEST_CASE(files_that_are_missing_or_too_long_are_told_before_anything_is_sent) {
    const std::pair<texts, exit_code> cases[] = {
        {{"--body", "/nonexistent/body.txt"}, exit_code::not_found},
        {{"--body", "@long.txt"}, exit_code::refused},
        {{"--body", "@short.txt", "--attach", "/nonexistent/photograph"}, exit_code::not_found},
    };
    for (const auto& [args, wanted] : cases) {
        fake_daemon daemon({accepted});
        daemon.write("short.txt", "text");
        daemon.write("long.txt", std::string(protocol::limits::text_bytes_max + 1, 'a'));
        texts all{"--to", "MU", "--kind", "x"};
        for (const auto& one : args) {
            all.push_back(one.starts_with('@') ? daemon.file(one.substr(1)) : one);
        }
        const auto got = daemon.run(cli::run_send, all);
        BOOST_TEST(got.code == to_int(wanted), got.err);
        BOOST_TEST(daemon.requests() == texts{}, per_element());
    }
}

BOOST_AUTO_TEST_CASE(uploads_are_taken_back_when_one_finds_the_disk_full) {
    fake_daemon daemon({{200, R"({"upload":"7"})"}, {507, R"({"title":"T"})"}, {200, "{}"}});
    daemon.write("a.txt", "first");
    daemon.write("b.txt", "second");
    const auto got =
        send(daemon, {"--attach", daemon.file("a.txt"), "--attach", daemon.file("b.txt")});
    BOOST_TEST(got.code == to_int(exit_code::disk_or_quota));
    const texts wanted{"POST /v1/uploads?name=a.txt first", "POST /v1/uploads?name=b.txt second",
                       "DELETE /v1/uploads/7 "};
    BOOST_TEST(daemon.requests() == wanted, per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
