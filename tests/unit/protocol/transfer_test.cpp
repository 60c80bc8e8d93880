// Offsets, limits and buffers of one transfer on either side.
// Way of the message: none; a test.
// Pure.
// Spec: docs/link-protocol.md#transfers.
// Limits: none.
#include "protocol/transfer.hpp"

#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;

BOOST_AUTO_TEST_SUITE(transfer_test)

namespace {

constexpr auto segment = limits::segment_bytes;

offer_frame offer_of(std::uint64_t body_bytes, body_mode mode, std::uint64_t first_byte = 0) {
    offer_frame out;
    out.body_bytes = body_bytes;
    out.mode = mode;
    out.first_byte = first_byte;
    return out;
}

outgoing_transfer offered(std::uint64_t body_bytes) {
    outgoing_transfer out{offer_of(body_bytes, body_mode::on_accept), {}, 0, utc_time{}};
    out.admit();
    out.take_offer(0, utc_time{});
    return out;
}

boost::system::error_code give(incoming_transfer& to, std::uint64_t offset, std::size_t size) {
    const bytes payload(size);
    return to.on_data({0, offset, payload});
}

}  // namespace

//= LP-42
BOOST_AUTO_TEST_CASE(costs_what_goes_before_an_answer) {
    auto offer = offer_of(10'000, body_mode::with_offer);
    offer.preamble.resize(100);
    BOOST_TEST(inline_cost(offer) == 10'100U);
    offer.mode = body_mode::on_accept;
    BOOST_TEST(inline_cost(offer) == 0U);
    offer.mode = body_mode::resumed;
    offer.first_byte = 9'000;
    BOOST_TEST(inline_cost(offer) == 1'100U);
    offer.body_bytes = 1'000'000;
    BOOST_TEST(inline_cost(offer) == 100 + limits::inline_body_bytes_max);
}

BOOST_AUTO_TEST_CASE(writes_the_whole_body_after_its_offer) {
    outgoing_transfer it{offer_of(1000, body_mode::with_offer), bytes(1000), 0, utc_time{}};
    BOOST_TEST(!it.has_frame());
    it.admit();
    BOOST_TEST(it.has_frame());
    BOOST_TEST(it.take_offer(9, utc_time{milliseconds{70}}).age.count() == 70);
    BOOST_TEST(it.next_data(600).payload.size() == 600U);
    it.mark_written(600);
    const auto last = it.next_data(600);
    BOOST_TEST(last.stream == 9U);
    BOOST_TEST(last.offset == 600U);
    BOOST_TEST(last.payload.size() == 400U);
    it.mark_written(400);
    BOOST_TEST(it.all_written());
    BOOST_TEST(!it.has_frame());
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_does_not_make_an_offer_younger) {
    outgoing_transfer it{offer_of(10, body_mode::with_offer), bytes(10), 0,
                         utc_time{milliseconds{1000}}};
    it.admit();
    BOOST_TEST(it.take_offer(0, utc_time{milliseconds{0}}).age.count() == 0);
}

//= LP-46
BOOST_AUTO_TEST_CASE(asks_for_segments_within_the_window_only) {
    auto it = offered(10 * segment);
    BOOST_TEST(!it.take_wanted().has_value());
    BOOST_TEST(!it.on_accept({0, 100, 3 * segment}));
    BOOST_TEST((it.take_wanted() == body_range{100, segment - 100}));
    BOOST_TEST((it.take_wanted() == body_range{segment, segment}));
    BOOST_TEST(!it.take_wanted().has_value());
    it.supply(100, bytes(segment - 100));
    BOOST_TEST(it.has_frame());
    it.mark_written(it.next_data(limits::frame_payload_bytes_max).payload.size());
    BOOST_TEST((it.take_wanted() == body_range{2 * segment, segment}));
    it.supply(segment, bytes(segment));
    it.supply(2 * segment, bytes(segment));
    it.mark_written(segment);
    it.mark_written(segment);
    BOOST_TEST((it.take_wanted() == body_range{3 * segment, 100}));
    BOOST_TEST(!it.take_wanted().has_value());
    BOOST_TEST(!it.on_ack({0, 3 * segment, 3 * segment}));
    BOOST_TEST((it.take_wanted() == body_range{3 * segment + 100, segment - 100}));
}

//= LP-47
BOOST_AUTO_TEST_CASE(credit_once_given_is_not_taken_back) {
    auto it = offered(10 * segment);
    BOOST_TEST(!it.on_accept({0, 0, segment}));
    BOOST_TEST((it.take_wanted() == body_range{0, segment}));
    it.supply(0, bytes(segment));
    it.mark_written(1000);
    BOOST_TEST(!it.on_ack({0, 500, 0}));
    BOOST_TEST(it.next_data(segment).payload.size() == segment - 1000);
}

BOOST_AUTO_TEST_CASE(starts_within_a_body_that_was_given_whole) {
    for (const std::uint64_t offset : {0U, 400U, 1000U}) {
        outgoing_transfer it{offer_of(1000, body_mode::on_accept), bytes(1000), 0, utc_time{}};
        it.admit();
        it.take_offer(0, utc_time{});
        BOOST_TEST(!it.has_frame());
        BOOST_TEST(!it.on_accept({0, offset, 5000}));
        BOOST_TEST(it.next_data(5000).payload.size() == 1000 - offset);
        BOOST_TEST(it.all_written() == (offset == 1000));
        BOOST_TEST(!it.take_wanted().has_value());
    }
}

//= LP-44
BOOST_AUTO_TEST_CASE(a_resumed_transfer_starts_where_it_said_or_not_at_all) {
    incoming_transfer it{offer_of(100'000, body_mode::resumed, 50'000)};
    BOOST_TEST(!give(it, 50'000, 10'000));
    BOOST_TEST(!it.take_piece(true).has_value());
    BOOST_TEST(!it.accept(40'000, 1000));
    BOOST_TEST(!it.accept(100'001, 1000));
    BOOST_TEST(it.accept(50'000, 1000));
    BOOST_TEST(it.cost() == 0U);
    const auto piece = it.take_piece(true);
    BOOST_REQUIRE(piece.has_value());
    BOOST_TEST(piece->offset == 50'000U);
    BOOST_TEST(piece->payload.size() == 10'000U);
}

//= LP-44
BOOST_AUTO_TEST_CASE(a_resumed_transfer_has_16_kib_before_its_accept) {
    incoming_transfer it{offer_of(100'000, body_mode::resumed, 50'000)};
    BOOST_TEST(!give(it, 50'000, limits::inline_body_bytes_max));
    BOOST_TEST((give(it, 50'000 + limits::inline_body_bytes_max, 1) ==
                make_error_code(errc::credit_exceeded)));
}

BOOST_AUTO_TEST_CASE(gathers_pieces_that_end_at_segment_boundaries) {
    incoming_transfer it{offer_of(3 * segment + 10, body_mode::on_accept)};
    BOOST_TEST(it.accept(100, 8 * segment));
    BOOST_TEST(!give(it, 100, segment - 200));
    BOOST_TEST(!it.take_piece(false).has_value());
    BOOST_TEST(!give(it, segment - 100, 200));
    const auto first = it.take_piece(false);
    BOOST_REQUIRE(first.has_value());
    BOOST_TEST(first->offset == 100U);
    BOOST_TEST(first->payload.size() == segment - 100);
    BOOST_TEST(!it.take_piece(false).has_value());
    const auto flushed = it.take_piece(true);
    BOOST_REQUIRE(flushed.has_value());
    BOOST_TEST(flushed->offset == segment);
    BOOST_TEST(flushed->payload.size() == 100U);
}

BOOST_AUTO_TEST_CASE(gives_out_what_it_has_where_the_credit_ends) {
    incoming_transfer it{offer_of(3 * segment, body_mode::on_accept)};
    BOOST_TEST(it.accept(0, 1000));
    BOOST_TEST(!give(it, 0, 1000));
    BOOST_TEST(it.take_piece(false)->payload.size() == 1000U);
    BOOST_TEST(it.on_durable(1000));
    BOOST_TEST(!it.on_durable(1000));
    BOOST_TEST(!give(it, 1000, 1000));
}

BOOST_AUTO_TEST_CASE(there_is_no_data_before_the_offer_without_a_body_and_beyond_the_window) {
    outgoing_transfer early{offer_of(1000, body_mode::with_offer), bytes(1000), 0, utc_time{}};
    early.admit();
    BOOST_TEST(early.next_data(600).payload.empty());
    early.take_offer(0, utc_time{});
    BOOST_TEST(early.next_data(600).payload.size() == 600U);

    auto large = offered(10 * segment);
    BOOST_TEST(large.next_data(600).payload.empty());
    BOOST_TEST(!large.on_accept({0, 0, 1000}));
    BOOST_TEST(large.next_data(600).payload.empty());  // nothing was supplied yet
    BOOST_TEST((large.take_wanted() == body_range{0, 1000}));
    large.supply(0, bytes(1000));
    large.mark_written(large.next_data(600).payload.size());
    BOOST_TEST(large.next_data(600).payload.size() == 400U);

    outgoing_transfer whole{offer_of(1000, body_mode::on_accept), bytes(1000), 0, utc_time{}};
    whole.admit();
    whole.take_offer(0, utc_time{});
    BOOST_TEST(!whole.on_accept({0, 0, 700}));
    whole.mark_written(whole.next_data(700).payload.size());
    BOOST_TEST(!whole.has_frame());
    BOOST_TEST(whole.next_data(600).payload.empty());  // the window is used up
    BOOST_TEST(!whole.on_ack({0, 700, 300}));
    BOOST_TEST(whole.next_data(600).payload.size() == 300U);
}

//= LP-44
BOOST_AUTO_TEST_CASE(an_accept_fits_what_was_offered) {
    const auto violation = make_error_code(errc::protocol_violation);
    outgoing_transfer inlined{offer_of(1000, body_mode::with_offer), bytes(1000), 0, utc_time{}};
    inlined.admit();
    inlined.take_offer(0, utc_time{});
    BOOST_TEST((inlined.on_accept({0, 0, 1000}) == violation));

    for (const std::uint64_t offset : {0U, 49'999U, 50'001U, 100'000U}) {
        outgoing_transfer resumed{offer_of(100'000, body_mode::resumed, 50'000), {}, 0, utc_time{}};
        resumed.admit();
        resumed.take_offer(0, utc_time{});
        BOOST_TEST((resumed.on_accept({0, offset, 1000}) == violation));
        BOOST_TEST(!resumed.is_accepted());
        BOOST_TEST(!resumed.on_accept({0, 50'000, 1000}));
        BOOST_TEST((resumed.on_accept({0, 50'000, 1000}) == violation));
    }
}

BOOST_AUTO_TEST_CASE(more_on_disk_than_the_peer_says_the_object_has_is_not_accepted) {
    incoming_transfer it{offer_of(1000, body_mode::on_accept)};
    BOOST_TEST(!it.accept(1001, 5000));
    BOOST_TEST(!it.is_accepted());
    BOOST_TEST(it.accept(1000, 5000));
    BOOST_TEST(it.all_received());
}

BOOST_AUTO_TEST_CASE(a_window_that_ends_beyond_the_largest_number_ends_there) {
    constexpr auto largest = ~std::uint64_t{0};
    incoming_transfer in{offer_of(largest, body_mode::on_accept)};
    BOOST_TEST(in.accept(largest - 10, 1000));
    BOOST_TEST(!give(in, largest - 10, 10));
    BOOST_TEST(in.all_received());
}

BOOST_AUTO_TEST_SUITE_END()
