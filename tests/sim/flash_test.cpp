// How long a flash message takes over an established session that is full of bulk: as on an idle
// one, and what is already being written.
// Way of the message: ZW -> IPSG; see scenario.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#scenarios, docs/link-protocol.md. Tests: this is one.
// Limits: the kernel's part of the queue is as short as the driver keeps it (daemon/link/tls_link).
#include "tests/sim/scenario.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;
using protocol::message_class;

/// Of what a message waits for at both ends: a batch under way, its own, the opening of it.
constexpr microseconds commits_max = 25ms;
constexpr std::size_t frame_bytes_min = 600;
constexpr int flashes = 8;

struct line_kind {
    microseconds latency;
    std::uint64_t bytes_per_second;
    microseconds interval;
    std::size_t bulk_bytes;
    [[nodiscard]] std::size_t frame_bytes() const {
        return std::max<std::size_t>(frame_bytes_min, bytes_per_second / 8);
    }
    [[nodiscard]] microseconds time_of(std::size_t bytes) const {
        return us(bytes * 1'000'000 / bytes_per_second);
    }
    /// Bandwidth x delay, and a frame.
    [[nodiscard]] line_quality quality() const {
        const auto under_way =
            static_cast<std::uint64_t>(latency.count()) * bytes_per_second / 1'000'000;
        return {latency, bytes_per_second, under_way + frame_bytes()};
    }
};

microseconds way_of(scenario& world, const wish& one) {
    const auto out = world.way_of(one);
    BOOST_REQUIRE(out.has_value());
    return *out;
}

void check_line(const line_kind& line, std::uint64_t seed) {
    scenario world({.seed = seed, .limits = {.frame_payload_bytes = line.frame_bytes()}});
    world.net.lines["to-IPSG"] = line.quality();
    world.run_for(2min);
    const letter urgent_word{.cls = message_class::flash, .text_bytes = 400};
    const auto& first = world.send("ZW", "IPSG", urgent_word);
    world.run_for(1min);
    const auto idle = way_of(world, first);
    BOOST_TEST((idle >= line.latency));

    const auto& bulk =
        world.send("ZW", "IPSG", {.cls = message_class::bulk, .attachment_bytes = line.bulk_bytes});
    prng drawn(seed);
    std::vector<const wish*> all;
    for (int i = 0; i < flashes; ++i) {
        world.run_for(line.interval + us(drawn.between(0, 999'999)));
        all.push_back(&world.send("ZW", "IPSG", urgent_word));
    }
    world.run_for(1min);
    microseconds latest{0};
    for (const auto* one : all) {
        latest = std::max(latest, way_of(world, *one));
    }
    // What was in the kernel, and the frame of which a part was.
    const auto in_front = line.time_of(2 * (line.frame_bytes() + 64));
    BOOST_TEST_MESSAGE(line.bytes_per_second << " bytes/s, one way " << line.latency.count() / 1'000
                                             << " ms: idle " << idle.count() / 1'000
                                             << " ms, behind bulk at most "
                                             << latest.count() / 1'000 << " ms");
    BOOST_TEST((latest <= idle + in_front + commits_max));
    world.settle(1h);
    BOOST_TEST(world.arrival_of(bulk).has_value());
    BOOST_TEST(world.book.resent_bytes() == 0U);
    const auto found = world.problems();
    BOOST_TEST(found.empty(), (found.empty() ? "" : found.front()));
}
}  // namespace

BOOST_AUTO_TEST_SUITE(flash_test)

BOOST_AUTO_TEST_CASE(behind_bulk_flash_waits_for_what_is_being_written_and_no_more) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        check_line({20ms, 125'000, 3s, 4'000'000}, seed);
        check_line({300ms, 8'000, 10s, 1'000'000}, seed);
        check_line({700ms, 1'200, 20s, 250'000}, seed);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
