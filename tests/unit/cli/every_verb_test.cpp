// Each verb that speaks to the daemon: wrong usage, no daemon, success, JSON, a refusal.
// Way of the message: tests of all of daemon/cli that needs the daemon.
// Not pure: a fake daemon on a Unix socket, a temporary folder.
// Spec: docs/man/dhow.1.
// Limits: what is special in a verb is in the verb's own tests.
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using cli::exit_code;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;

/// Before the name of a file or folder that is in the test's own folder.
constexpr char here = '@';

struct verb_case {
    std::string name;
    verb_function verb;
    texts good;
    std::vector<texts> wrong;  ///< Command lines that are wrong.
    std::vector<canned_reply> replies;
    std::string printed;  ///< Part of what a person sees.
};

const canned_reply done_with_one{200, R"({"text":"1 shipment"})"};
const std::string recipients_member = R"("recipients":[{"recipient":"MU","state":"taken"}]})";
const texts letter{"--to", "MU", "--kind", "hit.request", "--body", "@body.txt"};

texts operator+(texts left, const texts& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

std::vector<verb_case> senders_verbs() {
    return {
        {"send",
         cli::run_send,
         letter,
         {{},
          {"--to", "MU", "--kind", "x"},
          letter + texts{"--wait", "soon"},
          letter + texts{"--expires", "tomorrow"},
          letter + texts{"--expires", ""},
          letter + texts{"--class", "fast"},
          letter + texts{"MU"}},
         {{202, R"({"id":"ID-1","repeated":false})"}},
         "ID-1\n"},
        {"status",
         cli::run_status,
         {"ID-1"},
         {{}, {"ID-1", "ID-2"}, {"ID-1", "--wait", "soon"}, {"ID-1", "--wait"}},
         {{200, R"({"id":"ID-1","kind":"hit.request","class":"flash",)" + recipients_member}},
         "MU  taken"},
        {"why",
         cli::run_why,
         {"ID-1"},
         {{}, {"ID-1", "--event"}},
         {{200, R"({"causes":[{"recipient":"MU","code":"held","text":"is held","remedy":""}]})"}},
         "MU: is held (held)\n    to do     nothing\n"},
        {"clocks",
         cli::run_clocks,
         {},
         {{"ID-1"}, {"--all"}},
         {{200, R"({"clocks":[{"position":1,"message":"ID-1","bureau":"KE"}],"more":false})"}},
         "ID-1     KE"},
        {"why --events",
         cli::run_why,
         {"ID-1", "--events"},
         {{"--events"}},
         {{200, R"({"events":[{"what":"accepted","actor":"gateway"}]})"}},
         "accepted"},
        {"cancel",
         cli::run_cancel,
         {"ID-1"},
         {{}, {"ID-1", "ID-2"}},
         {done_with_one},
         "1 shipment\n"},
    };
}

std::vector<verb_case> addressees_verbs() {
    return {
        {"inbox list",
         cli::run_inbox,
         {"list"},
         {{},
          {"lits"},
          {"list", "ID-1"},
          {"list", "--wait", "61"},
          {"list", "--wait", "5s"},
          {"list", "--wait="},
          {"list", "--after", "-1"},
          {"list", "--after", "x"}},
         {{200, R"({"entries":[{"id":"ID-1","position":7,"origin":"KE","class":"bulk"}]})"}},
         "ID-1  KE"},
        {"inbox get",
         cli::run_inbox,
         {"get", "ID-1", "--out", "@out"},
         {{"get"}, {"get", "ID-1"}, {"get", "--out", "@out"}},
         {{200, R"({"id":"ID-1","attachments":[{"position":1,"name":"a/b"}]})"},
          {200, "text"},
          {200, "photograph"}},
         "1-a_b\n"},
        {"inbox ack",
         cli::run_inbox,
         {"ack", "ID-1"},
         {{"ack"}, {"ack", "ID-1", "--reject"}},
         {done_with_one},
         "1 shipment\n"},
        {"evidence export",
         cli::run_evidence,
         {"export", "ID-1", "--out", "@out"},
         {{}, {"export", "ID-1"}, {"export", "--out", "@out"}},
         {{200, R"({"files":[{"name":"receipt.cms","data_base64":"AQID"}]})"}},
         "receipt.cms\n"},
    };
}

std::vector<verb_case> verbs_of_links() {
    return {
        {"link list",
         cli::run_link,
         {"list"},
         {{}, {"list", "fibre"}},
         {{200, R"({"links":[{"name":"fibre","peer":"MU","state":"up"}]})"}},
         "fibre  MU    up"},
        {"link call",
         cli::run_link,
         {"call", "fibre"},
         {{"call"}, {"call", "a", "--wait", "soon"}},
         {done_with_one},
         "1 shipment\n"},
        {"link suspend",
         cli::run_link,
         {"suspend", "MU", "--reason", "works on the line", "--for", "2h"},
         {{"suspend"},
          {"suspend", "MU"},
          {"suspend", "MU", "--reason", ""},
          {"suspend", "MU", "--reason", "x", "--until", "tomorrow"},
          {"suspend", "MU", "--reason", "x", "--for", "soon"},
          {"suspend", "MU", "--reason", "x", "--for", "0s"},
          {"suspend", "MU", "--reason", "x", "--for", "1h", "--until", "2026-12-01T06:00Z"},
          {"suspend", "MU", "KE", "--reason", "x"}},
         {done_with_one},
         "1 shipment\n"},
        {"link resume",
         cli::run_link,
         {"resume", "MU"},
         {{"resume"}, {"resume", "MU", "KE"}},
         {done_with_one},
         "1 shipment\n"},
        {"link test",
         cli::run_link,
         {"test", "fibre"},
         {{"test"}, {"test", "a", "b"}},
         {{200, R"({"ok":true,"peer":"MU","trials":[{"link":"fibre","address":"tls://a:1",)"
                R"("ok":true,"steps":[{"step":"name","ok":true,"ms":3,"text":"1 addresses"}]}]})"}},
         "fibre  tls://a:1  good\n"},
    };
}

std::vector<verb_case> operators_verbs() {
    return {
        {"hold",
         cli::run_hold,
         {"ID-1"},
         {{}, {"ID-1", "--peer", "MU"}, {"ID-1", "ID-2"}},
         {done_with_one},
         "1 shipment\n"},
        {"release",
         cli::run_release,
         {"--peer", "MU"},
         {{}, {"ID-1", "--peer", "MU"}},
         {done_with_one},
         "1 shipment\n"},
        {"send-again",
         cli::run_send_again,
         {"ID-1", "--to", "MU"},
         {{"--to", "MU"}, {"ID-1"}},
         {done_with_one},
         "1 shipment\n"},
        {"queue",
         cli::run_queue,
         {},
         {{"MU", "KE"}, {"--all"}},
         {{200, R"({"queues":[{"peer":"MU","class":"flash","bytes":7}]})"}},
         "MU    flash"},
        {"queue PEER",
         cli::run_queue,
         {"MU"},
         {{"MU", "KE"}},
         {{200, R"({"shipments":[{"position":1,"message":"ID-1","bytes":7}]})"}},
         "ID-1"},
        {"route explain",
         cli::run_route,
         {"explain", "--to", "MU"},
         {{}, {"explain"}, {"explain", "--to", "MU", "--class", "fast"}},
         {{200, R"({"lines":["rule 1 matches MU"],"via":[]})"}},
         "rule 1 matches MU\n"},
        {"db check",
         cli::run_db,
         {"check", "--thorough"},
         {{}, {"check", "FILE"}},
         {{200, R"({"ok":true,"problems":[]})"}},
         "ok\n"},
        {"db backup",
         cli::run_db,
         {"backup", "@copy"},
         {{"backup"}, {"backup", "a", "b"}},
         {done_with_one},
         "1 shipment\n"},
    };
}

std::vector<verb_case> all_verbs() {
    auto out = senders_verbs();
    for (const auto& some : {addressees_verbs(), operators_verbs(), verbs_of_links()}) {
        out.insert(out.end(), some.begin(), some.end());
    }
    return out;
}

/// The arguments, with the names that begin with `here` as paths in the folder.
texts placed(const texts& args, const std::string& folder) {
    texts out;
    for (const auto& one : args) {
        out.push_back(one.starts_with(here) ? folder + "/" + one.substr(1) : one);
    }
    return out;
}

verb_outcome run_with(const verb_case& what, const std::vector<canned_reply>& replies,
                      const texts& more = {}) {
    fake_daemon daemon(replies);
    daemon.write("body.txt", "Is he wanted?");
    const auto folder = std::filesystem::path(daemon.socket()).parent_path().string();
    return daemon.run(what.verb, placed(what.good + more, folder));
}
}  // namespace

BOOST_AUTO_TEST_SUITE(every_verb_test)

BOOST_AUTO_TEST_CASE(a_wrong_command_line_is_told_as_such_with_no_daemon_and_no_configuration) {
    const temporary_folder folder;
    const auto nowhere = folder.path().string();
    for (const auto& one : all_verbs()) {
        for (const auto& wrong : one.wrong) {
            for (const auto& more :
                 {texts{"--socket", nowhere + "/api.sock"}, texts{"--config", nowhere + "/none"}}) {
                const auto got = run_verb(one.verb, placed(wrong, nowhere) + more);
                BOOST_TEST(got.code == to_int(exit_code::usage), one.name << ": " << got.err);
                BOOST_TEST(contains(got.err, "\nTry 'dhow "), one.name << ": " << got.err);
                BOOST_TEST(got.out == "", one.name);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(without_a_daemon_each_says_that_and_no_more) {
    const temporary_folder folder;
    const auto socket = (folder / "api.sock").string();
    for (const auto& one : all_verbs()) {
        const auto args = placed(one.good, folder.path().string()) + texts{"--socket", socket};
        const auto got = run_verb(one.verb, args);
        BOOST_TEST(got.code == to_int(exit_code::not_reachable), one.name << ": " << got.err);
        BOOST_TEST(contains(got.err, "the daemon does not answer on " + socket), one.name);
        BOOST_TEST(got.out == "", one.name);
    }
}

BOOST_AUTO_TEST_CASE(success_ends_with_zero_and_prints_the_result_alone) {
    for (const auto& one : all_verbs()) {
        const auto got = run_with(one, one.replies);
        BOOST_TEST(got.code == to_int(exit_code::done), one.name << ": " << got.err);
        BOOST_TEST(contains(got.out, one.printed), one.name << ": " << got.out);
        BOOST_TEST(got.err == "", one.name);
    }
}

BOOST_AUTO_TEST_CASE(with_json_each_line_is_an_object_and_there_is_one_at_least) {
    for (const auto& one : all_verbs()) {
        const auto got = run_with(one, one.replies, {"--json"});
        BOOST_TEST(got.code == to_int(exit_code::done), one.name << ": " << got.err);
        std::istringstream lines(got.out);
        std::size_t count = 0;
        for (std::string line; std::getline(lines, line); ++count) {
            boost::system::error_code error;
            const auto value = boost::json::parse(line, error);
            BOOST_TEST(!error, one.name << ": " << line);
            BOOST_TEST(value.is_object(), one.name << ": " << line);
        }
        BOOST_TEST(count == 1U, one.name << ": " << got.out);
        BOOST_TEST(got.err == "", one.name);
    }
}

BOOST_AUTO_TEST_CASE(what_the_daemon_does_not_find_is_not_found_and_is_json_on_request) {
    const std::vector<canned_reply> nothing{
        {404, R"({"title":"no such thing","code":"not-found","hint":"Check the id."})"}};
    for (const auto& one : all_verbs()) {
        const auto got = run_with(one, nothing);
        BOOST_TEST(got.code == to_int(exit_code::not_found), one.name);
        BOOST_TEST(got.out == "", one.name);
        BOOST_TEST(got.err == "dhow: no such thing\nCheck the id.\n", one.name);
        const auto as_json = run_with(one, nothing, {"--json"});
        BOOST_TEST(as_json.code == to_int(exit_code::not_found), one.name);
        BOOST_TEST(boost::json::parse(as_json.out).at("code").as_string() == "not-found");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
