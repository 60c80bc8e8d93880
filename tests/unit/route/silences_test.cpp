// How long nothing may be heard of a line: the rule alone.
// Way of the message: tests of daemon/route/silences.
// Pure.
// Spec: docs/decisions/0015-dead-paths.md.
// Limits: none.
#include "daemon/route/silences.hpp"

#include "tests/unit/route/bench.hpp"

namespace dhow::tests {

namespace {
/// One session, and the line that the test says.
struct a_line : bench {
    a_line() {
        core.outside.line = [this](session_number) { return line; };
        connect("IPSG", 1, &session.ours());
    }
    void write() { watch.on_events(1); }
    void pass(std::chrono::milliseconds time) {
        const auto end = core.now + time;
        for (auto next = watch.next_deadline(); next && *next <= end;
             next = watch.next_deadline()) {
            core.now = *next;
            watch.on_deadline();
        }
        core.now = end;
    }
    [[nodiscard]] bool is_stalled() const {
        return core.stalled_session_with(bureau("IPSG")).has_value();
    }
    wire session{*this, "IPSG"};
    peers links{core, [] { return 0.5; }};
    outbound sending{core};
    silences watch{core, links, sending};
    line_facts line;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(silences_test, a_line)

BOOST_AUTO_TEST_CASE(the_limit_follows_from_round_trip_queue_and_rate) {
    using std::chrono::milliseconds;
    BOOST_TEST((silence_allowed({}) == 4s));
    BOOST_TEST((silence_allowed({.round_trip = 900ms}) == 4s));
    BOOST_TEST((silence_allowed({.round_trip = 1'500ms}) == 6s));
    BOOST_TEST((silence_allowed({.round_trip = 500ms, .usual_round_trip = 2s}) == 8s));
    BOOST_TEST((silence_allowed({.bytes_per_s = 8'000, .under_way_bytes = 8'000}) == 5s));
    BOOST_TEST((silence_allowed({.under_way_bytes = 12'000}) == 14s));
    BOOST_TEST((silence_allowed({.under_way_bytes = ~0ULL}) == 64s));
}

BOOST_AUTO_TEST_CASE(it_is_counted_from_when_something_was_expected) {
    pass(1h);
    write();
    line = {.bytes_per_s = 100'000, .under_way_bytes = 100};
    pass(3'900ms);
    BOOST_TEST(!is_stalled());
    pass(2s);
    BOOST_TEST(is_stalled());
}

BOOST_AUTO_TEST_CASE(events_may_be_told_before_the_time) {
    write();
    pass(10s);
    line = {.bytes_per_s = 100'000, .under_way_bytes = 100};
    write();  // As a sign of life is asked for: the core's time is that of before.
    core.now += 10s;
    watch.on_deadline();
    BOOST_TEST(!is_stalled());
    pass(3'900ms);
    BOOST_TEST(!is_stalled());
    pass(2s);
    BOOST_TEST(is_stalled());
}

BOOST_AUTO_TEST_CASE(a_rate_that_falls_because_nothing_comes_does_not_count) {
    line = {.bytes_per_s = 100'000, .under_way_bytes = 50'000, .acknowledgements = 1};
    write();
    pass(1s);
    line.bytes_per_s = 0;
    pass(2'500ms);
    BOOST_TEST(!is_stalled());
    pass(4s);  // Half a second to drain; by the least rate it would be 41.
    BOOST_TEST(is_stalled());
}

BOOST_AUTO_TEST_CASE(nothing_expected_costs_no_look) {
    write();
    pass(1s);
    BOOST_TEST(!watch.next_deadline().has_value());
    pass(10min);
    BOOST_TEST(!is_stalled());
}

BOOST_AUTO_TEST_CASE(a_slow_busy_line_is_not_stalled) {
    // 9.6 kbit/s, 1400 ms; acknowledged every few seconds.
    line = {.bytes_per_s = 1'200, .round_trip = 1'400ms, .under_way_bytes = 4'000};
    write();
    for (int i = 0; i < 200; ++i) {
        pass(5s);
        line.acknowledgements += 1;
        BOOST_REQUIRE(!is_stalled());
    }
    // The modem's buffer is full: 64 KiB before anything new is acknowledged.
    line.under_way_bytes = 64 * 1024;
    pass(50s);
    BOOST_TEST(!is_stalled());
    pass(15s);
    BOOST_TEST(is_stalled());
}

BOOST_AUTO_TEST_CASE(any_acknowledgement_is_a_sign_of_life) {
    line = {.bytes_per_s = 8'000, .under_way_bytes = 800};
    write();
    for (int i = 0; i < 20; ++i) {
        pass(3s);
        line.acknowledgements += 1;
    }
    BOOST_TEST(!is_stalled());
}

BOOST_AUTO_TEST_CASE(bytes_of_the_peer_are_a_sign_of_life) {
    line = {.bytes_per_s = 8'000, .under_way_bytes = 800};
    write();
    for (int i = 0; i < 20; ++i) {
        pass(3s);
        session.theirs().ask(core.now);
        session.exchange();
        write();
    }
    BOOST_TEST(!is_stalled());
}

BOOST_AUTO_TEST_CASE(only_an_answer_ends_a_stall) {
    line = {.bytes_per_s = 8'000, .under_way_bytes = 800};
    write();
    pass(10s);
    BOOST_REQUIRE(is_stalled());
    BOOST_TEST(session.ours().is_asking());
    line.acknowledgements += 1;  // Of one direction alone.
    pass(1s);
    write();
    BOOST_TEST(is_stalled());
    session.exchange();
    write();
    BOOST_TEST(!is_stalled());
    pass(10s);
    BOOST_TEST(is_stalled());
    BOOST_TEST(core.count.stalls == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
