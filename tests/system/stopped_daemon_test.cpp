// A daemon stands still (SIGSTOP) for longer than any deadline of a session, and goes on.
// Way of the message: ZW -> IPSG -> MU while MU, and then IPSG, is stopped; KE is well.
// Not pure: processes; tests/preload/shifted_clock.cpp lets all of them pass the time at once.
// Spec: docs/link-protocol.md#times, docs/overview.md#time. Tests: this is one.
// Limits: none.
#include "protocol/limits.hpp"
#include "tests/system/harness.hpp"
#include "tests/system/shared_clock.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>

namespace dhow::tests {

namespace limits = protocol::limits;
namespace tt = boost::test_tools;

namespace {

constexpr std::size_t messages_while_stopped = 10;
constexpr seconds stopped_for = limits::silence_time_max + seconds{5};
/// Twice what a daemon takes to look at its clocks.
constexpr seconds look_every{4};

struct standstill {
    standstill() {
        for (const auto* bureau : {"IPSG", "ZW", "MU", "KE"}) {
            bureaus[bureau].start_only({}, time.environment());
        }
        for (const auto* bureau : {"IPSG", "ZW", "MU", "KE"}) {
            bureaus[bureau].await_ready();
        }
        send("ZW", "MU");
        send("MU", "ZW");
        expect_arrival();
    }

    void send(const std::string& from, const std::string& to) {
        sent.push_back({from, to, submit(bureaus[from], {.to = {to}, .text = "synthetic"})});
    }

    void stop(const std::string& bureau) { signal(bureau, SIGSTOP); }
    void go_on(const std::string& bureau) { signal(bureau, SIGCONT); }

    /// Others find the silent one out; it stands still meanwhile. An idle session asks for a sign
    /// of life first, and waits once more.
    void pass_silence(const std::string& watcher, const std::string& silent) {
        const auto word = "session-ended: peer " + silent + ": no answer in time";
        auto last_step = std::chrono::steady_clock::now() - look_every;
        wait_until(watcher + " to end the session with " + silent, [&] {
            if (std::chrono::steady_clock::now() - last_step >= look_every) {
                last_step = std::chrono::steady_clock::now();
                time.advance(stopped_for);
            }
            return bureaus[watcher].log_text().find(word) != std::string::npos;
        });
    }

    void expect_arrival() {
        std::map<std::string, std::vector<std::string>> expected;
        for (const auto& one : sent) {
            wait_until("the receipt for " + one.id,
                       [&] { return is_complete(bureaus[one.from], one.id, one.to); });
            expected[one.to].push_back(one.id);
        }
        for (auto& [bureau, ids] : expected) {
            auto found = inbox_ids(bureaus[bureau]);
            std::ranges::sort(found);
            std::ranges::sort(ids);
            BOOST_TEST(found == ids, tt::per_element());
        }
    }

    /// Nobody takes a pause for a clock that jumped, a copy of a gateway, or a broken store.
    void expect_calm() {
        for (const auto* bureau : {"IPSG", "ZW", "MU", "KE"}) {
            const auto log = bureaus[bureau].log_text();
            BOOST_TEST(log.find(" alarm ") == std::string::npos, log);
            BOOST_TEST(bureaus[bureau].metric("dhow_clock_doubtful") == 0, bureau);
            BOOST_TEST(bureaus[bureau].metric("dhow_expired_total") == 0, bureau);
        }
    }

    struct message {
        std::string from, to, id;
    };
    federation bureaus{{.members = {"ZW", "MU", "KE"}}};
    shared_clock time{bureaus.folder()};
    std::vector<message> sent;

private:
    void signal(const std::string& bureau, int number) {
        BOOST_REQUIRE(::kill(bureaus[bureau].pid(), number) == 0);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stopped_daemon_test, standstill,
                         *boost::unit_test::precondition(can_shift_clock))

BOOST_AUTO_TEST_CASE(what_waits_for_a_stopped_addressee_arrives_once_when_it_goes_on) {
    stop("MU");
    for (std::size_t i = 0; i < messages_while_stopped; ++i) {
        send("ZW", "MU");
    }
    pass_silence("IPSG", "MU");
    const auto other = submit(bureaus["ZW"], {.to = {"KE"}, .text = "synthetic"});
    wait_until("others to be served", [&] { return is_complete(bureaus["ZW"], other, "KE"); });
    BOOST_TEST(state_of(bureaus["ZW"], sent.back().id, "MU") == "relayed");

    go_on("MU");
    send("MU", "ZW");
    expect_arrival();
    expect_calm();
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_stopped_hub_arrives_once_when_it_goes_on) {
    stop("IPSG");
    for (std::size_t i = 0; i < messages_while_stopped; ++i) {
        send("ZW", "MU");
        send("MU", "ZW");
    }
    pass_silence("ZW", "IPSG");
    BOOST_TEST(bureaus["ZW"].is_running());
    go_on("IPSG");
    expect_arrival();
    expect_calm();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
