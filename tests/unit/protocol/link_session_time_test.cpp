// Deadlines of a session, in virtual time: handshake, silence, signs of life, gathered bytes.
// Way of the message: none; a test.
// Pure: virtual time.
// Spec: docs/link-protocol.md#times.
// Limits: none.
#include "tests/support/session_pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::digest_of;
using dhow::tests::session_pair;
using dhow::tests::start_time;
using dhow::tests::test_side;
using dhow::tests::test_store;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(link_session_time_test)

namespace {

session_options pinging(milliseconds interval) {
    session_options out;
    out.local.inline_credit_bytes = limits::granted_credit_bytes;
    out.ping_interval = interval;
    return out;
}

struct timed_pair {
    test_store zw;
    test_store mu;
    session_pair pair{zw, mu, pinging(seconds{50}), pinging(milliseconds{-1})};

    void wake_at(utc_time now) {
        pair.set_now(now);
        for (const std::size_t side : {0U, 1U}) {
            pair.side(side).session().on_deadline(now);
            pair.side(side).handle_events();
        }
    }
};

}  // namespace

//= LP-70
BOOST_FIXTURE_TEST_CASE(a_handshake_that_does_not_end_times_out, timed_pair) {
    const auto due = start_time + limits::handshake_time_max;
    BOOST_TEST((pair.listener().session().next_deadline() == due));
    wake_at(due - milliseconds{1});
    BOOST_TEST(!pair.listener().end().has_value());
    wake_at(due);
    BOOST_TEST((pair.listener().end()->code == make_error_code(errc::timed_out)));
    BOOST_TEST((pair.dialler().end()->code == make_error_code(errc::timed_out)));
}

//= LP-72
BOOST_FIXTURE_TEST_CASE(an_idle_session_is_asked_for_a_sign_of_life, timed_pair) {
    pair.run();
    BOOST_TEST((pair.dialler().session().next_deadline() == start_time + seconds{50}));
    BOOST_TEST(!pair.listener().session().next_deadline().has_value());  // metered: never
    wake_at(start_time + seconds{50});
    pair.set_now(start_time + seconds{51});
    pair.run();
    const auto& log = pair.dialler().log();
    BOOST_TEST(log.back() == "peer_time 1000");
    BOOST_TEST((pair.dialler().session().next_deadline() == start_time + seconds{101}));
}

//= LP-72
BOOST_FIXTURE_TEST_CASE(who_waits_for_an_answer_is_no_less_curious, timed_pair) {
    pair.run();
    pair.listener().answers = false;
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    pair.run();
    BOOST_TEST((pair.dialler().session().next_deadline() == start_time + seconds{50}));
}

//= LP-72
BOOST_FIXTURE_TEST_CASE(a_sign_of_life_can_be_asked_for_once_at_a_time, timed_pair) {
    pair.run();
    auto& asked = pair.listener().session();  // Metered: it asks for none by itself.
    BOOST_TEST(!asked.is_asking());
    asked.ask(start_time + seconds{3});
    asked.ask(start_time + seconds{3});
    BOOST_TEST(asked.is_asking());
    BOOST_TEST((asked.next_deadline() == start_time + seconds{3} + limits::silence_time_max));
    pair.set_now(start_time + seconds{4});
    pair.run();
    BOOST_TEST(!asked.is_asking());
    BOOST_TEST((asked.heard_at() == start_time + seconds{4}));
    BOOST_TEST(pair.listener().log().back() == "peer_time 1000");
}

//= LP-74
BOOST_FIXTURE_TEST_CASE(who_has_its_time_from_a_peer_tells_none, timed_pair) {
    pair.run();
    auto& asked = pair.listener().session();
    asked.tell_time(false);
    asked.on_bytes(
        [] {
            bytes out;
            append_frame(out, ping_frame{7, start_time});
            return out;
        }(),
        start_time);
    const auto said = asked.to_send(start_time);
    bytes expected;
    append_frame(expected, pong_frame{7, utc_time{}});
    BOOST_TEST(bytes(said.begin(), said.end()) == expected, boost::test_tools::per_element());
}

//= LP-71
BOOST_FIXTURE_TEST_CASE(silence_ends_a_session_that_expects_something, timed_pair) {
    pair.run();
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    while (pair.send(0, 1 << 20) > 0) {
    }
    const auto due = start_time + limits::silence_time_max;
    wake_at(due - milliseconds{1});
    BOOST_TEST(!pair.dialler().end().has_value());
    wake_at(due);
    BOOST_TEST((pair.dialler().end()->code == make_error_code(errc::timed_out)));
}

//= LP-72
BOOST_FIXTURE_TEST_CASE(a_slow_peer_that_answers_pings_is_not_ended, timed_pair) {
    pair.run();
    pair.listener().answers = false;
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    pair.run();
    for (auto now = start_time; now < start_time + seconds{600}; now += seconds{10}) {
        wake_at(now);
        pair.run();
    }
    BOOST_TEST(!pair.dialler().end().has_value());
}

//= LP-71
BOOST_FIXTURE_TEST_CASE(any_byte_either_way_is_a_sign_of_life, timed_pair) {
    pair.run();
    pair.dialler().session().set_frame_payload(600);
    pair.dialler().offer({.number = 1, .body_bytes = 10'000});
    auto now = start_time;
    for (int i = 0; i < 20; ++i) {  // a line that takes a byte a minute
        now += seconds{60};
        pair.set_now(now);
        pair.send(0, 1);
        wake_at(now);
    }
    BOOST_TEST(!pair.dialler().end().has_value());
    wake_at(now + limits::silence_time_max);
    BOOST_TEST(pair.dialler().end().has_value());
}

//= LP-71
BOOST_FIXTURE_TEST_CASE(an_offer_after_a_long_pause_does_not_count_the_pause, timed_pair) {
    pair.run();
    const auto late = start_time + std::chrono::hours{5};
    pair.set_now(late);
    pair.listener().offer({.number = 1, .body_bytes = 500});
    BOOST_TEST(!pair.listener().session().to_send(late).empty());
    pair.listener().session().on_deadline(late);
    pair.listener().handle_events();
    BOOST_TEST(!pair.listener().end().has_value());
}

//= LP-73
BOOST_FIXTURE_TEST_CASE(gathered_bytes_are_given_out_after_a_while, timed_pair) {
    pair.run();
    pair.dialler().session().set_frame_payload(1000);
    pair.dialler().offer({.number = 7, .body_bytes = 300'000});
    pair.run(1 << 20, pair.bytes_delivered() + 20'000);
    BOOST_TEST(mu.partial[digest_of(7)].empty());
    BOOST_TEST((pair.listener().session().next_deadline() == start_time + limits::gather_time_max));
    wake_at(start_time + limits::gather_time_max);
    BOOST_TEST(mu.partial[digest_of(7)].size() > 15'000U);
    pair.run();
    BOOST_TEST(mu.arrived.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
