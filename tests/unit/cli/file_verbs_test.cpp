// `dhow inbox`, `evidence` and `db`: the files that they write, and what goes wrong with them.
// Way of the message: tests of daemon/cli/inbox_command, evidence_command and db_command.
// Not pure: a fake daemon on a Unix socket, a temporary folder, a limit on the size of files.
// Spec: docs/man/dhow.1.
// Limits: a full disk is in exit_codes_test, where a descriptor can be given.
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <csignal>

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;

const std::vector<canned_reply> message{
    {200, R"({"id":"ID-1","text_base64":"aGVsbG8=","attachments":[
              {"position":1,"name":"../photo"},{"position":2,"name":"\u001b"}]})"},
    {200, "hello"},
    {200, "photograph"},
    {200, ""}};
const std::vector<canned_reply> proof{{200, R"({"files":[{"name":"a.cms","data_base64":"YWJj"},
                       {"name":"../b.cms","data_base64":"ZGVm"}]})"}};

struct out_folder {
    [[nodiscard]] verb_outcome get(const std::vector<canned_reply>& replies) const {
        fake_daemon daemon(replies);
        return daemon.run(cli::run_inbox, {"get", "ID-1", "--out", out()});
    }
    [[nodiscard]] verb_outcome prove(const std::vector<canned_reply>& replies) const {
        fake_daemon daemon(replies);
        return daemon.run(cli::run_evidence, {"export", "ID-1", "--out", out()});
    }
    [[nodiscard]] std::string out() const { return (folder / "out").string(); }
    [[nodiscard]] std::string text_of(const std::string& name) const {
        const auto bytes = folder.read("out/" + name);
        return {bytes.begin(), bytes.end()};
    }
    [[nodiscard]] std::size_t count() const {
        const std::filesystem::directory_iterator files(folder / "out");
        return static_cast<std::size_t>(std::distance(begin(files), end(files)));
    }
    temporary_folder folder;
};

/// Files of this process end after one byte, as long as it lives.
class short_files {
public:
    short_files() : x_handler(std::signal(SIGXFSZ, SIG_IGN)) {
        BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &x_before) == 0);
        const rlimit one_byte{1, x_before.rlim_max};
        BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &one_byte) == 0);
    }
    ~short_files() {
        ::setrlimit(RLIMIT_FSIZE, &x_before);
        std::signal(SIGXFSZ, x_handler);
    }
    short_files(const short_files&) = delete;
    short_files& operator=(const short_files&) = delete;

private:
    void (*x_handler)(int);
    rlimit x_before{};
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(file_verbs_test, out_folder)

BOOST_AUTO_TEST_CASE(a_message_becomes_files_with_harmless_names) {
    const auto got = get(message);
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    BOOST_TEST(got.out == out() + "/text\n" + out() + "/1-_._photo\n" + out() + "/2-_\n");
    BOOST_TEST(text_of("text") == "hello");
    BOOST_TEST(text_of("1-_._photo") == "photograph");
    BOOST_TEST(boost::json::parse(text_of("message.json")).at("id").as_string() == "ID-1");
    BOOST_TEST(count() == 4U);
}

BOOST_AUTO_TEST_CASE(evidence_becomes_files_with_harmless_names) {
    const auto got = prove(proof);
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    BOOST_TEST(text_of("a.cms") == "abc");
    BOOST_TEST(text_of("_._b.cms") == "def");
    BOOST_TEST(count() == 2U);
}

BOOST_AUTO_TEST_CASE(nothing_is_written_over) {
    BOOST_TEST(get(message).code == to_int(exit_code::done));
    const auto again = get(message);
    BOOST_TEST(again.code == to_int(exit_code::internal));
    BOOST_TEST(again.err == "dhow: " + out() + "/text: File exists\n");
    BOOST_TEST(prove(proof).code == to_int(exit_code::done));
    BOOST_TEST(prove(proof).err == "dhow: " + out() + "/a.cms: File exists\n");
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_named) {
    folder.write("out", "a file");
    for (const auto& got : {get(message), prove(proof)}) {
        BOOST_TEST(got.code == to_int(exit_code::internal));
        BOOST_TEST(got.err == "dhow: " + out() + ": Not a directory\n");
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_to_its_end_is_told_and_does_not_stay) {
    for (const bool evidence : {false, true}) {
        verb_outcome got;
        {
            const short_files limit;
            got = evidence ? prove(proof) : get(message);
        }
        BOOST_TEST(got.code == to_int(exit_code::internal));
        const std::string name = evidence ? "/a.cms" : "/text";
        BOOST_TEST(got.err == "dhow: " + out() + name + ": File too large\n");
        BOOST_TEST(got.out == "");
        BOOST_TEST(count() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(an_attachment_that_is_refused_ends_with_its_code_and_leaves_no_half_file) {
    auto replies = message;
    replies[2] = {404, R"({"title":"T","code":"not-found"})"};
    const auto got = get(replies);
    BOOST_TEST(got.code == to_int(exit_code::not_found));
    BOOST_TEST(got.err == "dhow: T\n");
    BOOST_TEST(count() == 1U);  // the text
    const auto broken = prove({{200, R"({"files":[{"name":"a.cms","data_base64":"?"}]})"}});
    BOOST_TEST(broken.code == to_int(exit_code::internal));
    BOOST_TEST(broken.err == "dhow: the daemon's answer holds no data for a.cms\n");
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_during_a_file_is_not_reachable) {
    const auto got = get({message.begin(), message.begin() + 2});
    BOOST_TEST(got.code == to_int(exit_code::not_reachable));
    BOOST_TEST(count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_rejection_tells_the_reason) {
    fake_daemon daemon({{200, R"({"text":"rejected"})"}});
    const auto got = daemon.run(cli::run_inbox, {"ack", "ID-1", "--reject", "not ours"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    const texts wanted{R"(POST /v1/inbox/ID-1/ack {"state":"rejected","reason":"not ours"})"};
    BOOST_TEST(daemon.requests() == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(the_inbox_is_listed_page_by_page_and_waits_for_the_first_alone) {
    fake_daemon daemon({{200, R"({"entries":[{"id":"A","position":7}],"more":true})"},
                        {200, R"({"entries":[{"id":"B","position":9}],"more":false})"}});
    const auto got = daemon.run(cli::run_inbox, {"list", "--wait", "60", "--all", "--json"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "{\"id\":\"A\",\"position\":7}\n{\"id\":\"B\",\"position\":9}\n");
    const texts wanted{"GET /v1/inbox?limit=500&after=0&wait=60&all=true ",
                       "GET /v1/inbox?limit=500&after=7&all=true "};
    BOOST_TEST(daemon.requests() == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(a_database_that_is_not_sound_is_a_verification_that_failed) {
    const canned_reply unsound{200, R"({"ok":false,"problems":["page 3","row 7"]})"};
    fake_daemon as_text({unsound});
    const auto got = as_text.run(cli::run_db, {"check"});
    BOOST_TEST(got.code == to_int(exit_code::verification_failed));
    BOOST_TEST(got.out == "not ok\npage 3\nrow 7\n");
    BOOST_TEST(as_text.requests() == texts{R"(POST /admin/v1/check {"thorough":false})"},
               per_element());
    fake_daemon as_json({unsound});
    const auto whole = as_json.run(cli::run_db, {"check", "--json"});
    BOOST_TEST(whole.code == to_int(exit_code::verification_failed));
    BOOST_TEST(!boost::json::parse(whole.out).at("ok").as_bool());
}

BOOST_AUTO_TEST_CASE(a_backup_onto_a_full_disk_ends_with_its_code) {
    fake_daemon daemon({{507, R"({"title":"T","code":"store-full"})"}});
    const auto got = daemon.run(cli::run_db, {"backup", "/srv/copy"});
    BOOST_TEST(got.code == to_int(exit_code::disk_or_quota));
    BOOST_TEST(daemon.requests() == texts{R"(POST /admin/v1/backup {"path":"/srv/copy"})"},
               per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
