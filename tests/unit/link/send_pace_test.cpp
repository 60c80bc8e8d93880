// How much may be under way, and how much goes into one write, on lines of all
// kinds. Way of the message: none; a test. Pure: a line is computed, its time
// is virtual. Spec: docs/link-protocol.md#order. Limits: none.
#include "daemon/link/send_pace.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>

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
    std::uint64_t written = 0, acked = 0;
    double sent_until = 0;  ///< When the last byte written has left the modem.
    std::deque<std::pair<std::uint64_t, std::uint64_t>> acks;  ///< When, up to what.
    std::uint64_t longest_queue_ms = 0;

    void write(std::size_t bytes) {
        written += bytes;
        sent_until = std::max(sent_until, static_cast<double>(now));
        longest_queue_ms = std::max(longest_queue_ms, static_cast<std::uint64_t>(sent_until) - now);
        sent_until += static_cast<double>(bytes) * 1000 / static_cast<double>(bytes_per_s);
        acks.emplace_back(
            static_cast<std::uint64_t>(sent_until) + static_cast<std::uint64_t>(round_trip.count()),
            written);
    }
    void pass(milliseconds time) {
        now += static_cast<std::uint64_t>(time.count());
        while (!acks.empty() && acks.front().first <= now) {
            acked = acks.front().second;
            acks.pop_front();
        }
    }
    [[nodiscard]] send_pace::reading look() const {
        const auto at = milliseconds{static_cast<std::int64_t>(now)};
        const auto queue = milliseconds{
            std::max<std::int64_t>(static_cast<std::int64_t>(sent_until) - at.count(), 0)};
        return {at, acked, written - acked, round_trip, round_trip + queue};
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
