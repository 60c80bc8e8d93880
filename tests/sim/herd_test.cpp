// One hub with 200 sessions that loses power: how its bureaus come back.
// Way of the message: 200 bureaus <-> IPSG; see scenario.hpp.
// Pure but for SQLite in memory.
// Spec: docs/decisions/0008-who-dials-when.md#the-herd. Tests: this is one.
// Limits: half a minute; left out of sanitizer builds, which take ten times as long.
#include "tests/sim/scenario.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;

#ifdef DHOW_SANITIZED  // Two hundred take minutes there.
constexpr std::size_t bureau_count = 20;
#else
constexpr std::size_t bureau_count = 200;
#endif

std::vector<std::string> bureau_names() {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < bureau_count; ++i) {
        out.push_back("B" + std::to_string(100 + i));
    }
    return out;
}

class herd {
public:
    herd() : x_world({.seed = 1, .bureaus = bureau_names(), .limits = {.watch_interval = 1min}}) {
        x_world.net.on_dial = [this](const endpoint&) {
            x_dials.push_back(x_world.clock.elapsed());
        };
    }
    void send_from_all(protocol::message_class cls) {
        for (const auto& name : bureau_names()) {
            x_sent.push_back(&x_world.send(name, hub_name, {.cls = cls, .text_bytes = 200}));
        }
    }
    [[nodiscard]] std::size_t sessions() {
        auto& hub = x_world.at(hub_name);
        if (!hub.is_listening()) {
            return 0;
        }
        const auto& all = hub.gateway().state().sessions;
        return static_cast<std::size_t>(
            std::ranges::count_if(all, [](const auto& one) { return one.second.established; }));
    }
    /// The hub is dark for so long; how long after it all are back.
    microseconds lose_power(microseconds dark) {
        x_dials.clear();
        x_died_at = x_world.clock.elapsed();
        x_world.at(hub_name).crash();
        x_world.run_for(dark);
        x_world.at(hub_name).start();
        const auto up_at = x_world.clock.elapsed();
        while (sessions() < bureau_count && x_world.clock.elapsed() < up_at + 15min) {
            x_world.run_for(100ms);
        }
        return x_world.clock.elapsed() - up_at;
    }
    /// In any 100 ms, so long after the hub died or later.
    [[nodiscard]] std::size_t most_dials(microseconds from) const {
        std::size_t most = 0;
        for (auto first = x_dials.begin(); first != x_dials.end(); ++first) {
            const auto end = std::lower_bound(first, x_dials.end(), *first + 100ms);
            const bool counts = *first >= x_died_at + from;
            most = std::max(most, counts ? static_cast<std::size_t>(end - first) : 0);
        }
        return most;
    }
    void check() {
        x_world.settle(30min);
        for (const auto* one : x_sent) {
            BOOST_TEST(x_world.arrival_of(*one).has_value());
        }
        const auto found = x_world.problems();
        BOOST_TEST(found.empty(), (found.empty() ? "" : found.front()));
    }
    scenario& world() { return x_world; }

private:
    scenario x_world;
    std::vector<microseconds> x_dials;
    std::vector<const wish*> x_sent;
    microseconds x_died_at{0};
};
}  // namespace

BOOST_AUTO_TEST_SUITE(herd_test)

BOOST_AUTO_TEST_CASE(all_bureaus_come_back_to_their_hub_one_by_one) {
    herd all;
    all.world().run_for(1min);
    BOOST_TEST(all.sessions() == bureau_count);
    all.send_from_all(protocol::message_class::routine);
    all.world().run_for(1min);

    const auto back = all.lose_power(30s);
    BOOST_TEST_MESSAGE("all back after " << back.count() / 1'000 << " ms, at most "
                                         << all.most_dials(0s) << " dials in 100 ms, "
                                         << all.most_dials(1s) << " after the first second");
    BOOST_TEST(all.sessions() == bureau_count);
    BOOST_TEST((back <= 90s));
    BOOST_TEST(all.most_dials(0s) <= 130U);
    BOOST_TEST(all.most_dials(1s) <= 25U);
    all.send_from_all(protocol::message_class::flash);
    all.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
