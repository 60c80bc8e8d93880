// When the kernel's news are one change, and how long a link does not heed changes.
// Way of the message: tests of daemon/route/wake_up.
// Pure; virtual time.
// Spec: docs/decisions/0008-who-dials-when.md.
// Limits: none.
#include "daemon/route/wake_up.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::route {

namespace {
using namespace std::chrono_literals;
const utc_time some_time = protocol::parse_utc("2026-11-29T10:00:00.000Z").value();
}  // namespace

BOOST_AUTO_TEST_SUITE(wake_up_test)

BOOST_AUTO_TEST_CASE(without_news_there_is_no_change_and_no_deadline) {
    network_changes changes;
    BOOST_TEST(!changes.next_deadline().has_value());
    BOOST_TEST(!changes.take(some_time + 1h));
}

BOOST_AUTO_TEST_CASE(news_that_follow_each_other_are_one_change) {
    network_changes changes;
    changes.on_change(some_time);           // the carrier
    changes.on_change(some_time + 1s);      // an address
    changes.on_change(some_time + 2500ms);  // a route
    BOOST_TEST((changes.next_deadline() == some_time + 4500ms));
    BOOST_TEST(!changes.take(some_time + 4499ms));
    BOOST_TEST(changes.take(some_time + 4500ms));
    BOOST_TEST(!changes.take(some_time + 1h));
}

BOOST_AUTO_TEST_CASE(news_without_a_pause_are_a_change_after_ten_seconds) {
    network_changes changes;
    for (auto at = some_time; at < some_time + 10s; at += 500ms) {
        changes.on_change(at);
        BOOST_TEST(!changes.take(at));
    }
    BOOST_TEST(changes.take(some_time + 10s));
}

BOOST_AUTO_TEST_CASE(a_dial_brought_forward_in_vain_closes_the_gate_for_longer_and_longer) {
    wake_gate gate;
    auto now = some_time;
    for (const auto pause : {5s, 20s, 80s, 300s, 300s}) {
        BOOST_TEST(gate.is_open(now));
        gate.on_wake();
        BOOST_TEST(!gate.is_open(now + 24h));  // One is under way.
        gate.on_result(link_result::no_session, now);
        BOOST_TEST(!gate.is_open(now + pause - 1ms));
        now += pause;
    }
    BOOST_TEST(gate.is_open(now));
}

BOOST_AUTO_TEST_CASE(a_dial_that_was_planned_anyway_closes_nothing) {
    wake_gate gate;
    gate.on_result(link_result::no_session, some_time);
    gate.on_result(link_result::nothing, some_time);
    BOOST_TEST(gate.is_open(some_time));
}

BOOST_AUTO_TEST_CASE(what_brought_something_opens_the_gate_and_what_did_not_does_not) {
    for (const auto good : {link_result::stood, link_result::progress}) {
        wake_gate gate;
        gate.on_wake();
        gate.on_result(link_result::nothing, some_time);
        gate.on_wake();
        gate.on_result(link_result::nothing, some_time + 5s);
        BOOST_TEST(!gate.is_open(some_time + 6s));
        gate.on_result(good, some_time + 6s);
        BOOST_TEST(gate.is_open(some_time + 6s));
        gate.on_wake();
        gate.on_result(link_result::nothing, some_time + 6s);
        BOOST_TEST(gate.is_open(some_time + 11s));  // It begins anew.
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
