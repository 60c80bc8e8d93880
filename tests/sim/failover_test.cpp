// A fibre that dies under load and comes back, with a satellite beside it: flash goes on within
// seconds, a large transfer goes on at its durable byte, nothing is lost, doubled or sent again.
// Way of the message: ZW <-> IPSG <-> MU; see scenario.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#scenarios, docs/decisions/0010-bearers.md, 0013-flash-beside.md.
// Tests: this is one.
// Limits: a few seconds.
#include "tests/sim/scenario.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;
using protocol::message_class;

constexpr microseconds dies_at = 63s;  ///< Bulk begins at 60 s, and takes 10 s by fibre.
constexpr microseconds late_max = 10s;
constexpr std::size_t large_bytes = 1'000'000;
const std::string fibre = "to-IPSG";
const std::string dish = satellite + fibre;

enum class death : std::uint8_t { clean, silent };

config::link dish_settings(config::link_beside beside) {
    config::link out;
    out.cost = 10;
    out.hold_down = 30s;
    out.call_every = 5min;
    out.flash_beside = beside;
    return out;
}

class two_bearers {
public:
    explicit two_bearers(config::link_beside beside)
        : world({.seed = 5,
                 .second = dish_settings(beside),
                 .adjust = [](config::gateway& one) { one.times[2].dearer_after = 10s; },
                 .limits = {.frame_payload_bytes = 1'000}}) {  // 125 ms by the dish
        const line_quality good{.latency = 20ms, .bytes_per_second = 100'000};
        const line_quality dear{.latency = 300ms, .bytes_per_second = 8'000, .pipe_bytes = 8'192};
        world.net.lines[fibre] = good;
        world.net.lines[dish] = dear;
    }

    void die(death how) {
        if (how == death::silent) {
            world.net.silence_link("ZW", fibre);
        } else {
            world.net.dead_links.insert({"ZW", fibre});
            world.net.cut_link("ZW", fibre);
        }
    }

    /// A large one is under way; the fibre is away for `away`; flash comes each 30 s.
    void run(message_class large, death how, microseconds away, bool both_ways) {
        world.run_for(60s);
        BOOST_TEST(world.carrying("ZW") == fibre);
        // Files of a routine message would travel as bulk, which never uses a dearer link.
        const bool is_file = large == message_class::bulk;
        const auto& bulk = world.send("ZW", "MU",
                                      {.cls = large,
                                       .text_bytes = is_file ? 1'000 : large_bytes,
                                       .attachment_bytes = is_file ? large_bytes : 0});
        world.run_until(dies_at);
        BOOST_TEST(world.book.durable_at(hub_name, digest_of(bulk)) > 50'000U);
        die(how);
        while (world.clock.elapsed() < dies_at + away + 3min) {
            const bool is_time = world.clock.elapsed() >= dies_at + away;
            if (is_time && !x_is_mended) {
                carried_by_dish = world.carrying("ZW") == dish;
                durable_then = world.book.durable_at(hub_name, digest_of(bulk));
                world.net.mend_link("ZW", fibre);
                x_is_mended = true;
            }
            x_flash.push_back(&world.send("ZW", "MU", {.cls = message_class::flash}));
            if (both_ways) {
                x_flash.push_back(&world.send("MU", "ZW", {.cls = message_class::flash}));
            }
            world.run_for(30s);
        }
        world.settle(1h);
        check(bulk);
    }

    /// Of the largest object of a message, as it is sealed.
    [[nodiscard]] static protocol::digest digest_of(const wish& one) {
        const auto origin = *protocol::bureau_id::parse(one.from->name());
        auto reply = one.from->ask(store::query::find_message{origin, one.accepted.at(0)});
        const auto& objects = std::get<store::answer::messages>(reply).rows.at(0).objects;
        return std::ranges::max_element(objects, {}, &store::object_row::bytes)->sealed_digest;
    }

    void check(const wish& bulk) {
        microseconds latest{0};
        for (const auto* one : x_flash) {
            const auto way = world.way_of(*one);
            BOOST_REQUIRE(way.has_value());
            latest = std::max(latest, *way);
            BOOST_TEST((*way <= late_max), one->from->name() << " flash " << one->number << " took "
                                                             << way->count() / 1'000 << " ms");
        }
        BOOST_TEST_MESSAGE("the latest flash took " << latest.count() / 1'000 << " ms; resent "
                                                    << world.book.resent_bytes() << " of "
                                                    << world.book.payload_bytes() << " bytes");
        BOOST_TEST(world.arrival_of(bulk).has_value());
        BOOST_TEST(world.carrying("ZW") == fibre);
        BOOST_TEST(world.refusals().empty());
        BOOST_TEST(world.book.resent_bytes() == 0U);
        const auto found = world.problems();
        BOOST_TEST(found.empty(), (found.empty() ? "" : found.front()));
    }

    scenario world;
    bool carried_by_dish = false;
    std::uint64_t durable_then = 0;  ///< At the hub, when the fibre came back.

private:
    std::vector<const wish*> x_flash;
    bool x_is_mended = false;
};
}  // namespace

BOOST_AUTO_TEST_SUITE(failover_test)

BOOST_AUTO_TEST_CASE(bulk_waits_for_the_fibre_and_flash_goes_by_the_dish) {
    two_bearers of(config::link_beside::never);
    of.run(message_class::bulk, death::clean, 5min, true);
    BOOST_TEST(of.carried_by_dish);
    BOOST_TEST(of.durable_then < 400'000U);
}

BOOST_AUTO_TEST_CASE(a_routine_text_goes_over_to_the_dish_and_back_in_the_middle) {
    two_bearers of(config::link_beside::never);
    of.run(message_class::routine, death::clean, 70s, true);
    BOOST_TEST(of.carried_by_dish);
    BOOST_TEST(of.durable_then > 500'000U);
    BOOST_TEST(of.durable_then < large_bytes);
}

// Until it is noticed that the fibre is dead, flash has its second way.
BOOST_AUTO_TEST_CASE(of_a_silent_death_flash_notices_nothing_where_it_has_a_second_way) {
    two_bearers of(config::link_beside::needed);
    of.run(message_class::bulk, death::silent, 5min, false);
}

BOOST_AUTO_TEST_CASE(nor_does_the_end_that_cannot_dial_where_the_second_way_is_kept_open) {
    two_bearers of(config::link_beside::always);
    of.run(message_class::routine, death::silent, 5min, true);
}

BOOST_AUTO_TEST_CASE(a_silent_death_is_noticed_without_a_second_way) {
    two_bearers of(config::link_beside::never);
    of.run(message_class::bulk, death::silent, 5min, true);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
