// Which clock is believed: two witnesses, never one.
// Way of the message: tests of daemon/app/gateway_clock.
// Pure: virtual time.
// Spec: docs/overview.md#time.
// Limits: none.
#include "daemon/app/gateway_clock.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using app::gateway_clock;
using protocol::bureau_id;
using protocol::milliseconds;
using protocol::utc_time;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {
const utc_time truth = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();
const bureau_id hub = bureau_id::parse("IPSG").value();
const bureau_id other = bureau_id::parse("MU").value();
constexpr milliseconds started = 100s;

/// Started at `truth` with this on the system's clock and that last written down.
gateway_clock clock_at(utc_time wall, utc_time stored) {
    return gateway_clock({wall, started, stored, std::nullopt});
}
}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_clock_test)

BOOST_AUTO_TEST_CASE(a_good_clock_is_never_in_doubt_whatever_one_peer_says) {
    auto clock = clock_at(truth, truth - 1h);
    BOOST_TEST(!clock.is_doubtful());
    clock.on_peer(hub, truth + days{3650}, started + 1s);
    clock.on_wall(truth + 2s, started + 2s);
    BOOST_TEST(!clock.is_doubtful());
    BOOST_TEST((clock.now(started + 2s) == truth + 2s));
}

BOOST_AUTO_TEST_CASE(it_never_goes_back) {
    auto clock = clock_at(truth - 2min, truth);
    BOOST_TEST(!clock.is_doubtful());
    BOOST_TEST((clock.now(started) == truth));
    BOOST_TEST((clock.now(0s) == truth));
    clock.on_wall(truth - 1h, started + 1s);
    BOOST_TEST((clock.now(started + 1s) == truth + 1s));
}

BOOST_AUTO_TEST_CASE(a_step_back_of_the_system_raises_a_doubt_and_agreement_ends_it) {
    auto clock = clock_at(truth, truth);
    clock.on_wall(truth - days{3650}, started);
    BOOST_TEST(clock.is_doubtful());
    clock.on_peer(hub, truth + 1s, started + 1s);
    BOOST_TEST(clock.is_doubtful());
    clock.on_wall(truth + 2s, started + 2s);
    BOOST_TEST(!clock.is_doubtful());
}

BOOST_AUTO_TEST_CASE(a_small_step_forward_is_followed_a_large_one_needs_a_peer) {
    auto clock = clock_at(truth, truth);
    clock.on_wall(truth + 50min, started);
    BOOST_TEST(!clock.is_doubtful());
    BOOST_TEST((clock.now(started) == truth + 50min));
    clock.on_wall(truth + days{300}, started);
    BOOST_TEST(clock.is_doubtful());
    BOOST_TEST((clock.now(started) == truth + 50min));
    BOOST_TEST(!clock.take_jump().has_value());
    clock.on_peer(hub, truth + days{300} + 1min, started);
    BOOST_TEST(!clock.is_doubtful());
    BOOST_TEST((clock.now(started) == truth + days{300}));
    const auto jump = clock.take_jump();
    BOOST_REQUIRE(jump.has_value());
    BOOST_TEST((jump->from == truth + 50min));
    BOOST_TEST((jump->to == truth + days{300}));
    BOOST_TEST(!clock.take_jump().has_value());
}

BOOST_AUTO_TEST_CASE(a_dead_battery_takes_the_time_of_its_only_peer_and_stays_in_doubt) {
    const auto last_known = truth - days{21};
    auto clock = clock_at(utc_time{}, last_known);
    BOOST_TEST(clock.is_doubtful());
    BOOST_TEST((clock.now(started) == last_known));
    clock.on_peer(hub, truth, started);
    BOOST_TEST(clock.is_doubtful());
    BOOST_TEST((clock.now(started) == truth));
    BOOST_TEST(clock.is_hearsay());
    clock.on_peer(other, truth + 30s, started);
    BOOST_TEST(!clock.is_doubtful());
    BOOST_TEST((clock.now(started) == truth));
    BOOST_TEST(!clock.is_hearsay());
}

BOOST_AUTO_TEST_CASE(a_lie_of_years_is_not_taken_over) {
    auto clock = clock_at(utc_time{}, truth);
    clock.on_peer(hub, truth + days{3650}, started);
    BOOST_TEST((clock.now(started) == truth));
    BOOST_TEST(clock.is_doubtful());
}

BOOST_AUTO_TEST_CASE(a_liar_is_outvoted_by_two) {
    auto clock = clock_at(utc_time{}, truth - days{2});
    clock.on_peer(hub, truth + days{3650}, started);
    clock.on_peer(other, truth, started);
    BOOST_TEST(clock.is_doubtful());
    clock.on_peer(bureau_id::parse("ZA").value(), truth, started);
    BOOST_TEST(!clock.is_doubtful());
    BOOST_TEST((clock.now(started) == truth));
}

BOOST_AUTO_TEST_CASE(a_clock_years_ahead_is_not_believed_alone) {
    auto clock = clock_at(truth + days{4000}, truth);
    BOOST_TEST(clock.is_doubtful());
    BOOST_TEST((clock.now(started) == truth));
}

BOOST_AUTO_TEST_CASE(after_weeks_off_the_clock_is_used_and_waits_for_a_peer_to_agree) {
    auto clock = clock_at(truth, truth - days{30});
    BOOST_TEST((clock.now(started) == truth));
    clock.on_wall(truth + 1s, started + 1s);
    BOOST_TEST(clock.is_doubtful());
    clock.on_peer(hub, truth + days{9}, started + 1s);
    BOOST_TEST(clock.is_doubtful());
    clock.on_peer(other, truth, started + 1s);
    BOOST_TEST(!clock.is_doubtful());
    BOOST_TEST(!clock.take_jump().has_value());
}

// Simulator, seed 377: 301 s apart, now 20 ms more and now less, for hours.
BOOST_AUTO_TEST_CASE(who_differs_by_just_so_much_begins_no_doubt_with_each_word) {
    auto clock = clock_at(truth, truth);
    const auto both_say = [&](utc_time time) {
        clock.on_peer(hub, time, started);
        clock.on_peer(other, time, started);
    };
    const auto edge = truth - gateway_clock::agreement;
    both_say(edge - 20ms);
    BOOST_TEST(!clock.is_doubtful());
    both_say(edge - gateway_clock::tolerance - 20ms);
    BOOST_TEST(clock.is_doubtful());
    both_say(edge - 20ms);
    BOOST_TEST(clock.is_doubtful());
    both_say(edge);
    BOOST_TEST(!clock.is_doubtful());
}

BOOST_AUTO_TEST_CASE(when_all_others_are_behind_it_waits_for_them) {
    auto clock = clock_at(truth + days{3}, truth);
    clock.on_peer(hub, truth, started);
    clock.on_peer(other, truth, started);
    BOOST_TEST(clock.is_doubtful());
    BOOST_TEST((clock.now(started) == truth + days{3}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
