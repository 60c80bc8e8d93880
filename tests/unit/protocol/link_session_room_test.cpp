// Room for offers: places, credit and stream numbers; what a resumed offer does without them.
// Way of the message: none; a test.
// Pure: virtual time.
// Spec: docs/link-protocol.md#transfers.
// Limits: none.
#include "tests/support/session_pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::digest_of;
using dhow::tests::hear;
using dhow::tests::lines_with;
using dhow::tests::session_pair;
using dhow::tests::start_time;
using dhow::tests::test_side;
using dhow::tests::test_store;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(link_session_room_test)

namespace {

session_options granting(std::uint32_t credit_bytes) {
    session_options out;
    out.local.inline_credit_bytes = credit_bytes;
    out.ping_interval = milliseconds{-1};
    return out;
}

const session_options usual = granting(limits::granted_credit_bytes);

offer_frame offer_of(stream_id stream, std::uint64_t body_bytes, body_mode mode) {
    offer_frame out;
    out.stream = stream;
    out.object = digest_of(stream);
    out.body_bytes = body_bytes;
    out.mode = mode;
    return out;
}

offer_frame resumed_at(stream_id stream, std::uint64_t first_byte, std::uint64_t body_bytes) {
    auto out = offer_of(stream, body_bytes, body_mode::resumed);
    out.first_byte = first_byte;
    return out;
}

/// A listener that has heard HELLO and is spoken to by hand; it answers nothing by itself.
struct listener {
    test_store store;
    test_side side{store, false, usual};

    listener() {
        hello peer;
        peer.bureau = *bureau_id::parse("ZW");
        peer.time = start_time;
        peer.frame_bytes_max = limits::frame_payload_bytes_max;
        hear(side, hello_frame{encode_hello(peer), {}, {}});
        while (!side.session().to_send(start_time).empty()) {
            side.session().mark_sent(side.session().to_send(start_time).size(), start_time);
        }
        side.answers = false;
    }
    void accept(stream_id stream, std::uint64_t offset) {
        side.session().accept(stream, offset, side.now);
        side.handle_events();
    }
};

/// How the dialler offers an object of 50,000 bytes when the peer's HELLO lists so many of them.
offer_frame offered_when_listed(std::size_t listed_bytes, std::uint32_t credit_bytes) {
    test_store zw;
    test_store mu;
    mu.partial[digest_of(1)] = bytes(listed_bytes);
    session_pair pair{zw, mu, usual, granting(credit_bytes)};
    pair.run();
    pair.listener().answers = false;
    pair.dialler().offer({.number = 1, .body_bytes = 50'000});
    pair.run();
    BOOST_TEST(lines_with(pair.listener(), "offer_received") == 1);
    return pair.listener().last_offer;
}

}  // namespace

//= LP-44
BOOST_AUTO_TEST_CASE(an_offer_is_resumed_only_where_it_can_be) {
    constexpr auto credit = limits::granted_credit_bytes;
    const auto good = offered_when_listed(20'000, credit);
    BOOST_TEST((good.mode == body_mode::resumed));
    BOOST_TEST(good.first_byte == 20'000U);
    BOOST_TEST(offered_when_listed(50'000, credit).first_byte == 50'000U);
    // Nothing on disk, more than there is, or no credit for what would go before ACCEPT.
    for (const auto& other : {offered_when_listed(0, credit), offered_when_listed(50'001, credit),
                              offered_when_listed(20'000, 0)}) {
        BOOST_TEST((other.mode == body_mode::on_accept));
        BOOST_TEST(other.first_byte == 0U);
        BOOST_TEST(other.body_bytes == 50'000U);
    }
}

//= LP-53
BOOST_AUTO_TEST_CASE(the_last_sixteenth_of_the_places_is_for_flash) {
    test_store zw;
    test_store mu;
    session_pair pair{zw, mu, usual, usual};
    pair.run();
    pair.listener().answers = false;
    auto& side = pair.dialler();
    constexpr std::uint32_t for_all = limits::transfers_max - limits::transfers_max / 16;
    std::uint32_t number = 0;
    for (; number < for_all; ++number) {
        BOOST_TEST(side.session().can_offer(message_class::urgent, 1));
        side.offer({.number = number, .cls = message_class::urgent, .body_bytes = 1});
    }
    BOOST_TEST(!side.session().can_offer(message_class::urgent, 1));
    side.offer({.number = number++, .cls = message_class::urgent, .body_bytes = 1});
    pair.run();
    BOOST_TEST(lines_with(pair.listener(), "offer_received") == for_all);  // the last one waits
    for (std::uint32_t i = for_all; i < limits::transfers_max; ++i) {
        BOOST_TEST(side.session().can_offer(message_class::flash, 1));
        side.offer({.number = number++, .cls = message_class::flash, .body_bytes = 1});
    }
    BOOST_TEST(!side.session().can_offer(message_class::flash, 1));
    pair.run();
    BOOST_TEST(lines_with(pair.listener(), "offer_received") == limits::transfers_max);
    BOOST_TEST(lines_with(side, "refused") == 0);
}

//= LP-53
BOOST_FIXTURE_TEST_CASE(one_offer_above_1024_is_refused_as_busy, listener) {
    for (stream_id i = 0; i < limits::transfers_max; ++i) {
        hear(side, offer_of(i, 1, body_mode::with_offer));
    }
    BOOST_TEST(side.session().to_send(start_time).empty());
    hear(side, offer_of(limits::transfers_max, 1, body_mode::with_offer));
    const auto out = side.session().to_send(start_time);
    const auto answer = std::get<refuse_frame>(decode_frame(out)->value.value());
    BOOST_TEST(answer.stream == limits::transfers_max);
    BOOST_TEST((answer.code == errc::busy));
    BOOST_TEST(lines_with(side, "offer_received") == limits::transfers_max);
    BOOST_TEST(!side.session().is_ended());
}

//= LP-42
BOOST_AUTO_TEST_CASE(a_body_beyond_the_whole_credit_takes_a_large_place) {
    const auto can_offer_small_beside = [](std::uint32_t credit_bytes) {
        test_store zw;
        test_store mu;
        session_pair pair{zw, mu, usual, granting(credit_bytes)};
        pair.run();
        pair.listener().answers = false;
        constexpr auto cls = message_class::routine;
        BOOST_TEST(pair.dialler().session().can_offer(cls, 500));
        const auto places = limits::large_transfers_max - static_cast<std::size_t>(cls);
        for (std::uint32_t i = 0; i < places; ++i) {
            BOOST_TEST(pair.dialler().session().can_offer(cls, 100'000));
            pair.dialler().offer({.number = i, .cls = cls, .body_bytes = 100'000});
        }
        BOOST_TEST(!pair.dialler().session().can_offer(cls, 100'000));
        return pair.dialler().session().can_offer(cls, 500);
    };
    BOOST_TEST(can_offer_small_beside(limits::granted_credit_bytes));
    BOOST_TEST(!can_offer_small_beside(1000));
}

//= LP-41
BOOST_AUTO_TEST_CASE(when_stream_numbers_run_out_nothing_is_offered_and_the_last_answer_ends_it) {
    test_store zw;
    test_store mu;
    auto few = usual;
    few.streams_max = 2;
    session_pair pair{zw, mu, few, usual};
    pair.run();
    pair.listener().answers = false;
    auto& side = pair.dialler();
    for (const std::uint32_t number : {1U, 2U, 3U}) {
        side.offer({.number = number, .body_bytes = 500});
    }
    pair.run();
    BOOST_TEST(lines_with(pair.listener(), "offer_received") == 2);
    BOOST_TEST(!side.session().can_offer(message_class::flash, 1));
    pair.listener().session().refuse(0, errc::busy, seconds{1}, {}, start_time);
    pair.run();
    BOOST_TEST(lines_with(side, "refused 0") == 1);
    BOOST_TEST(lines_with(side, "can_offer_again") == 0);
    BOOST_TEST(!side.end().has_value());
    BOOST_TEST(!side.session().can_offer(message_class::flash, 1));
    pair.listener().session().refuse(1, errc::busy, seconds{1}, {}, start_time);
    pair.run();
    BOOST_REQUIRE(side.end().has_value());
    BOOST_TEST((side.end()->code == make_error_code(errc::shutting_down)));
    BOOST_TEST(lines_with(pair.listener(), "offer_received") == 2);
}

//= LP-44
BOOST_FIXTURE_TEST_CASE(early_bytes_beyond_a_segment_are_given_out_in_pieces_and_told_once,
                        listener) {
    store.partial[digest_of(0)] = bytes(60'000);
    hear(side, resumed_at(0, 60'000, 70'000));
    hear(side, data_frame{0, 60'000, bytes(10'000)});
    BOOST_TEST(lines_with(side, "data_received") == 0);  // nobody has accepted it
    BOOST_TEST(lines_with(side, "body_received") == 0);
    const auto before = static_cast<std::ptrdiff_t>(side.log().size());
    accept(0, 60'000);
    const std::vector<std::string> told{side.log().begin() + before, side.log().end()};
    const std::vector<std::string> expected{"data_received 0 60000+5536",
                                            "data_received 0 65536+4464", "body_received 0"};
    BOOST_TEST(told == expected, boost::test_tools::per_element());
}

//= LP-44
BOOST_AUTO_TEST_CASE(an_accept_amid_the_last_frame_does_not_say_that_all_is_sent) {
    test_store zw;
    test_store mu;
    mu.partial[digest_of(1)] = bytes(49'000);
    session_pair pair{zw, mu, usual, usual};
    pair.run();
    pair.listener().answers = false;
    auto& side = pair.dialler();
    side.offer({.number = 1, .body_bytes = 50'000});
    while (lines_with(pair.listener(), "offer_received") == 0) {
        pair.send(0, 1 << 20);
        pair.deliver(0, 1 << 20);
    }
    BOOST_TEST(pair.send(0, 100) == 100U);  // a part of the only DATA frame
    hear(side, accept_frame{0, 49'000, limits::transfer_window_bytes});
    BOOST_TEST(lines_with(side, "acknowledged 0 49000") == 1);
    BOOST_TEST(lines_with(side, "all_sent") == 0);
    while (pair.send(0, 1 << 20) > 0) {
    }
    BOOST_TEST(lines_with(side, "all_sent 0") == 1);
}

//= LP-73
BOOST_FIXTURE_TEST_CASE(what_is_gathered_waits_from_the_first_byte_on, listener) {
    for (const stream_id stream : {0U, 1U}) {
        store.partial[digest_of(stream)] = bytes(1000);
        hear(side, resumed_at(stream, 1000, 100'000));
        hear(side, data_frame{stream, 1000, bytes(100)});
    }
    BOOST_TEST(!side.session().next_deadline().has_value());
    const auto due = start_time + limits::gather_time_max;
    accept(0, 1000);
    BOOST_TEST((side.session().next_deadline() == due));
    side.now = start_time + seconds{5};
    accept(1, 1000);
    BOOST_TEST((side.session().next_deadline() == due));
    for (const auto& [now, pieces] : {std::pair{due - milliseconds{1}, 0}, {due, 2}}) {
        side.now = now;
        side.session().on_deadline(now);
        side.handle_events();
        BOOST_TEST(lines_with(side, "data_received") == pieces);
    }
    BOOST_TEST(!side.session().next_deadline().has_value());
}

//= LP-62
BOOST_FIXTURE_TEST_CASE(a_cut_gives_out_what_is_resumable_and_drops_the_rest, listener) {
    hear(side, offer_of(0, 1000, body_mode::with_offer));
    hear(side, data_frame{0, 0, bytes(400)});
    hear(side, offer_of(1, 100'000, body_mode::on_accept));
    accept(1, 0);
    hear(side, data_frame{1, 0, bytes(300)});
    BOOST_TEST(lines_with(side, "data_received") == 0);
    side.session().on_transport_closed(errc::connection_lost, start_time);
    side.handle_events();
    BOOST_TEST(lines_with(side, "data_received 0") == 0);
    BOOST_TEST(lines_with(side, "data_received 1 0+300") == 1);
    BOOST_TEST(lines_with(side, "body_received") == 0);
}

//= LP-51
BOOST_FIXTURE_TEST_CASE(a_cancelled_inline_body_is_dropped_and_a_large_one_kept, listener) {
    hear(side, offer_of(0, 1000, body_mode::with_offer));
    hear(side, data_frame{0, 0, bytes(400)});
    hear(side, cancel_frame{0, errc::cancelled});
    BOOST_TEST(lines_with(side, "data_received") == 0);
    hear(side, offer_of(1, 100'000, body_mode::on_accept));
    accept(1, 0);
    hear(side, data_frame{1, 0, bytes(300)});
    hear(side, cancel_frame{1, errc::cancelled});
    BOOST_TEST(lines_with(side, "data_received 1 0+300") == 1);
    BOOST_TEST(lines_with(side, "peer_cancelled") == 2);
    hear(side, cancel_frame{1, errc::cancelled});  // crossed with an answer of ours
    BOOST_TEST(lines_with(side, "peer_cancelled") == 2);
    BOOST_TEST(!side.session().is_ended());
}

BOOST_AUTO_TEST_SUITE_END()
