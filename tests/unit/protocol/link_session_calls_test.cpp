// Calls and frames that name what is not open any more, come twice or come after the end.
// Way of the message: none; a test.
// Pure: virtual time.
// Spec: docs/link-protocol.md#session. Hostile input is in link_session_hostile_test.cpp.
// Limits: none.
#include "tests/support/session_pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::body_of;
using dhow::tests::digest_of;
using dhow::tests::encoded;
using dhow::tests::hear;
using dhow::tests::lines_with;
using dhow::tests::session_pair;
using dhow::tests::start_time;
using dhow::tests::test_side;
using dhow::tests::test_store;
using dhow::tests::two_sides;
using dhow::tests::usual_options;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(link_session_calls_test)

namespace {

/// Types of the frames that a session has to send, in order; DATA is 4.
std::vector<std::size_t> types_sent(link_session& session, utc_time now) {
    std::vector<std::size_t> out;
    for (auto part = session.to_send(now); !part.empty(); part = session.to_send(now)) {
        const auto decoded = decode_frame(part).value();
        out.push_back(decoded.value.value().index() + 1);
        BOOST_TEST(decoded.consumed_bytes == part.size());
        session.mark_sent(part.size(), now);
    }
    return out;
}

constexpr std::size_t hello_type = 1;
constexpr std::size_t accept_type = 3;
constexpr std::size_t goodbye_type = 11;

using types = std::vector<std::size_t>;

}  // namespace

BOOST_FIXTURE_TEST_CASE(calls_that_name_no_open_stream_do_nothing, two_sides) {
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    pair.run();
    BOOST_TEST(lines_with(pair.dialler(), "committed 0") == 1);
    for (const stream_id stream : {0U, 7U}) {  // closed, and never offered
        for (const std::size_t side : {0U, 1U}) {
            auto& session = pair.side(side).session();
            session.accept(stream, 0, start_time);
            session.on_durable(stream, 1, start_time);
            session.commit(stream, {}, start_time);
            session.refuse(stream, errc::busy, seconds{1}, {}, start_time);
            session.supply(stream, 0, bytes(1), start_time);
            session.cancel(stream, errc::cancelled, start_time);
            BOOST_TEST(session.to_send(start_time).empty());
            BOOST_TEST(!session.next_event().has_value());
            BOOST_TEST(!session.is_ended());
        }
    }
}

//= LP-44
BOOST_FIXTURE_TEST_CASE(an_offer_is_accepted_once, two_sides) {
    pair.listener().answers = false;
    pair.dialler().offer({.number = 1, .body_bytes = 100'000});
    pair.run();
    auto& session = pair.listener().session();
    session.accept(0, 0, start_time);
    session.accept(0, 50, start_time);
    BOOST_TEST(types_sent(session, start_time) == types{accept_type},
               boost::test_tools::per_element());
}

//= LP-22
BOOST_AUTO_TEST_CASE(a_hello_is_sent_once_and_not_after_the_end) {
    link_session twice{usual_options(), start_time};
    twice.on_hello_signed({}, {}, start_time);
    twice.on_hello_signed({}, {}, start_time);
    BOOST_TEST(types_sent(twice, start_time) == types{hello_type},
               boost::test_tools::per_element());

    link_session ended{usual_options(), start_time};
    ended.goodbye(errc::shutting_down, seconds{0}, start_time);
    ended.on_hello_signed({}, {}, start_time);
    BOOST_TEST(types_sent(ended, start_time) == types{goodbye_type},
               boost::test_tools::per_element());
}

//= LP-60
BOOST_AUTO_TEST_CASE(a_hello_that_cannot_be_read_ends_the_session_with_its_error) {
    for (const auto& [value, code] : {std::pair{bytes{}, errc::missing_field},
                                      {bytes{1, 1}, errc::truncated},
                                      {bytes{0xF0, 0}, errc::unknown_critical}}) {
        test_store store;
        test_side side{store, false, usual_options()};
        hear(side, hello_frame{value, {}, {}});
        BOOST_REQUIRE(side.end().has_value());
        BOOST_TEST((side.end()->code == make_error_code(code)));
        BOOST_TEST(lines_with(side, "verify_hello") == 0);
        const auto out = side.session().to_send(start_time);
        BOOST_TEST((std::get<goodbye_frame>(decode_frame(out)->value.value()).code == code));
    }
}

//= LP-72
BOOST_FIXTURE_TEST_CASE(a_pong_that_nobody_asked_for_says_nothing, two_sides) {
    pair.run();
    auto& side = pair.dialler();
    hear(side, pong_frame{1, start_time});
    BOOST_TEST(lines_with(side, "peer_time") == 0);
    side.now = start_time + limits::ping_interval;
    side.session().on_deadline(side.now);
    const auto out = side.session().to_send(side.now);
    const auto asked = std::get<ping_frame>(decode_frame(out)->value.value());
    hear(side, pong_frame{asked.token + 1, start_time});
    BOOST_TEST(lines_with(side, "peer_time") == 0);
    side.now += seconds{2};
    hear(side, pong_frame{asked.token, start_time});
    BOOST_TEST(lines_with(side, "peer_time 2000") == 1);
    hear(side, pong_frame{asked.token, start_time});
    BOOST_TEST(lines_with(side, "peer_time") == 1);
}

BOOST_FIXTURE_TEST_CASE(an_offer_after_the_end_goes_nowhere, two_sides) {
    pair.run();
    auto& session = pair.dialler().session();
    session.goodbye(errc::shutting_down, seconds{5}, start_time);
    pair.dialler().handle_events();
    offer_frame what;
    what.body_bytes = 10;
    const auto first = session.offer(what, bytes(10), 0, start_time);
    const auto second = session.offer(what, bytes(10), 0, start_time);
    BOOST_TEST(first != second);
    BOOST_TEST(session.open_transfers() == 0U);
    BOOST_TEST(!session.next_event().has_value());
    BOOST_TEST(types_sent(session, start_time) == types{goodbye_type},
               boost::test_tools::per_element());
}

//= LP-51
BOOST_FIXTURE_TEST_CASE(a_waiting_offer_that_is_cancelled_is_never_heard_of, two_sides) {
    auto& side = pair.listener();  // it may not offer before it has verified the dialler
    for (const std::uint32_t number : {1U, 2U, 3U}) {
        side.offer({.number = number, .body_bytes = 500});
    }
    BOOST_TEST(side.session().open_transfers() == 3U);
    side.session().cancel(1, errc::cancelled, start_time);
    BOOST_TEST(side.session().open_transfers() == 2U);
    pair.run();
    BOOST_TEST(zw.arrived.size() == 2U);
    BOOST_TEST(!zw.arrived.contains(digest_of(2)));
    BOOST_TEST(lines_with(pair.dialler(), "peer_cancelled") == 0);
    BOOST_TEST(lines_with(side, "committed") == 2);
    BOOST_TEST(side.session().open_transfers() == 0U);
}

//= LP-51
BOOST_FIXTURE_TEST_CASE(an_admitted_offer_that_is_cancelled_before_its_frame_gives_all_back,
                        two_sides) {
    auto& side = pair.dialler();
    side.offer({.number = 1, .body_bytes = 500});
    side.session().cancel(0, errc::cancelled, start_time);
    BOOST_TEST(side.session().open_transfers() == 0U);
    pair.run();
    BOOST_TEST(mu.arrived.empty());
    BOOST_TEST(lines_with(pair.listener(), "offer_received") == 0);
    BOOST_TEST(lines_with(pair.listener(), "peer_cancelled") == 0);
}

//= LP-51
BOOST_FIXTURE_TEST_CASE(what_is_cancelled_in_its_last_frame_is_not_told_as_sent, two_sides) {
    pair.run();
    auto& side = pair.dialler();
    side.offer({.number = 1, .body_bytes = 500});
    while (lines_with(pair.listener(), "offer_received") == 0) {
        pair.send(0, 1 << 20);
        pair.deliver(0, 1 << 20);
    }
    BOOST_TEST(pair.send(0, 100) == 100U);  // a part of the only DATA frame
    side.session().cancel(0, errc::cancelled, start_time);
    pair.run();
    BOOST_TEST(lines_with(side, "all_sent") == 0);
    BOOST_TEST(lines_with(side, "committed") == 0);
    BOOST_TEST(!side.end().has_value());
    BOOST_TEST((mu.arrived.at(digest_of(1)) == body_of(1, 500)));  // the frame itself went whole
}

//= LP-61
BOOST_FIXTURE_TEST_CASE(a_frame_under_way_goes_whole_before_goodbye_and_is_told_as_sent,
                        two_sides) {
    pair.run();
    auto& side = pair.dialler();
    side.offer({.number = 1, .body_bytes = 500});
    while (lines_with(pair.listener(), "offer_received") == 0) {
        pair.send(0, 1 << 20);
        pair.deliver(0, 1 << 20);
    }
    BOOST_TEST(pair.send(0, 100) == 100U);
    side.session().goodbye(errc::shutting_down, seconds{30}, start_time);
    side.handle_events();
    pair.run();
    BOOST_TEST(lines_with(side, "all_sent") == 1);
    BOOST_TEST(side.log().back().starts_with("ended"));
    BOOST_REQUIRE(pair.listener().end().has_value());
    BOOST_TEST((pair.listener().end()->reconnect_after == seconds{30}));
    BOOST_TEST((mu.arrived.at(digest_of(1)) == body_of(1, 500)));
}

// The peer has the whole body of the one, which it says while the last frame of the other is being
// written.
BOOST_FIXTURE_TEST_CASE(what_the_peer_has_already_is_told_as_sent_whatever_is_being_written,
                        two_sides) {
    pair.run();
    auto& side = pair.dialler();
    mu.partial[digest_of(2)] = body_of(2, 50'000);
    side.offer({.number = 2, .body_bytes = 50'000});
    pair.listener().answers = false;
    pair.run();
    side.offer({.number = 1, .body_bytes = 500});
    while (lines_with(pair.listener(), "offer_received") < 2) {
        pair.send(0, 1 << 20);
        pair.deliver(0, 1 << 20);
    }
    pair.send(0, 100);
    hear(side, accept_frame{0, 50'000, 1'000});
    side.handle_events();
    BOOST_TEST(lines_with(side, "all_sent 0") == 1);
    BOOST_TEST(lines_with(side, "all_sent 1") == 0);
    pair.run();
    BOOST_TEST(lines_with(side, "all_sent 1") == 1);
}

// A peer that reads nothing and offers on: its answers fill their bound.
BOOST_AUTO_TEST_CASE(an_answer_that_finds_no_room_ends_the_session_and_tells_no_more) {
    for (const std::uint64_t offset : {100'000U, 100'001U}) {  // All there; more than all.
        auto options = usual_options();
        options.is_dialler = false;
        options.exporter.assign(32, 0);
        link_session session{options, start_time};
        hello peer;
        peer.bureau = *bureau_id::parse("ZW");
        peer.time = start_time;
        peer.frame_bytes_max = 65'536;
        session.on_bytes(encoded(hello_frame{encode_hello(peer), {}, {}}), start_time);
        session.on_hello_verified({}, start_time);
        session.on_hello_signed({}, {}, start_time);
        while (!session.to_send(start_time).empty()) {
            session.mark_sent(session.to_send(start_time).size(), start_time);
        }
        stream_id stream = 0;
        const auto offer = [&] {
            offer_frame what;
            what.stream = stream;
            what.object = digest_of(static_cast<std::uint32_t>(stream));
            what.body_bytes = 100'000;
            what.mode = body_mode::on_accept;
            session.on_bytes(encoded(what), start_time);
        };
        for (; stream < limits::control_frames_max; ++stream) {
            offer();
            session.accept(stream, 0, start_time);
            session.on_bytes(encoded(cancel_frame{stream, errc::cancelled}), start_time);
        }
        BOOST_REQUIRE(!session.is_ended());
        offer();
        session.accept(stream, offset, start_time);
        BOOST_TEST(session.is_ended());
        bool is_over = false;
        while (const auto told = session.next_event()) {
            BOOST_TEST(!is_over);
            is_over = is_over || std::holds_alternative<session_event::ended>(*told);
        }
        BOOST_TEST(is_over);
    }
}

BOOST_AUTO_TEST_SUITE_END()
