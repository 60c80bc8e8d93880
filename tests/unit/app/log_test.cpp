// Log lines: which levels are written, what stands in front, and one line whatever a peer said.
// Way of the message: tests of daemon/app/log.
// Not pure: the clock, the environment.
// Spec: docs/operations.md#log.
// Limits: none.
#include "daemon/app/log.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <sstream>

namespace dhow::tests {

using route::log_level;

namespace {
constexpr std::array all_levels{log_level::debug, log_level::info, log_level::notice,
                                log_level::warning, log_level::alarm};
constexpr std::array<const char*, 5> all_names{"debug", "info", "notice", "warning", "alarm"};

struct a_log {
    std::ostringstream out;
    app::log journal{out, true};
    app::log terminal{out, false};

    /// What stands there since the last call.
    std::string take() {
        auto text = out.str();
        out.str({});
        return text;
    }
    /// One line of each level; those that came, by their syslog numbers.
    std::string numbers_written() {
        for (const auto level : all_levels) {
            journal.write(level, "ID", "text");
        }
        std::string numbers;
        const auto text = take();
        for (std::size_t at = text.find('<'); at != std::string::npos;
             at = text.find('<', at + 1)) {
            numbers += text[at + 1];
        }
        return numbers;
    }
    std::string journal_line(std::string_view text) {
        journal.write(log_level::info, "ID", text);
        return take();
    }
};

/// JOURNAL_STREAM as a test wants it; as it was when the test has ended.
class journal_stream {
public:
    explicit journal_stream(const std::optional<std::string>& value) {
        if (const char* before = std::getenv(name)) {
            x_before = before;
        }
        set(value);
    }
    ~journal_stream() { set(x_before); }
    journal_stream(const journal_stream&) = delete;
    journal_stream& operator=(const journal_stream&) = delete;

private:
    static constexpr auto name = "JOURNAL_STREAM";
    static void set(const std::optional<std::string>& value) {
        value ? ::setenv(name, value->c_str(), 1) : ::unsetenv(name);
    }
    std::optional<std::string> x_before;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(log_test, a_log)

BOOST_AUTO_TEST_CASE(a_line_for_the_journal_is_level_number_id_and_text) {
    journal.write(log_level::warning, "peer-restored", "MU came back");
    BOOST_TEST(take() == "<4>peer-restored: MU came back\n");
}

BOOST_AUTO_TEST_CASE(each_level_has_its_number_of_syslog) {
    journal.set_level("debug");
    BOOST_TEST(numbers_written() == "76541");
}

BOOST_AUTO_TEST_CASE(without_a_level_debug_is_not_written) {
    BOOST_TEST(numbers_written() == "6541");
}

BOOST_AUTO_TEST_CASE(below_the_level_nothing_is_written) {
    const std::array<std::string, 5> wanted{"76541", "6541", "541", "41", "1"};
    for (std::size_t i = 0; i < all_names.size(); ++i) {
        journal.set_level(all_names[i]);
        BOOST_TEST(numbers_written() == wanted[i], all_names[i]);
    }
}

BOOST_AUTO_TEST_CASE(the_configurations_error_is_alarms_alone) {
    journal.set_level("error");
    BOOST_TEST(numbers_written() == "1");
}

BOOST_AUTO_TEST_CASE(a_level_can_be_lowered_again) {
    journal.set_level("alarm");
    journal.set_level("info");
    BOOST_TEST(numbers_written() == "6541");
}

BOOST_AUTO_TEST_CASE(a_level_that_is_none_changes_nothing) {
    journal.set_level("warning");
    for (const auto* name : {"loud", "", "Debug", "debu"}) {
        journal.set_level(name);
        BOOST_TEST(numbers_written() == "41", name);
    }
}

BOOST_AUTO_TEST_CASE(a_line_for_a_terminal_is_time_level_id_and_text) {
    const auto now = [] {
        return std::chrono::floor<protocol::milliseconds>(std::chrono::system_clock::now());
    };
    const auto before = now();
    terminal.write(log_level::notice, "clock", "it jumped");
    const auto after = now();
    const auto text = take();
    constexpr std::size_t time_size = 24;
    BOOST_REQUIRE_GT(text.size(), time_size);
    BOOST_TEST(text.substr(time_size) == " notice clock: it jumped\n");
    const auto time = protocol::parse_utc(text.substr(0, time_size));
    BOOST_REQUIRE(time.has_value());
    BOOST_TEST((before <= *time && *time <= after));
}

BOOST_AUTO_TEST_CASE(each_level_has_its_name_on_a_terminal) {
    terminal.set_level("debug");
    for (std::size_t i = 0; i < all_levels.size(); ++i) {
        terminal.write(all_levels[i], "ID", "text");
        const auto wanted = "Z " + std::string(all_names[i]) + " ID: text\n";
        BOOST_TEST(take().ends_with(wanted), wanted);
    }
}

BOOST_AUTO_TEST_CASE(each_entry_is_a_line_of_its_own) {
    journal.write(log_level::info, "A", "first");
    journal.write(log_level::info, "B", "");
    BOOST_TEST(take() == "<6>A: first\n<6>B: \n");
}

BOOST_AUTO_TEST_CASE(a_text_cannot_begin_a_line_of_its_own) {
    BOOST_TEST(journal_line("lost\n<1>disk: full\r\n") == "<6>ID: lost <1>disk: full  \n");
    terminal.write(log_level::info, "ID", "lost\nfound");
    BOOST_TEST(take().ends_with(" ID: lost found\n"));
}

BOOST_AUTO_TEST_CASE(every_control_character_below_space_becomes_a_space) {
    std::string text;
    for (char c = 0; c < 0x20; ++c) {
        text += c;
    }
    BOOST_TEST(journal_line(text) == "<6>ID: " + std::string(0x20, ' ') + "\n");
}

BOOST_AUTO_TEST_CASE(letters_of_all_languages_stay_as_they_are) {
    BOOST_TEST(journal_line("N\xc3\xa9gombo \xe6\xb8\xaf ~ !") ==
               "<6>ID: N\xc3\xa9gombo \xe6\xb8\xaf ~ !\n");
}

BOOST_AUTO_TEST_CASE(without_the_journals_variable_it_is_no_journal) {
    const journal_stream none(std::nullopt);
    BOOST_TEST(!app::is_under_journal());
}

BOOST_AUTO_TEST_CASE(the_journals_variable_that_names_standard_error_is_believed) {
    struct stat file{};
    BOOST_REQUIRE(::fstat(STDERR_FILENO, &file) == 0);
    const journal_stream ours(std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino));
    BOOST_TEST(app::is_under_journal());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
