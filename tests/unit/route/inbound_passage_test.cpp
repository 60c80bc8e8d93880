// Large bodies wait for window and quota of the link that they come by; small ones have been paid
// for.
// Way of the message: tests of daemon/route/inbound_passage.
// Pure but for digests. One thread, virtual time.
// Spec: docs/decisions/0010-bearers.md.
// Limits: those of bench.hpp.
#include "tests/unit/route/inbound_bench.hpp"

namespace dhow::tests {

namespace {
/// MU comes by a link that carries bulk between 22:00 and 6:00 alone; it is 10:00.
struct a_night_link : inbound_bench {
    a_night_link() {
        config::link night;
        night.name = "night";
        night.peer = bureau("MU");
        night.mode = config::link_mode::listen;
        night.windows = {{0x7f, 22h, 6h, {message_class::bulk}, 0}};
        settings->links.push_back(night);
        links.configure();
        core.sessions.at(1).bearer = "night";
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(inbound_passage_test, a_night_link)

BOOST_AUTO_TEST_CASE(a_large_body_is_asked_to_come_later) {
    offer(attachment(100'000));
    const auto said = refusal();
    BOOST_TEST((said.code == errc::busy));
    BOOST_TEST((said.retry_after == limits::bearer_refusal_max));
}

BOOST_AUTO_TEST_CASE(the_time_is_that_of_the_window_when_it_is_near) {
    core.now += 11h + 59min + 30s;
    offer(attachment(100'000));
    BOOST_TEST((refusal().retry_after == 30s));
}

BOOST_AUTO_TEST_CASE(in_the_window_it_is_looked_at) {
    core.now += 12h;
    offer(attachment(100'000));
    BOOST_TEST(is_asked<query::find_attachment>());
}

BOOST_AUTO_TEST_CASE(a_body_that_came_with_its_offer_is_taken) {
    offer(attachment(1'000));
    BOOST_TEST(is_unanswered());
}

BOOST_AUTO_TEST_CASE(what_is_under_way_when_the_window_closes_is_put_off) {
    core.now += 12h;
    offer(attachment(100'000));
    BOOST_TEST(is_unanswered());
    core.now += 8h;
    in.on_passage_changed(1);
    BOOST_TEST((refusal().code == errc::busy));
}

BOOST_AUTO_TEST_CASE(what_may_not_use_a_dearer_link_does_not_come_by_one) {
    core.now += 12h;
    core.sessions.at(1).passes[3].bytes_max = 0;
    offer(attachment(100'000));
    BOOST_TEST((refusal().retry_after == limits::bearer_refusal_max));
}

BOOST_AUTO_TEST_CASE(other_peers_and_other_classes_are_not_bound) {
    offer(large_text());  // Routine.
    BOOST_TEST(is_unanswered());
    core.sessions.at(1).bearer.clear();
    offer(attachment(100'000));
    BOOST_TEST(is_unanswered());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
