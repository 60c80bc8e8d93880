// A daemon is killed every 10 to 500 ms, also while it starts and reads what the last kill left.
// Way of the message: ZW <-> IPSG <-> MU while the hub, and then ZW, is killed.
// Not pure: processes, a thread for each agency.
// Spec: docs/overview.md. Tests: this is one; exactly_once_test kills daemons that are at work.
// Limits: none.
#include "protocol/limits.hpp"
#include "tests/support/seed.hpp"
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

namespace dhow::tests {

namespace tt = boost::test_tools;
using std::chrono::milliseconds;

namespace {

/// More with DHOW_FULL_SIZE set (a minute for each daemon).
const std::size_t kills = std::getenv("DHOW_FULL_SIZE") != nullptr ? 150 : 20;
constexpr milliseconds interval_min{10};
constexpr milliseconds interval_max{500};
constexpr milliseconds pause{50};  // Of an agency between two messages.
/// What the last kills left half opened is suspected, and waits that long for its turn.
constexpr std::chrono::seconds patience =
    protocol::limits::suspects_after + std::chrono::seconds{60};

/// As many below as above the middle of the scale, so that many fall into a start.
milliseconds draw_interval(std::mt19937_64& random) {
    const auto part = static_cast<double>(random() % 1000) / 1000;
    const auto ratio = static_cast<double>(interval_max / interval_min);
    const auto scaled = static_cast<double>(interval_min.count()) * std::pow(ratio, part);
    return milliseconds{static_cast<std::int64_t>(scaled)};
}

class storm_of_kills {
public:
    void run(const std::string& victim) {
        x_bureaus.start_all();
        const auto begun = std::chrono::steady_clock::now();
        std::jthread out([this] { send("ZW", "MU"); });
        std::jthread in([this] {
            send("MU", "ZW");
        });
        std::size_t before_ready = 0;
        std::mt19937_64 random(seed());
        for (std::size_t i = 0; i < kills; ++i) {
            std::this_thread::sleep_for(draw_interval(random));
            before_ready += is_ready(x_bureaus[victim]) ? 0 : 1;
            BOOST_TEST(x_bureaus[victim].is_running(), x_bureaus[victim].log_text());
            x_bureaus[victim].kill();
            x_bureaus[victim].start_only();
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        x_is_over = true;
        out.join();
        in.join();
        x_bureaus[victim].await_ready();
        std::cout << "kill_storm: " << victim << ": " << kills << " kills in " << took.count()
                  << " s, " << before_ready << " of them before it was ready; "
                  << x_sent["ZW"].size() << " and " << x_sent["MU"].size() << " messages"
                  << std::endl;
        expect_once("ZW", "MU");
        expect_once("MU", "ZW");
        const auto checked = x_bureaus[victim].dhow({"db", "check", "--thorough"});
        BOOST_TEST(checked.code == 0, checked.out);
    }

private:
    static bool is_ready(const gateway& at) {
        try {
            return ask(at.socket(), "GET", "/readyz").status == 200;
        } catch (const boost::system::system_error&) {
            return false;
        }
    }

    /// One after the other, each asked for until it is answered.
    void send(const std::string& from, const std::string& to) {
        auto& ids = x_sent.at(from);
        while (!x_is_over) {
            const auto key = from + std::to_string(ids.size());
            ids.push_back(submit_surely(x_bureaus[from], {.to = {to}, .text = key}, key).id);
            std::this_thread::sleep_for(pause);
        }
    }

    void expect_once(const std::string& from, const std::string& to) {
        auto& expected = x_sent.at(from);
        for (const auto& id : expected) {
            wait_until(
                "the receipt for " + id, [&] { return is_complete(x_bureaus[from], id, to); },
                patience);
        }
        auto found = inbox_ids(x_bureaus[to]);
        std::ranges::sort(found);
        std::ranges::sort(expected);
        BOOST_TEST(found == expected, tt::per_element());
    }

    federation x_bureaus;
    std::map<std::string, std::vector<std::string>> x_sent{{"ZW", {}}, {"MU", {}}};
    std::atomic<bool> x_is_over{false};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(kill_storm_test)

BOOST_AUTO_TEST_CASE(a_hub_that_is_killed_again_and_again_loses_nothing) {
    storm_of_kills().run("IPSG");
}

BOOST_AUTO_TEST_CASE(an_origin_that_is_killed_again_and_again_loses_nothing) {
    storm_of_kills().run("ZW");
}

BOOST_AUTO_TEST_CASE(an_addressee_that_is_killed_again_and_again_quarantines_nothing) {
    storm_of_kills().run("MU");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
