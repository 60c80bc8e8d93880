// Signals that come while a daemon starts.
// Way of the message: none; ZW alone.
// Not pure: processes.
// Spec: docs/man/dhowd.8. Tests: this is one.
// Limits: none.
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
