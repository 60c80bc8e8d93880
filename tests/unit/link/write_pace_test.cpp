// How much goes into one write.
// Way of the message: none; a test.
// Pure.
// Spec: docs/link-protocol.md#order.
// Limits: none.
#include "daemon/link/write_pace.hpp"

#include <boost/test/unit_test.hpp>

using dhow::link::write_pace;
using dhow::protocol::milliseconds;
namespace limits = dhow::protocol::limits;

BOOST_AUTO_TEST_SUITE(write_pace_test)

BOOST_AUTO_TEST_CASE(grows_on_a_fast_line_to_64_kib_and_not_beyond) {
    write_pace it;
    for (int i = 0; i < 20; ++i) {
        it.on_written(it.batch_bytes(), milliseconds{1});
    }
    BOOST_TEST(it.batch_bytes() == write_pace::batch_bytes_max);
}

BOOST_AUTO_TEST_CASE(shrinks_on_a_slow_line_to_the_smallest_frame) {
    write_pace it;
    for (int i = 0; i < 20; ++i) {
        it.on_written(it.batch_bytes(), limits::frame_time_max * 2);
    }
    BOOST_TEST(it.batch_bytes() == limits::frame_bytes_min);
}

BOOST_AUTO_TEST_CASE(a_small_write_that_was_quick_says_nothing) {
    write_pace it;
    const auto before = it.batch_bytes();
    it.on_written(100, milliseconds{0});
    BOOST_TEST(it.batch_bytes() == before);
}

BOOST_AUTO_TEST_CASE(settles_where_a_write_lasts_no_longer_than_a_frame_may) {
    constexpr std::size_t bytes_per_ms = 32;  // 256 kbit/s
    write_pace it;
    for (int i = 0; i < 100; ++i) {
        it.on_written(it.batch_bytes(), milliseconds{it.batch_bytes() / bytes_per_ms});
    }
    BOOST_TEST(it.batch_bytes() / bytes_per_ms <= 125U);
    BOOST_TEST(it.batch_bytes() >= 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
