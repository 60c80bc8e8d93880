// A bureau whose only line is off for weeks: nothing is refused, what expires does so at its own
// time, and when the line comes flash is out at once and the rest follows by class.
// Way of the message: ZW <-> IPSG, with the line off; see scenario.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#scenarios, docs/overview.md#retry. Tests: this is one.
// Limits: a minute, most of it dials.
#include "tests/sim/scenario.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;
using protocol::message_class;

constexpr std::array<message_class, 4> classes{message_class::flash, message_class::urgent,
                                               message_class::routine, message_class::bulk};
constexpr auto long_life = std::chrono::days{90};
constexpr auto short_life = 6h;
constexpr microseconds day = 24h;
#ifdef DHOW_SANITIZED  // It has minutes of probes there; unit/route/weeks_off_test has all in both.
constexpr int days_without_word = 2, days_metered = 4;
#else
constexpr int days_without_word = 10, days_metered = 60;
#endif

class weeks_off {
public:
    weeks_off(std::uint64_t seed, int days, bool is_metered)
        : x_world({.seed = seed,
                   .bureaus = {"ZW"},
                   .adjust =
                       [is_metered](config::gateway& one) {
                           for (auto& link : one.links) {
                               link.metered = is_metered;
                           }
                       },
                   .limits = {.watch_interval = 5min}}),
          x_days(days) {
        prng drawn(seed);
        latency = us(drawn.between(5'000, 300'000));
        x_world.net.faults.latency = latency;
        x_world.net.faults.bytes_per_second = drawn.between(8'000, 250'000);
    }

    void go_off() {
        x_world.run_for(1min);
        x_world.net.dead_links.insert(line);
        x_world.net.cut_link(line.first, line.second);
        for (int i = 0; i < x_days; ++i) {
            for (const auto cls : classes) {
                lasting[static_cast<std::size_t>(cls)].push_back(
                    &x_world.send("ZW", hub_name, {.cls = cls, .time_to_live = long_life}));
                x_world.run_for(1s);
            }
            const auto cls = classes.at(static_cast<std::size_t>(i) % classes.size());
            inbound.push_back(
                &x_world.send(hub_name, "ZW", {.cls = cls, .time_to_live = long_life}));
            short_lived.push_back(
                &x_world.send("ZW", hub_name, {.cls = cls, .time_to_live = short_life}));
            x_world.run_for(day - 4s);
        }
    }

    void come_back(bool is_told) {
        up_at = x_world.clock.elapsed();
        x_world.net.mend_link(line.first, line.second);
        if (is_told) {
            x_world.at("ZW").network_changed();
        }
        x_world.settle(1h);
    }

    /// Those that had a short life expired, by their origin's events, when their time was over.
    void check_short_lives() {
        for (const auto* one : short_lived) {
            BOOST_REQUIRE(one->accepted.size() == 1U);
            BOOST_TEST(!x_world.arrival_of(*one).has_value());
            const auto accepted_at = x_world.book.messages().at(one->accepted.front()).accepted_at;
            const auto expired_at = x_world.expiry_of(*one);
            BOOST_REQUIRE(expired_at.has_value());
            const auto after = *expired_at - accepted_at;
            BOOST_TEST((after >= short_life - 10ms && after <= short_life + 10s), after.count()
                                                                                      << " us");
        }
    }

    /// When the last of a class arrived, and the first.
    std::pair<microseconds, microseconds> span_of(message_class cls) {
        std::vector<microseconds> all;
        for (const auto* one : lasting[static_cast<std::size_t>(cls)]) {
            const auto there = x_world.arrival_of(*one);
            BOOST_REQUIRE(there.has_value());
            all.push_back(*there);
        }
        const auto [first, last] = std::ranges::minmax(all);
        return {first, last};
    }

    void check() {
        BOOST_TEST(x_world.refusals().empty());
        const auto flash = span_of(message_class::flash);
        const auto urgent = span_of(message_class::urgent);
        const auto routine = span_of(message_class::routine);
        const auto bulk = span_of(message_class::bulk);
        // A dial that was under way in vain, connection, HELLO, the way.
        const auto transit = 9 * latency + 200ms;
        BOOST_TEST_MESSAGE("first flash after " << (flash.first - up_at).count() / 1'000
                                                << " ms, of which up to " << transit.count() / 1'000
                                                << " ms are the way");
        BOOST_TEST((flash.first - up_at <= 5s + transit));
        BOOST_TEST((flash.first < urgent.first && flash.second < urgent.second));
        BOOST_TEST((urgent.second <= routine.second && routine.second <= bulk.second));
        check_short_lives();
        for (const auto* one : inbound) {
            BOOST_TEST(x_world.arrival_of(*one).has_value());
        }
        const auto found = x_world.problems();
        BOOST_TEST(found.empty(), (found.empty() ? "" : found.front()));
    }

    std::array<std::vector<const wish*>, 4> lasting;
    std::vector<const wish*> inbound, short_lived;
    microseconds latency{0}, up_at{0};

private:
    const std::pair<std::string, std::string> line{"ZW", "to-IPSG"};
    scenario x_world;
    int x_days;
};
}  // namespace

BOOST_AUTO_TEST_SUITE(weeks_off_test)

// Flash waits from the first day on, so that is half a million dials.
BOOST_AUTO_TEST_CASE(ten_days_off_and_nobody_tells_that_the_line_is_back) {
    weeks_off days(1, days_without_word, false);
    days.go_off();
    days.come_back(false);
    days.check();
}

// A metered line is probed each 30 s; that it is back the kernel says, or an operator.
BOOST_AUTO_TEST_CASE(sixty_days_off_on_a_metered_line_and_the_kernel_tells) {
    weeks_off days(2, days_metered, true);
    days.go_off();
    days.come_back(true);
    days.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
