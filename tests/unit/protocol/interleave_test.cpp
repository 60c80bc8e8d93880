// Who writes the next frame: classes, shares, fairness keys, small before large.
// Way of the message: none; a test.
// Pure.
// Spec: docs/link-protocol.md#order.
// Limits: none.
#include "protocol/interleave.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace dhow::protocol;

BOOST_AUTO_TEST_SUITE(interleave_test)

namespace {

/// Lets `frames` frames out; returns the bytes of each stream.
std::map<stream_id, std::size_t> serve(interleave& it, std::size_t frames,
                                       std::size_t frame_bytes) {
    std::map<stream_id, std::size_t> out;
    for (std::size_t i = 0; i < frames; ++i) {
        const auto next = it.next();
        BOOST_REQUIRE(next.has_value());
        out[next->stream] += frame_bytes;
        it.charge(*next, frame_bytes);
    }
    return out;
}

ready_transfer large(stream_id stream, message_class cls, std::uint64_t key = 0) {
    return {stream, cls, key, lane::large};
}
ready_transfer small(stream_id stream, message_class cls, std::uint64_t key = 0) {
    return {stream, cls, key, lane::small};
}

}  // namespace

BOOST_AUTO_TEST_CASE(nobody_is_next_when_nobody_is_ready) {
    interleave it;
    BOOST_TEST(!it.next().has_value());
    it.add(small(1, message_class::routine));
    it.remove(small(1, message_class::routine));
    it.remove(small(1, message_class::routine));
    BOOST_TEST(!it.next().has_value());
    BOOST_TEST(it.empty());
}

BOOST_AUTO_TEST_CASE(who_is_not_ready_is_not_removed_in_place_of_another) {
    interleave it;
    it.add(small(1, message_class::routine, 10));
    it.remove(small(2, message_class::routine, 10));
    it.remove(large(1, message_class::routine, 10));
    it.remove(small(1, message_class::routine, 20));
    it.remove(small(1, message_class::bulk, 10));
    BOOST_TEST(!it.empty());
    BOOST_TEST(it.next()->stream == 1U);
    it.remove(small(1, message_class::routine, 10));
    BOOST_TEST(it.empty());
    BOOST_TEST(!it.next().has_value());
}

//= LP-31
BOOST_AUTO_TEST_CASE(flash_goes_before_everything_else) {
    interleave it;
    it.add(large(1, message_class::urgent));
    serve(it, 5, 1000);
    it.add(large(2, message_class::flash));
    const auto sent = serve(it, 100, 1000);
    BOOST_TEST(sent.at(2) == 100'000U);
    it.remove(large(2, message_class::flash));
    BOOST_TEST(it.next()->stream == 1U);
}

//= LP-32
BOOST_AUTO_TEST_CASE(urgent_routine_and_bulk_share_eight_to_three_to_one_by_bytes) {
    for (const std::size_t frame_bytes : {600U, 1400U, 65536U}) {
        interleave it;
        it.add(large(1, message_class::urgent));
        it.add(large(2, message_class::routine));
        it.add(large(3, message_class::bulk));
        const auto sent = serve(it, 1200, frame_bytes);
        BOOST_TEST(sent.at(1) / frame_bytes == 800U);
        BOOST_TEST(sent.at(2) / frame_bytes == 300U);
        BOOST_TEST(sent.at(3) / frame_bytes == 100U);
    }
}

//= LP-32
BOOST_AUTO_TEST_CASE(a_class_that_was_silent_saves_nothing_up) {
    interleave it;
    it.add(large(3, message_class::bulk));
    serve(it, 10'000, 1000);
    it.add(large(1, message_class::urgent));
    const auto sent = serve(it, 900, 1000);
    BOOST_TEST(sent.at(3) >= 99'000U);
    BOOST_TEST(sent.at(3) <= 101'000U);
}

BOOST_AUTO_TEST_CASE(keys_share_equally_by_bytes_whatever_their_frames) {
    interleave it;
    it.add(large(1, message_class::routine, 10));
    it.add(large(2, message_class::routine, 20));
    std::map<stream_id, std::size_t> sent;
    for (int i = 0; i < 1000; ++i) {
        const auto next = *it.next();
        const std::size_t frame_bytes = next.stream == 1 ? 600 : 6000;
        sent[next.stream] += frame_bytes;
        it.charge(next, frame_bytes);
    }
    BOOST_TEST(sent[1] + 6000 >= sent[2]);
    BOOST_TEST(sent[2] + 6000 >= sent[1]);
}

BOOST_AUTO_TEST_CASE(one_origin_with_many_messages_does_not_delay_another) {
    interleave it;
    for (stream_id i = 0; i < 100; ++i) {
        it.add(small(i, message_class::routine, 10));
    }
    serve(it, 1, 500);
    it.remove(small(0, message_class::routine, 10));
    it.add(small(200, message_class::routine, 20));
    BOOST_TEST(it.next()->stream == 200U);
}

BOOST_AUTO_TEST_CASE(small_transfers_go_in_order_and_keep_their_turn_until_they_are_out) {
    interleave it;
    it.add(small(5, message_class::routine, 10));
    it.add(small(3, message_class::routine, 10));
    it.add(small(4, message_class::routine, 20));
    const auto first = *it.next();
    BOOST_TEST(first.stream == 3U);
    for (int i = 0; i < 3; ++i) {
        it.charge(*it.next(), 5000);
        BOOST_TEST(it.next()->stream == 3U);
    }
    it.remove(first);
    BOOST_TEST(it.next()->stream == 4U);
}

BOOST_AUTO_TEST_CASE(small_transfers_pass_a_large_one_four_at_a_time) {
    interleave it;
    it.add(large(1, message_class::routine));
    for (stream_id i = 10; i < 30; ++i) {
        it.add(small(i, message_class::routine));
    }
    std::string order;
    for (int i = 0; i < 15; ++i) {
        const auto next = *it.next();
        it.charge(next, 1000);
        order += next.in == lane::large ? 'L' : 's';
        if (next.in == lane::small) {
            it.remove(next);
        }
    }
    BOOST_TEST(order == "ssssLssssLssssL");
}

BOOST_AUTO_TEST_SUITE_END()
