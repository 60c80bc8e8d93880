// Signals that come while a daemon starts, and a reload of a file that cannot be used.
// Way of the message: none; ZW alone.
// Not pure: processes.
// Spec: docs/man/dhowd.8. Tests: this is one.
// Limits: none.
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace dhow::tests {

namespace {

/// Whether the process has a handler for the signal: bit `number - 1` of SigCgt in proc(5).
bool is_caught(pid_t pid, int number) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("SigCgt:")) {
            return (std::stoull(line.substr(7), nullptr, 16) >> (number - 1) & 1U) != 0;
        }
    }
    return false;
}

struct starting {
    void start_and_send(int number) {
        auto& daemon = bureaus["ZW"];
        daemon.start_only();
        wait_until("a handler of the signal", [&] { return is_caught(daemon.pid(), number); });
        BOOST_REQUIRE(::kill(daemon.pid(), number) == 0);
    }
    void reload_until(const std::string& word) {
        auto& daemon = bureaus["ZW"];
        BOOST_REQUIRE(::kill(daemon.pid(), SIGHUP) == 0);
        wait_until("the log to say: " + word,
                   [&] { return daemon.log_text().find(word) != std::string::npos; });
    }
    federation bureaus;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(signals_test, starting)

BOOST_AUTO_TEST_CASE(a_reload_asked_for_during_the_start_is_done_after_it) {
    start_and_send(SIGHUP);
    bureaus["ZW"].await_ready();
    wait_until("the reload", [&] {
        return bureaus["ZW"].log_text().find("the new configuration is in use") !=
               std::string::npos;
    });
    BOOST_TEST(bureaus["ZW"].terminate() == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_asked_for_during_the_start_is_clean) {
    start_and_send(SIGTERM);
    wait_until("the end", [&] { return !bureaus["ZW"].is_running(); });
    BOOST_TEST(bureaus["ZW"].log_text().find("stopped: everything") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_reload_of_a_broken_file_keeps_the_old_one_and_names_the_line) {
    auto& daemon = bureaus["ZW"];
    daemon.start();
    // One line is no setting; what stands before it would forbid what the old file allows.
    auto stricter = read_file(daemon.config());
    const std::string anyone = R"(to: ["*"], classes)";
    const auto at = stricter.find(anyone);
    BOOST_REQUIRE(at != std::string::npos);
    stricter.replace(at, anyone.size(), R"(to: ["IPSG"], classes)");
    BOOST_REQUIRE(stricter.ends_with('\n'));
    const auto line = std::ranges::count(stricter, '\n') + 1;
    std::ofstream(daemon.config()) << stricter << "no_such_setting: 1\n";

    reload_until("the new configuration has errors; the old one stays in use");
    const auto said = daemon.log_text();
    BOOST_TEST(
        said.find(daemon.config().string() + ":" + std::to_string(line) + ":") != std::string::npos,
        said);
    BOOST_TEST(said.find("no_such_setting") != std::string::npos, said);
    BOOST_TEST(said.find("the new configuration is in use") == std::string::npos, said);
    const auto id = submit(daemon, {.to = {"MU"}});
    BOOST_TEST(!state_of(daemon, id, "MU").empty());

    // Without that line the file is used, and the same submission is refused.
    std::ofstream(daemon.config()) << stricter;
    reload_until("the new configuration is in use");
    BOOST_CHECK_THROW(submit(daemon, {.to = {"MU"}}), refused);
    BOOST_TEST(daemon.terminate() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
