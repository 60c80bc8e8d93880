// Exit codes where they are made: of recipients' states, HTTP statuses, and failures of the disk.
// Way of the message: tests of daemon/cli/delivery_summary, files and online.
// Not pure: /dev/full, a temporary folder.
// Spec: docs/man/dhow.1, EXIT STATUS.
// Limits: none.
#include "daemon/cli/delivery_summary.hpp"
#include "daemon/cli/files.hpp"
#include "daemon/cli/online.hpp"
#include "daemon/store/names.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ostream>

namespace dhow::tests {

using cli::exit_code;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;

cli::delivery_summary summary_of(const texts& states) {
    boost::json::array recipients;
    for (const auto& state : states) {
        recipients.push_back({{"recipient", "MU"}, {"state", state}});
    }
    return cli::summarise({{"recipients", std::move(recipients)}});
}

struct delivery_case {
    texts states;
    exit_code wanted;
    bool settled;
};

const std::vector<delivery_case> delivery_cases{
    {{"taken"}, exit_code::done, true},
    {{"delivered", "complete", "taken", "answered"}, exit_code::done, true},
    {{"queued"}, exit_code::not_delivered_yet, false},
    {{"sending", "relayed"}, exit_code::not_delivered_yet, false},
    {{"queued", "refused"}, exit_code::not_delivered_yet, false},
    {{"complete", "queued"}, exit_code::partly_delivered, false},
    {{"complete", "expired"}, exit_code::partly_delivered, true},
    {{"taken", "held", "cancelled"}, exit_code::partly_delivered, false},
    {{"undeliverable"}, exit_code::failed, true},
    {{"expired", "cancelled", "refused", "undeliverable", "rejected"}, exit_code::failed, true},
    {{"a state of next year"}, exit_code::not_delivered_yet, false},
    {{}, exit_code::not_delivered_yet, false},
};

/// A file that is open for writing, closed at the end.
struct opened {
    explicit opened(const std::string& path)
        : descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {
        BOOST_REQUIRE(descriptor >= 0);
    }
    ~opened() { ::close(descriptor); }
    opened(const opened&) = delete;
    opened& operator=(const opened&) = delete;
    int descriptor;
};

bool write_letter(std::ostream& out) {
    out << "a letter" << '\n';
    return true;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(exit_codes_test)

BOOST_AUTO_TEST_CASE(states_of_recipients_come_to_a_code) {
    for (const auto& one : delivery_cases) {
        const auto summary = summary_of(one.states);
        const std::string first = one.states.empty() ? "nobody" : one.states.front();
        BOOST_TEST(to_int(cli::exit_of(summary)) == to_int(one.wanted), first);
        BOOST_TEST(summary.is_settled() == one.settled, first);
    }
}

BOOST_AUTO_TEST_CASE(each_state_of_the_store_alone_has_its_code) {
    const texts good{"delivered", "complete", "taken", "answered"};
    const texts bad{"expired", "cancelled", "refused", "undeliverable", "rejected"};
    const auto in = [](const texts& list, std::string_view state) {
        return std::find(list.begin(), list.end(), state) != list.end();
    };
    std::size_t ended = 0;
    for (const auto state : store::delivery_state_names) {
        const auto wanted = in(good, state)  ? exit_code::done
                            : in(bad, state) ? exit_code::failed
                                             : exit_code::not_delivered_yet;
        ended += wanted == exit_code::not_delivered_yet ? 0U : 1U;
        BOOST_TEST(to_int(cli::exit_of(summary_of({std::string(state)}))) == to_int(wanted), state);
    }
    BOOST_TEST(ended == good.size() + bad.size());  // No name has changed in the store alone.
}

BOOST_AUTO_TEST_CASE(an_answer_without_recipients_delivers_to_nobody) {
    const auto summary = cli::summarise({{"recipients", nullptr}});
    BOOST_TEST(!summary.is_settled());
    BOOST_TEST(to_int(cli::exit_of(summary)) == to_int(exit_code::not_delivered_yet));
}

BOOST_AUTO_TEST_CASE(a_full_disk_and_a_used_up_quota_are_one_code_and_other_failures_are_not) {
    BOOST_TEST(to_int(cli::exit_of_errno(ENOSPC)) == 12);
    BOOST_TEST(to_int(cli::exit_of_errno(EDQUOT)) == 12);
    for (const int other : {EACCES, EEXIST, EFBIG, EIO, ENOENT, EROFS}) {
        BOOST_TEST(to_int(cli::exit_of_errno(other)) == 1, other);
    }
}

BOOST_AUTO_TEST_CASE(problems_of_keys_and_directory_keep_their_code_unless_the_disk_is_full) {
    using protocol::errc;
    const auto code = [](errc what) {
        return to_int(cli::exit_of_problem({what, "text"}, exit_code::trust));
    };
    BOOST_TEST(code(errc::store_full) == 12);
    BOOST_TEST(code(errc::internal) == 14);
    BOOST_TEST(code(errc::not_found) == 14);
}

BOOST_AUTO_TEST_CASE(writing_to_a_full_disk_ends_with_its_code_and_says_so) {
    const opened full("/dev/full");
    const auto how = cli::write_to(full.descriptor, "out/text", [](std::ostream& out) {
        const bool begun = write_letter(out);
        errno = 0;  // as the socket does between two blocks
        return begun;
    });
    BOOST_TEST(!how.ok());
    BOOST_TEST(to_int(how.code) == to_int(exit_code::disk_or_quota));
    BOOST_TEST(how.why == "out/text: No space left on device");
}

BOOST_AUTO_TEST_CASE(writing_to_a_file_keeps_every_byte) {
    const temporary_folder folder;
    const opened file((folder / "text").string());
    BOOST_TEST(cli::write_to(file.descriptor, "text", &write_letter).ok());
    const auto bytes = folder.read("text");
    BOOST_TEST(std::string(bytes.begin(), bytes.end()) == "a letter\n");
}

BOOST_AUTO_TEST_CASE(a_writer_that_gives_up_leaves_nothing_and_says_nothing_more) {
    const temporary_folder folder;
    const auto how = cli::write_new_file((folder / "out").string(), "text", [](std::ostream& out) {
        write_letter(out);
        return false;
    });
    BOOST_TEST(to_int(how.code) == to_int(exit_code::internal));
    BOOST_TEST(how.why == "");
    BOOST_TEST(std::filesystem::is_empty(folder / "out"));
}

BOOST_AUTO_TEST_CASE(a_new_file_replaces_none) {
    const temporary_folder folder;
    folder.write("text", "an older letter");
    const auto how = cli::write_new_file(folder.path().string(), "text", &write_letter);
    BOOST_TEST(to_int(how.code) == to_int(exit_code::internal));
    BOOST_TEST(how.why == (folder / "text").string() + ": File exists");
    const auto bytes = folder.read("text");
    BOOST_TEST(std::string(bytes.begin(), bytes.end()) == "an older letter");
}

BOOST_AUTO_TEST_CASE(no_status_of_the_daemon_is_a_link_that_is_down) {
    for (unsigned status = 300; status < 600; ++status) {
        BOOST_TEST(to_int(cli::exit_of(status)) != to_int(exit_code::link_down), status);
    }
    BOOST_TEST(to_int(cli::exit_of(507U)) == to_int(exit_code::disk_or_quota));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
