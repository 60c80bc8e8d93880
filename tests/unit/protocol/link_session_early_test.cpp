// What a dialler writes before it has heard the listener, and what comes of it.
// Way of the message: none; a test.
// Pure: virtual time.
// Spec: docs/link-protocol.md#session, docs/decisions/0012-offers-before-the-peers-hello.md.
// Limits: none.
#include "tests/support/session_pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::body_of;
using dhow::tests::digest_of;
using dhow::tests::encoded;
using dhow::tests::granting;
using dhow::tests::hear;
using dhow::tests::lines_with;
using dhow::tests::session_pair;
using dhow::tests::start_time;
using dhow::tests::test_side;
using dhow::tests::test_store;
using dhow::tests::two_sides;
using dhow::tests::usual_options;

BOOST_AUTO_TEST_SUITE(link_session_early_test)

namespace {

/// Two of which the listener never says a word of its own.
struct unheard : two_sides {
    /// All that the dialler writes arrives; nothing goes the other way.
    void one_way() {
        while (pair.send(0, 1 << 20) > 0) {
        }
        pair.deliver(0, 1 << 20);
    }
};

/// Frames that the session has to write, by type.
std::map<std::size_t, std::size_t> frames_of(link_session& session) {
    std::map<std::size_t, std::size_t> out;
    for (auto part = session.to_send(start_time); !part.empty();
         part = session.to_send(start_time)) {
        ++out[decode_frame(part).value().value.value().index() + 1];
        session.mark_sent(part.size(), start_time);
    }
    return out;
}

constexpr std::size_t hello_type = 1;
constexpr std::size_t offer_type = 2;
constexpr std::size_t data_type = 4;

using frame_counts = std::map<std::size_t, std::size_t>;

}  // namespace

//= LP-25
BOOST_FIXTURE_TEST_CASE(only_what_goes_along_whole_and_in_full_is_offered_early, unheard) {
    auto& side = pair.dialler();
    side.offer({.number = 1, .body_bytes = 16'384});
    side.offer({.number = 2, .body_bytes = 16'385});
    side.offer({.number = 3, .body_bytes = 500, .preamble_bytes = 40'000});  // Not with number 1.
    offer_frame in_short;
    in_short.cls = message_class::urgent;
    in_short.object = digest_of(4);
    in_short.is_short = true;
    in_short.body_bytes = 500;
    in_short.preamble.assign(900, 0xAA);
    side.session().offer(in_short, body_of(4, 500), 0, start_time);
    const frame_counts expected{{hello_type, 1}, {offer_type, 1}, {data_type, 1}};
    BOOST_TEST((frames_of(side.session()) == expected));
    BOOST_TEST(!side.session().can_offer(message_class::routine, 16'385));
    BOOST_TEST(!side.session().can_offer(message_class::routine, 10));  // Behind number 3.
    BOOST_TEST(side.session().can_offer(message_class::bulk, 10));
}

//= LP-25
BOOST_FIXTURE_TEST_CASE(what_waits_goes_when_the_listener_has_been_heard, unheard) {
    auto& side = pair.dialler();
    side.offer({.number = 1, .body_bytes = 16'384});
    side.offer({.number = 2, .body_bytes = 16'385});
    side.offer({.number = 3, .body_bytes = 500, .preamble_bytes = 40'000});
    one_way();
    BOOST_TEST(mu.arrived.size() == 1U);
    pair.run();
    BOOST_TEST(mu.arrived.size() == 3U);
    BOOST_TEST(lines_with(side, "committed") == 3);
}

//= LP-24, LP-25
BOOST_FIXTURE_TEST_CASE(the_most_that_goes_early_fits_what_a_listener_holds, unheard) {
    pair.listener().verifies = false;
    auto& side = pair.dialler();
    side.session().set_frame_payload(limits::frame_bytes_min);
    for (std::uint32_t i = 0; i < 80; ++i) {
        const auto cls = i % 2 == 0 ? message_class::flash : message_class::routine;
        side.offer({.number = i, .cls = cls, .body_bytes = 1'000, .preamble_bytes = 20});
    }
    one_way();
    BOOST_TEST(lines_with(side, "all_sent") == 64);
    BOOST_TEST(!pair.listener().end().has_value());
    pair.listener().verifies = true;
    pair.listener().session().on_hello_verified({}, start_time);
    pair.listener().handle_events();
    BOOST_TEST(mu.arrived.size() == 64U);
    pair.run();
    BOOST_TEST(mu.arrived.size() == 80U);
}

//= LP-25
BOOST_FIXTURE_TEST_CASE(what_is_cancelled_early_gives_no_credit_back, unheard) {
    auto& side = pair.dialler();
    pair.listener().verifies = false;
    for (std::uint32_t i = 0; i < 3; ++i) {
        side.offer({.number = i, .body_bytes = 16'000});
    }
    one_way();
    for (stream_id stream = 0; stream < 3; ++stream) {
        side.session().cancel(stream, errc::cancelled, start_time);
    }
    BOOST_TEST(!side.session().can_offer(message_class::routine, 1'000));
    side.offer({.number = 9, .body_bytes = 16'000});
    one_way();
    BOOST_TEST(lines_with(side, "all_sent") == 3);
    pair.listener().session().on_hello_verified({}, start_time);
    pair.listener().handle_events();
    pair.run();
    BOOST_TEST(lines_with(pair.listener(), "peer_cancelled") == 3);
    BOOST_TEST(lines_with(side, "committed") == 1);
    BOOST_TEST(lines_with(side, "can_offer_again") == 1);
}

//= LP-23
BOOST_FIXTURE_TEST_CASE(an_answer_before_the_listeners_hello_ends_the_session, unheard) {
    auto& side = pair.dialler();
    side.offer({.number = 1, .body_bytes = 500});
    one_way();
    hear(side, commit_frame{0, {}});
    side.handle_events();
    BOOST_REQUIRE(side.end().has_value());
    BOOST_TEST((side.end()->code == make_error_code(errc::protocol_violation)));
    BOOST_TEST(lines_with(side, "committed") == 0);
    BOOST_TEST(lines_with(side, "all_sent") == 1);
}

//= LP-24
BOOST_FIXTURE_TEST_CASE(an_answer_counts_only_when_the_listeners_hello_is_good, unheard) {
    for (const bool is_good : {true, false}) {
        test_store from;
        test_store to;
        session_pair both{from, to, usual_options(), usual_options()};
        auto& side = both.dialler();
        side.verifies = false;
        side.offer({.number = 1, .body_bytes = 500});
        both.run();
        BOOST_TEST(to.arrived.size() == 1U);
        BOOST_TEST(lines_with(side, "committed") == 0);
        side.session().on_hello_verified(
            is_good ? boost::system::error_code{} : make_error_code(errc::clone_detected),
            start_time);
        side.handle_events();
        BOOST_TEST(lines_with(side, "committed") == (is_good ? 1 : 0));
        BOOST_TEST(side.end().has_value() == !is_good);
        BOOST_TEST(lines_with(side, "all_sent") == 1);
    }
}

//= LP-24
BOOST_FIXTURE_TEST_CASE(a_goodbye_instead_of_hello_says_that_nothing_was_taken, unheard) {
    for (const bool is_refused : {true, false}) {
        test_store from;
        test_store to;
        session_pair both{from, to, usual_options(), usual_options()};
        both.listener().verdict =
            is_refused ? make_error_code(errc::clone_detected) : boost::system::error_code{};
        both.listener().answers = false;
        both.dialler().offer({.number = 1, .body_bytes = 500});
        both.run();
        both.listener().session().goodbye(errc::busy, std::chrono::seconds{0}, start_time);
        both.run();
        BOOST_REQUIRE(both.dialler().end().has_value());
        BOOST_TEST(both.dialler().end()->nothing_taken == is_refused);
        BOOST_TEST(lines_with(both.listener(), "offer_received") == (is_refused ? 0 : 1));
    }
}

//= LP-24
BOOST_FIXTURE_TEST_CASE(a_listener_acts_on_nothing_before_its_own_hello_is_signed, unheard) {
    auto& side = pair.listener();
    side.signs = false;
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    pair.run();
    BOOST_TEST(side.session().is_established());
    BOOST_TEST(lines_with(side, "offer_received") == 0);
    side.session().on_hello_signed({}, {}, start_time);
    side.handle_events();
    BOOST_TEST(lines_with(side, "offer_received") == 1);
    pair.run();
    BOOST_TEST(lines_with(pair.dialler(), "committed") == 1);
}

// One that gives up before that has acted on nothing, and says no HELLO.
BOOST_FIXTURE_TEST_CASE(a_listener_that_gives_up_before_its_hello_drops_what_it_holds, unheard) {
    auto& side = pair.listener();
    side.signs = false;
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    pair.run();
    side.session().goodbye(errc::conflict, std::chrono::seconds{0}, start_time);
    side.handle_events();
    pair.run();
    BOOST_TEST(lines_with(side, "offer_received") == 0);
    BOOST_REQUIRE(pair.dialler().end().has_value());
    BOOST_TEST(pair.dialler().end()->nothing_taken);
}

// The frame under way goes whole, and then GOODBYE.
BOOST_FIXTURE_TEST_CASE(what_leaves_while_a_bad_hello_ends_the_session_is_told_as_sent, unheard) {
    auto& side = pair.dialler();
    side.verifies = false;
    pair.listener().answers = false;
    side.offer({.number = 1, .body_bytes = 500});
    while (lines_with(pair.listener(), "offer_received") == 0) {
        pair.send(0, 1 << 20);
        pair.deliver(0, 1 << 20);
    }
    BOOST_TEST(pair.send(0, 100) == 100U);
    while (pair.send(1, 1 << 20) > 0) {
    }
    pair.deliver(1, 1 << 20);
    side.session().on_hello_verified(make_error_code(errc::clone_detected), start_time);
    side.handle_events();
    BOOST_TEST(lines_with(side, "all_sent") == 1);
    pair.run();
    BOOST_TEST(lines_with(pair.listener(), "body_received") == 1);
}

//= LP-43
BOOST_AUTO_TEST_CASE(what_went_early_stays_lawful_when_the_peer_grants_less) {
    test_store zw;
    test_store mu;
    auto strict = granting(5'000);
    strict.local.frame_bytes_max = limits::frame_bytes_min;
    session_pair pair{zw, mu, usual_options(), strict};
    pair.listener().answers = false;
    auto& side = pair.dialler();
    for (std::uint32_t i = 0; i < 4; ++i) {
        side.offer({.number = i, .body_bytes = 10'000});
    }
    pair.run();
    BOOST_TEST(side.session().is_established());
    BOOST_TEST(lines_with(side, "all_sent") == 4);
    BOOST_TEST(!pair.listener().end().has_value());
    BOOST_TEST(!side.session().can_offer(message_class::routine, 100));
    for (stream_id stream = 0; stream < 4; ++stream) {
        pair.listener().session().commit(stream, {}, start_time);
    }
    pair.run();
    BOOST_TEST(side.session().can_offer(message_class::routine, 100));
    BOOST_TEST(lines_with(side, "committed") == 4);
}

//= LP-29
BOOST_AUTO_TEST_CASE(a_dialler_names_the_store_that_it_knows_and_a_listener_none) {
    test_store zw;
    test_store mu;
    auto options = usual_options();
    options.local.known = known_store{instance_id{}, 3, 70};
    session_pair pair{zw, mu, options, options};
    pair.run();
    BOOST_TEST((pair.listener().session().peer().known == options.local.known));
    BOOST_TEST(!pair.dialler().session().peer().known.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
