// `dhow link suspend`, `resume` and `test`: what they ask, what they show, and how they end.
// Way of the message: tests of daemon/cli/link_suspend_command and link_test_command.
// Not pure: a fake daemon on a Unix socket.
// Spec: docs/man/dhow.1.
// Limits: what all verbs do is in every_verb_test.cpp.
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::run_link;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;
const canned_reply done{200, R"({"text":"suspended"})"};
const std::string suspension =
    R"("suspended":{"reason":"a move","by":"anna","since":"2026-11-29T10:00:00.000Z",)"
    R"("until":"2026-12-01T06:00:00.000Z"})";

/// One trial whose last step is so.
std::string trial(const std::string& step, bool ok, bool trust = false) {
    return R"({"link":"fibre","address":"tls://hub.example:7443","ok":)" +
           std::string(ok ? "true" : "false") + R"(,"trust":)" + (trust ? "true" : "false") +
           R"(,"remedy":")" + (ok ? "" : "Look there.") +
           R"(","steps":[{"step":"name","ok":true,"code":null,"ms":3,"text":"1 addresses"},)" +
           R"({"step":")" + step + R"(","ok":)" + (ok ? "true" : "false") +
           R"(,"code":"timed-out","ms":41,"text":"found"}]})";
}

canned_reply report(bool ok, const std::string& trials, const std::string& since = "null") {
    return {200, R"({"ok":)" + std::string(ok ? "true" : "false") +
                     R"(,"peer":"IPSG","session_since":)" + since + R"(,"trials":[)" + trials +
                     "]}"};
}
}  // namespace

BOOST_AUTO_TEST_SUITE(link_verbs_test)

BOOST_AUTO_TEST_CASE(a_suspension_carries_reason_and_end_as_they_were_given) {
    const std::vector<std::pair<texts, std::string>> cases{
        {{}, R"({"reason":"a \"move\""})"},
        {{"--for", "90m"}, R"({"reason":"a \"move\"","for":"90m"})"},
        {{"--until", "2026-12-01T06:00Z"},
         R"({"reason":"a \"move\"","until":"2026-12-01T06:00:00.000Z"})"},
        {{"--until", "2026-12-01T06:00:30Z"},
         R"({"reason":"a \"move\"","until":"2026-12-01T06:00:30.000Z"})"},
        {{"--until", "2026-12-01T06:00:30.500Z"},
         R"({"reason":"a \"move\"","until":"2026-12-01T06:00:30.500Z"})"},
    };
    for (const auto& [more, body] : cases) {
        fake_daemon daemon({done});
        texts args{"suspend", "IPSG", "--reason", "a \"move\""};
        args.insert(args.end(), more.begin(), more.end());
        const auto got = daemon.run(run_link, args);
        BOOST_TEST(got.code == to_int(exit_code::done), got.err);
        BOOST_TEST(got.out == "suspended\n");
        BOOST_TEST(daemon.requests() == texts{"POST /admin/v1/peers/IPSG/suspend " + body},
                   per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_resumption_names_the_peer) {
    fake_daemon daemon({{200, R"({"text":"resumed"})"}});
    const auto got = daemon.run(run_link, {"resume", "IPSG"});
    BOOST_TEST(got.out == "resumed\n");
    BOOST_TEST(daemon.requests() == texts{"POST /admin/v1/peers/IPSG/resume {}"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_list_says_of_each_suspended_peer_once_why_until_when_and_by_whom) {
    const std::string link = R"("peer":"IPSG","state":"suspended",)" + suspension + "}";
    fake_daemon daemon({{200, R"({"links":[{"name":"fibre",)" + link + R"(,{"name":"vsat",)" +
                                  link + R"(,{"name":"coast","peer":"MU","suspended":null}]})"}});
    const auto got = daemon.run(run_link, {"list"});
    const std::string line = "\nIPSG is suspended until 2026-12-01 06:00:00Z by anna: a move\n";
    BOOST_TEST(contains(got.out, line), got.out);
    BOOST_TEST(got.out.find("is suspended") == got.out.rfind("is suspended"));
}

BOOST_AUTO_TEST_CASE(the_queue_says_it_too) {
    const std::string queue = R"({"queues":[{"peer":"IPSG","class":"flash","bytes":7,)" +
                              suspension + R"(},{"peer":"IPSG","class":"bulk","bytes":7,)" +
                              suspension + "}]}";
    fake_daemon all({{200, queue}});
    const auto got = all.run(cli::run_queue, {});
    BOOST_TEST(contains(got.out, "\n\nIPSG is suspended until 2026-12-01 06:00:00Z by anna: "),
               got.out);
    BOOST_TEST(got.out.find("is suspended") == got.out.rfind("is suspended"));
    fake_daemon one({{200, R"({"shipments":[],"more":false,)" + suspension + "}"}});
    const auto of_peer = one.run(cli::run_queue, {"IPSG"});
    BOOST_TEST(contains(of_peer.out, "nothing waits for IPSG\n\nIPSG is suspended until"),
               of_peer.out);
}

BOOST_AUTO_TEST_CASE(a_good_trial_shows_its_steps_and_ends_with_zero) {
    fake_daemon daemon({report(true, trial("hello", true))});
    const auto got = daemon.run(run_link, {"test", "IPSG"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(contains(got.out, "fibre  tls://hub.example:7443  good\n"), got.out);
    BOOST_TEST(contains(got.out, "  hello  ok      41  found\n"), got.out);
    BOOST_TEST(!contains(got.out, "to do"), got.out);
    BOOST_TEST(daemon.requests() == texts{"POST /admin/v1/links/IPSG/test {}"}, per_element());
}

BOOST_AUTO_TEST_CASE(a_failed_trial_says_what_to_do_and_its_code_says_what_kind_it_is) {
    for (const auto& [trust, code] :
         {std::pair{false, exit_code::link_down}, std::pair{true, exit_code::trust}}) {
        fake_daemon daemon({report(false, trial("tcp", false, trust))});
        const auto got = daemon.run(run_link, {"test", "fibre"});
        BOOST_TEST(got.code == to_int(code));
        BOOST_TEST(contains(got.out, "failed\n"), got.out);
        BOOST_TEST(contains(got.out, "timed-out  41  found\n"), got.out);
        BOOST_TEST(contains(got.out, "  to do: Look there.\n"), got.out);
    }
}

BOOST_AUTO_TEST_CASE(one_good_way_of_several_is_enough) {
    fake_daemon daemon({report(true, trial("tcp", false) + "," + trial("hello", true))});
    BOOST_TEST(daemon.run(run_link, {"test", "IPSG"}).code == to_int(exit_code::done));
}

BOOST_AUTO_TEST_CASE(a_session_that_is_up_is_said_also_when_nothing_could_be_tried) {
    const std::string since = R"("2026-11-29T10:00:00.000Z")";
    fake_daemon beside({report(true, trial("hello", true), since)});
    const auto got = beside.run(run_link, {"test", "IPSG"});
    BOOST_TEST(contains(got.out, "a session with IPSG is up since 2026-11-29 10:00:00Z"), got.out);
    fake_daemon alone({report(true, "", since)});
    const auto none = alone.run(run_link, {"test", "IPSG"});
    BOOST_TEST(none.code == to_int(exit_code::done));
    BOOST_TEST(contains(none.out, "only the peer can dial"), none.out);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
