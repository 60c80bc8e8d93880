// A peer that breaks the link protocol: each violation ends the session with code and GOODBYE.
// Way of the message: none; a test.
// Pure: virtual time.
// Spec: docs/link-protocol.md#violations.
// Limits: none.
#include "tests/support/session_pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::digest_of;
using dhow::tests::encoded;
using dhow::tests::session_pair;
using dhow::tests::start_time;
using dhow::tests::test_side;
using dhow::tests::test_store;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(link_session_hostile_test)

namespace {

hello greeting() {
    hello out;
    out.bureau = *bureau_id::parse("ZW");
    out.time = start_time;
    out.frame_bytes_max = limits::frame_payload_bytes_max;
    out.inline_credit_bytes = 100'000;
    return out;
}

bytes hello_bytes() { return encoded(hello_frame{encode_hello(greeting()), {}, {}}); }

/// A listener that is spoken to by hand.
struct victim {
    test_store store;
    test_side side{store, false, options()};

    static session_options options() {
        session_options out;
        out.local.inline_credit_bytes = limits::implied_credit_bytes;
        return out;
    }
    void hear(byte_view input) {
        side.session().on_bytes(input, side.now);
        side.handle_events();
    }
    void hear(const frame& what) { hear(encoded(what)); }
    void greet() { hear(hello_bytes()); }
    void drain() {
        while (!side.session().to_send(side.now).empty()) {
            side.session().mark_sent(side.session().to_send(side.now).size(), side.now);
            side.handle_events();
        }
    }
    /// The code with which it ended, which its last frame names too.
    errc ended_with() {
        BOOST_REQUIRE(side.end().has_value());
        std::optional<errc> said;
        for (auto out = side.session().to_send(side.now); !out.empty();
             out = side.session().to_send(side.now)) {
            const auto last = decode_frame(out);
            if (last && last->value && std::holds_alternative<goodbye_frame>(*last->value)) {
                said = std::get<goodbye_frame>(*last->value).code;
            }
            side.session().mark_sent(out.size(), side.now);
        }
        const auto code = errc_of(side.end()->code);
        BOOST_TEST((said == code));
        return code;
    }
};

offer_frame inline_offer(stream_id stream, std::uint64_t body_bytes) {
    offer_frame out;
    out.stream = stream;
    out.object = digest_of(stream);
    out.body_bytes = body_bytes;
    out.mode = body_mode::with_offer;
    return out;
}

offer_frame large_offer(stream_id stream, std::uint64_t body_bytes) {
    auto out = inline_offer(stream, body_bytes);
    out.mode = body_mode::on_accept;
    return out;
}

data_frame data(stream_id stream, std::uint64_t offset, byte_view payload) {
    return {stream, offset, payload};
}

}  // namespace

//= LP-23, LP-60
BOOST_FIXTURE_TEST_CASE(refuses_a_frame_before_hello, victim) {
    hear(ping_frame{1, start_time});
    BOOST_TEST((ended_with() == errc::protocol_violation));
}

//= LP-23
BOOST_FIXTURE_TEST_CASE(refuses_a_second_hello, victim) {
    greet();
    greet();
    BOOST_TEST((ended_with() == errc::protocol_violation));
}

//= LP-4
BOOST_FIXTURE_TEST_CASE(refuses_a_length_of_four_gibibytes_at_once, victim) {
    greet();
    hear(bytes{0x04, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F});
    BOOST_TEST((ended_with() == errc::too_long));
}

//= LP-5
BOOST_FIXTURE_TEST_CASE(refuses_unknown_critical_frames_and_ignores_others, victim) {
    greet();
    hear(bytes{0x50, 0x03, 1, 2, 3});
    BOOST_TEST(!side.end().has_value());
    hear(bytes{0xD0, 0x03, 1, 2, 3});
    BOOST_TEST((ended_with() == errc::unknown_critical));
}

//= LP-41
BOOST_FIXTURE_TEST_CASE(refuses_stream_numbers_out_of_turn, victim) {
    greet();
    hear(inline_offer(1, 10));
    BOOST_TEST((ended_with() == errc::protocol_violation));
}

//= LP-43
BOOST_FIXTURE_TEST_CASE(refuses_inline_offers_beyond_the_credit, victim) {
    greet();
    for (stream_id i = 0; i < 4; ++i) {
        hear(inline_offer(i, 16 * 1024));
        BOOST_TEST(!side.end().has_value());
    }
    hear(inline_offer(4, 1));
    BOOST_TEST((ended_with() == errc::credit_exceeded));
}

//= LP-43
BOOST_FIXTURE_TEST_CASE(credit_comes_back_with_commit_and_refusal, victim) {
    greet();
    const bytes body(16 * 1024);
    for (stream_id i = 0; i < 50; ++i) {
        hear(inline_offer(i, body.size()));
        hear(data(i, 0, body));
        drain();
    }
    BOOST_TEST(!side.end().has_value());
    BOOST_TEST(store.arrived.size() == 50U);
}

//= LP-45
BOOST_FIXTURE_TEST_CASE(refuses_data_before_accept, victim) {
    greet();
    side.answers = false;
    hear(large_offer(0, 100'000));
    hear(data(0, 0, bytes(10)));
    BOOST_TEST((ended_with() == errc::credit_exceeded));
}

//= LP-46
BOOST_FIXTURE_TEST_CASE(refuses_data_beyond_the_window, victim) {
    greet();
    side.syncs = false;
    hear(large_offer(0, 1'200'000));
    const bytes part(64 * 1024);
    for (std::uint64_t offset = 0; offset < limits::transfer_window_bytes; offset += part.size()) {
        hear(data(0, offset, part));
        BOOST_TEST(!side.end().has_value());
    }
    hear(data(0, limits::transfer_window_bytes, bytes(1)));
    BOOST_TEST((ended_with() == errc::credit_exceeded));
}

//= LP-45
BOOST_FIXTURE_TEST_CASE(refuses_data_for_a_stream_never_offered, victim) {
    greet();
    hear(data(0, 0, bytes(10)));
    BOOST_TEST((ended_with() == errc::protocol_violation));
}

//= LP-45
BOOST_FIXTURE_TEST_CASE(refuses_a_gap_an_overlap_and_too_much, victim) {
    for (const auto& second :
         {data(0, 11, bytes(5)), data(0, 9, bytes(5)), data(0, 10, bytes(91))}) {
        victim other;
        other.greet();
        other.hear(inline_offer(0, 100));
        other.hear(data(0, 0, bytes(10)));
        const bytes payload(second.payload.size());
        other.hear(data(0, second.offset, bytes(second.offset == 10 ? 91 : 5)));
        BOOST_TEST((other.ended_with() == errc::protocol_violation));
    }
}

//= LP-52
BOOST_FIXTURE_TEST_CASE(refuses_answers_to_streams_never_offered, victim) {
    const std::vector<frame> answers{accept_frame{0, 0, 1}, ack_frame{0, 0, 1}, commit_frame{0, {}},
                                     refuse_frame{}, cancel_frame{}};
    for (const auto& answer : answers) {
        victim other;
        other.greet();
        other.hear(answer);
        BOOST_TEST((other.ended_with() == errc::protocol_violation));
    }
}

//= LP-47, LP-50
BOOST_FIXTURE_TEST_CASE(refuses_answers_that_do_not_fit_what_was_sent, victim) {
    const std::vector<std::vector<frame>> scripts{
        {accept_frame{0, 20'001, 1}},                       // beyond the body
        {accept_frame{0, 0, 10}, accept_frame{0, 0, 10}},   // twice
        {ack_frame{0, 0, 1}},                               // before ACCEPT
        {accept_frame{0, 0, 1000}, ack_frame{0, 1001, 1}},  // more than was sent
        {accept_frame{0, 5, 1000}, ack_frame{0, 4, 1}},     // backwards
        {commit_frame{0, {}}},                              // before the last byte
    };
    for (const auto& script : scripts) {
        victim other;
        other.greet();
        other.side.offer({.number = 5, .body_bytes = 20'000});
        other.drain();
        for (const auto& answer : script) {
            other.hear(answer);
            if (!other.side.end()) {
                other.drain();
            }
        }
        BOOST_TEST((other.ended_with() == errc::protocol_violation));
    }
}

BOOST_FIXTURE_TEST_CASE(a_window_near_the_largest_number_does_no_harm, victim) {
    greet();
    side.offer({.number = 5, .body_bytes = 20'000});
    drain();
    hear(accept_frame{0, 20'000, 0xFFFF'FFFF});
    hear(commit_frame{0, {}});
    BOOST_TEST(!side.end().has_value());
    BOOST_TEST(store.to_send.empty());
}

//= LP-24
BOOST_FIXTURE_TEST_CASE(refuses_more_than_the_credit_while_hello_is_verified, victim) {
    side.verifies = false;
    greet();
    const bytes part(16 * 1024);
    std::size_t heard = 0;
    for (std::uint64_t i = 0; !side.end() && i < 100; ++i) {
        hear(data(0, i * part.size(), part));
        heard += part.size();
    }
    BOOST_TEST((ended_with() == errc::credit_exceeded));
    BOOST_TEST(heard < 256U * 1024);
}

//= LP-53
BOOST_FIXTURE_TEST_CASE(more_transfers_than_allowed_are_refused_as_busy, victim) {
    greet();
    drain();
    side.answers = false;
    for (stream_id i = 0; i <= limits::large_transfers_max; ++i) {
        hear(large_offer(i, 20'000));
    }
    const auto out = side.session().to_send(side.now);
    const auto answer = decode_frame(out);
    BOOST_REQUIRE(
        (answer && answer->value && std::holds_alternative<refuse_frame>(*answer->value)));
    const auto& refusal = std::get<refuse_frame>(*answer->value);
    BOOST_TEST(refusal.stream == limits::large_transfers_max);
    BOOST_TEST((refusal.code == errc::busy));
}

//= LP-54
BOOST_FIXTURE_TEST_CASE(a_peer_that_never_reads_is_ended_before_memory_grows, victim) {
    greet();
    std::size_t offers = 0;
    for (stream_id i = 0; !side.end() && i < 100'000; ++i, ++offers) {
        hear(inline_offer(i, 1));
        if (!side.end()) {
            hear(data(i, 0, bytes(1)));
        }
    }
    BOOST_TEST((ended_with() == errc::credit_exceeded));
    BOOST_TEST(offers <= limits::control_frames_max + 1);
}

BOOST_FIXTURE_TEST_CASE(pings_that_are_not_read_are_answered_once, victim) {
    greet();
    drain();
    for (std::uint64_t i = 0; i < 1000; ++i) {
        hear(ping_frame{i, start_time});
    }
    const auto out = side.session().to_send(side.now);
    BOOST_TEST(std::get<pong_frame>(*decode_frame(out)->value).token == 999U);
    side.session().mark_sent(out.size(), side.now);
    BOOST_TEST(side.session().to_send(side.now).empty());
}

BOOST_FIXTURE_TEST_CASE(calls_after_the_end_do_nothing, victim) {
    greet();
    hear(inline_offer(7, 10));
    auto& session = side.session();
    session.on_bytes(hello_bytes(), side.now);
    session.accept(0, 0, side.now);
    session.on_durable(0, 1, side.now);
    session.commit(0, {}, side.now);
    session.refuse(0, errc::busy, seconds{1}, {}, side.now);
    session.cancel(0, errc::cancelled, side.now);
    session.supply(0, 0, bytes(1), side.now);
    session.goodbye(errc::shutting_down, seconds{0}, side.now);
    session.on_deadline(side.now + std::chrono::hours{1});
    session.on_hello_verified({}, side.now);
    BOOST_TEST(!session.can_offer(message_class::flash, 1));
    BOOST_TEST(!session.next_deadline().has_value());
    BOOST_TEST(!session.next_event().has_value());
    BOOST_TEST((ended_with() == errc::protocol_violation));
}

BOOST_AUTO_TEST_SUITE_END()
