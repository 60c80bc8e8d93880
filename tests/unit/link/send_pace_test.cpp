// How much may be under way, and how much goes into one write, on lines of all
// kinds. Way of the message: none; a test. Pure: a line is computed, its time
// is virtual. Spec: docs/link-protocol.md#order. Limits: none.
#include "daemon/link/send_pace.hpp"

#include "daemon/link/socket_reading.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <limits>

using dhow::link::count_bytes;
using dhow::link::send_pace;
using dhow::protocol::milliseconds;
namespace limits = dhow::protocol::limits;

namespace {

/// A line of a rate and a delay with a modem's buffer that never fills, as a
/// sender sees it.
struct line {
    std::uint64_t bytes_per_s;
    milliseconds round_trip;

    line(std::uint64_t rate, milliseconds delay) : bytes_per_s(rate), round_trip(delay) {}

    std::uint64_t now = 0;  ///< Milliseconds.
    std::uint64_t written = 0, sent = 0, acked = 0;
    /// What TCP lets be unacknowledged, and up to what it grows by what is acknowledged: all.
    std::uint64_t window = std::numeric_limits<std::uint64_t>::max(), window_max = window;
    double sent_until = 0;  ///< When the last byte written has left the modem.
    std::deque<std::pair<std::uint64_t, std::uint64_t>> acks;  ///< When, up to what.
    std::uint64_t longest_queue_ms = 0, most_unsent = 0;

    /// A TCP connection after a handshake of so many bytes, whose window is so large at first.
    void limit(std::uint64_t handshake, std::uint64_t first_window, std::uint64_t last_window) {
        written = sent = acked = handshake;
        window = first_window;
        window_max = last_window;
    }
    void write(std::size_t count) {
        sent_until = std::max(sent_until, static_cast<double>(now));
        longest_queue_ms = std::max(longest_queue_ms, static_cast<std::uint64_t>(sent_until) - now +
                                                          (written - sent) * 1000 / bytes_per_s);
        written += count;
        send();
        most_unsent = std::max(most_unsent, written - sent);
    }
    /// To the modem, in segments.
    void send() {
        constexpr std::uint64_t segment_bytes = 1'448;
        sent_until = std::max(sent_until, static_cast<double>(now));
        while (sent < written && sent - acked < window) {
            const auto count = std::min({written - sent, window - (sent - acked), segment_bytes});
            sent += count;
            sent_until += static_cast<double>(count) * 1000 / static_cast<double>(bytes_per_s);
            acks.emplace_back(static_cast<std::uint64_t>(sent_until) +
                                  static_cast<std::uint64_t>(round_trip.count()),
                              sent);
        }
    }
    void pass(milliseconds time) {
        const auto until = now + static_cast<std::uint64_t>(time.count());
        while (!acks.empty() && acks.front().first <= until) {
            now = std::max(now, acks.front().first);
            const auto more = acks.front().second - acked;
            acked += more;
            acks.pop_front();
            window = window_max - window > more ? window + more : window_max;
            send();
        }
        now = until;
    }
    [[nodiscard]] send_pace::reading look() const {
        const auto at = milliseconds{static_cast<std::int64_t>(now)};
        const auto queue = milliseconds{
            std::max<std::int64_t>(static_cast<std::int64_t>(sent_until) - at.count(), 0)};
        return {at, acked, written - acked, round_trip, round_trip + queue, written - sent};
    }
    /// Sends without a pause for so long; the bytes that arrived.
    std::uint64_t fill(send_pace& with, std::chrono::seconds time) {
        const auto before = acked;
        const auto end = now + static_cast<std::uint64_t>(time.count()) * 1000;
        while (now < end) {
            with.on_reading(look());
            if (const auto wait = with.wait(); wait.count() > 0) {
                pass(wait);
            } else {
                write(with.batch_bytes());
            }
        }
        return acked - before;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(send_pace_test)

BOOST_AUTO_TEST_CASE(a_satellite_line_is_full_and_its_queue_one_frame_long) {
    line vsat(8'000, milliseconds{600});
    send_pace pace;
    vsat.fill(pace, std::chrono::seconds{20});
    vsat.longest_queue_ms = 0;
    const auto arrived = vsat.fill(pace, std::chrono::seconds{60});
    BOOST_TEST(arrived > 60 * vsat.bytes_per_s * 95 / 100);
    BOOST_TEST(vsat.longest_queue_ms <= 400U);
    BOOST_TEST(pace.batch_bytes() <= 1'100U);
}

BOOST_AUTO_TEST_CASE(a_short_wave_line_has_the_smallest_frames) {
    line hf(1'200, milliseconds{1'400});
    send_pace pace;
    hf.fill(pace, std::chrono::seconds{60});
    hf.longest_queue_ms = 0;
    const auto arrived = hf.fill(pace, std::chrono::seconds{60});
    BOOST_TEST(arrived > 60 * hf.bytes_per_s * 90 / 100);
    BOOST_TEST(pace.batch_bytes() == limits::frame_bytes_min);
    BOOST_TEST(hf.longest_queue_ms <= 1'100U);
}

BOOST_AUTO_TEST_CASE(a_long_fat_line_is_filled_within_a_few_round_trips) {
    line meo(64'000, milliseconds{1'500});
    send_pace pace;
    const auto first = meo.fill(pace, std::chrono::seconds{15});
    BOOST_TEST(first > 15 * meo.bytes_per_s / 3);
    const auto then = meo.fill(pace, std::chrono::seconds{30});
    BOOST_TEST(then > 30 * meo.bytes_per_s * 95 / 100);
}

BOOST_AUTO_TEST_CASE(a_fast_line_gets_large_writes) {
    line fibre(50'000'000, milliseconds{1});
    send_pace pace;
    fibre.fill(pace, std::chrono::seconds{1});
    BOOST_TEST(pace.batch_bytes() == send_pace::batch_bytes_max);
    BOOST_TEST(fibre.fill(pace, std::chrono::seconds{1}) > 25'000'000U);
}

BOOST_AUTO_TEST_CASE(a_short_line_is_not_treated_as_a_slow_one_before_its_rate_is_known) {
    send_pace pace;
    pace.on_reading({milliseconds{0}, 0, 0, milliseconds{600}, milliseconds{600}});
    BOOST_TEST(pace.batch_bytes() == 2 * limits::frame_bytes_min);
    pace.on_reading({milliseconds{1}, 0, 0, milliseconds{1}, milliseconds{1}});
    BOOST_TEST(pace.batch_bytes() == 16 * limits::kib);
}

BOOST_AUTO_TEST_CASE(a_line_that_becomes_slower_is_noticed) {
    line any(64'000, milliseconds{300});
    send_pace pace;
    any.fill(pace, std::chrono::seconds{20});
    any.bytes_per_s = 4'000;
    any.fill(pace, std::chrono::seconds{60});
    any.longest_queue_ms = 0;
    any.fill(pace, std::chrono::seconds{20});
    BOOST_TEST(any.longest_queue_ms <= 600U);
}

BOOST_AUTO_TEST_CASE(a_line_that_becomes_faster_is_noticed) {
    line any(4'000, milliseconds{300});
    send_pace pace;
    any.fill(pace, std::chrono::seconds{20});
    any.bytes_per_s = 64'000;
    any.fill(pace, std::chrono::seconds{20});
    BOOST_TEST(any.fill(pace, std::chrono::seconds{10}) > 10 * any.bytes_per_s * 9 / 10);
}

BOOST_AUTO_TEST_CASE(a_rate_that_was_believed_too_low_is_found_out_within_round_trips) {
    line any(8'000, milliseconds{1'500});
    send_pace pace;
    any.fill(pace, std::chrono::seconds{30});
    any.bytes_per_s = 64'000;
    any.fill(pace, std::chrono::seconds{12});  // eight round trips
    BOOST_TEST(any.fill(pace, std::chrono::seconds{10}) > 10 * any.bytes_per_s * 9 / 10);
}

BOOST_AUTO_TEST_CASE(a_window_that_grows_is_filled_and_nothing_is_piled_up_behind_it) {
    line meo(64'000, milliseconds{1'500});
    meo.limit(1'500, 14 * limits::kib, meo.window_max);
    send_pace pace;
    // TCP alone brings 0.7 of what the line carries in this time, most of it lost in slow start.
    BOOST_TEST(meo.fill(pace, std::chrono::seconds{15}) > 15 * meo.bytes_per_s * 55 / 100);
    BOOST_TEST(meo.most_unsent <= 2 * pace.batch_bytes());
    meo.longest_queue_ms = 0;
    BOOST_TEST(meo.fill(pace, std::chrono::seconds{30}) > 30 * meo.bytes_per_s * 95 / 100);
    BOOST_TEST(meo.longest_queue_ms <= 400U);
}

BOOST_AUTO_TEST_CASE(a_window_below_what_the_line_carries_is_full_and_no_queue_stands_behind_it) {
    line any(64'000, milliseconds{600});
    any.limit(1'500, 16 * limits::kib, 16 * limits::kib);  // as with a loss now and then
    send_pace pace;
    any.fill(pace, std::chrono::seconds{20});
    any.longest_queue_ms = any.most_unsent = 0;
    const auto by_tcp = any.window_max * 30'000 / 600;
    BOOST_TEST(any.fill(pace, std::chrono::seconds{30}) > by_tcp * 95 / 100);
    BOOST_TEST(any.most_unsent <= 2 * pace.batch_bytes() + limits::frame_bytes_min);
    BOOST_TEST(any.longest_queue_ms <= 150U);
}

BOOST_AUTO_TEST_CASE(a_burst_that_met_a_queue_is_measured_before_the_next) {
    // The window grows to the line's whole buffer, so that growing ends at a queue of a line.
    line meo(64'000, milliseconds{1'500});
    send_pace pace;
    meo.fill(pace, std::chrono::seconds{40});
    meo.longest_queue_ms = 0;
    meo.fill(pace, std::chrono::seconds{60});
    BOOST_TEST(meo.longest_queue_ms <= 400U);
}

BOOST_AUTO_TEST_CASE(what_arrived_behind_a_hole_counts_by_its_share_of_what_waits) {
    // 10 frames of 600 bytes; a segment could be more than twice as long.
    const auto some = count_bytes({.queued_bytes = 8'000,
                                   .unsent_bytes = 2'000,
                                   .acked_bytes = 50'000,
                                   .waiting_segments = 10,
                                   .beyond_segments = 4});
    BOOST_TEST(some.acked_bytes == 52'400U);
    BOOST_TEST(some.under_way_bytes == 5'600U);
    BOOST_TEST(some.unsent_bytes == 2'000U);
    // Numbers that were taken at two moments, or none: nothing goes below zero.
    const auto odd = count_bytes({.queued_bytes = 1'000,
                                  .unsent_bytes = 4'000,
                                  .waiting_segments = 2,
                                  .beyond_segments = 3});
    BOOST_TEST(odd.under_way_bytes == 1'000U);
    BOOST_TEST(odd.acked_bytes == 0U);
    BOOST_TEST(count_bytes({.queued_bytes = 1'000}).under_way_bytes == 1'000U);
}

BOOST_AUTO_TEST_CASE(what_is_lost_stays_under_way) {
    // Of 10 segments 3 have arrived; the other 7 may be lost, and cross the line again then.
    const auto what = count_bytes({.queued_bytes = 10'000,
                                   .acked_bytes = 90'000,
                                   .waiting_segments = 10,
                                   .beyond_segments = 3});
    BOOST_TEST(what.under_way_bytes == 7'000U);
    send_pace pace;
    for (int i = 0; i < 8; ++i) {  // 10,000 bytes a second
        pace.on_reading({milliseconds{i * 1'000}, static_cast<std::uint64_t>(i) * 10'000, 0,
                         milliseconds{600}, milliseconds{600}});
    }
    auto lost = what;
    lost.at = milliseconds{7'001};
    lost.round_trip = lost.usual_round_trip = milliseconds{600};
    lost.under_way_bytes = 10'000;
    pace.on_reading(lost);
    BOOST_TEST(pace.wait().count() > 0);
}

BOOST_AUTO_TEST_CASE(what_tcp_does_not_send_is_not_piled_up) {
    send_pace pace;
    send_pace::reading at{milliseconds{0}, 5'000, 2'000, milliseconds{600}, milliseconds{600}};
    pace.on_reading(at);
    BOOST_TEST(pace.wait().count() == 0);
    at.unsent_bytes = pace.batch_bytes() + 1;
    pace.on_reading(at);
    BOOST_TEST(pace.wait().count() > 0);
}

BOOST_AUTO_TEST_CASE(an_estimate_that_shrinks_is_no_enormous_rate) {
    send_pace pace;
    send_pace::reading at{milliseconds{0}, 50'000, 9'000, milliseconds{100}, milliseconds{100}};
    pace.on_reading(at);
    at.at = milliseconds{500};
    at.acked_bytes = 40'000;
    pace.on_reading(at);
    BOOST_TEST(pace.rate() == 0U);
    // The hole closes: what came back is not counted twice.
    at.at = milliseconds{1'000};
    at.acked_bytes = 51'000;
    pace.on_reading(at);
    BOOST_TEST(pace.rate() == 2'000U);
}

BOOST_AUTO_TEST_CASE(a_handshake_shows_whether_the_line_is_slow) {
    send_pace pace;
    send_pace::reading at{milliseconds{0}, 1'500, 10'000, milliseconds{1'400}, milliseconds{1'440}};
    pace.on_reading(at);
    BOOST_TEST(pace.wait().count() > 0);
    at.usual_round_trip = milliseconds{1'402};
    pace.on_reading(at);
    BOOST_TEST(pace.wait().count() == 0);
}

BOOST_AUTO_TEST_CASE(an_idle_line_says_nothing_about_its_rate) {
    send_pace pace;
    for (int i = 0; i < 50; ++i) {
        pace.on_reading({milliseconds{i * 1000}, static_cast<std::uint64_t>(i) * 10, 0,
                         milliseconds{100}, milliseconds{100}});
        pace.on_idle();
    }
    BOOST_TEST(pace.rate() == 0U);
    BOOST_TEST(pace.wait().count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
