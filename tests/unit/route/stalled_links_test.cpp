// A session whose path seems to be dead: which links are dialled beside it, and what becomes of
// what was sent.
// Way of the message: tests of daemon/route/peers_stalled and silences, with a whole core.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/decisions/0015-dead-paths.md.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

namespace {
/// ZW has a session over `fibre` with IPSG, of which nothing will be heard.
struct a_dying_line : core_harness {
    explicit a_dying_line(bool is_metered = false)
        : hub(*this, "IPSG", "fibre"), again(*this, "IPSG", "fibre") {
        settings().links[0].metered = is_metered;
        reload();
        advance(1ms);
        hub.connect();
        advance(2s);
        dials.clear();
    }
    message_id submit(message_class cls) {
        auto what = a_message();
        what.cls = cls;
        const auto id = expect<response::accepted>(agency("border"), std::move(what)).id;
        hub.exchange();
        return id;
    }
    /// What is written from now on is acknowledged by nobody.
    void die() {
        line.under_way_bytes = 1'000;
        hub.is_silent = true;
    }
    void pass(std::chrono::seconds time) {
        for (; time > 0s; time -= 1s) {
            advance(1s);
        }
    }
    response::link_status shown() {
        return expect<response::links>(an_operator(), request::list_links{}).rows.at(0);
    }
    response::cause why(const message_id& id) {
        return expect<response::why>(agency("border"), request::why{id}).causes.at(0);
    }
    bool is_done(const message_id& id) {
        const auto whole = stored(id);
        return std::ranges::all_of(whole.shipments, [](const auto& one) {
            return one.state == store::shipment_state::done;
        });
    }
    /// The dial that is out comes through.
    void come_through() {
        again.boot = hub.boot;
        again.connect();
    }
    scripted_peer hub, again;
};

struct a_dying_dear_line : a_dying_line {
    a_dying_dear_line() : a_dying_line(true) {}
};
}  // namespace

BOOST_AUTO_TEST_SUITE(stalled_links_test)

BOOST_FIXTURE_TEST_CASE(with_flash_it_is_dialled_four_seconds_after_the_last_sign, a_dying_line) {
    die();
    const auto begun = now;
    const auto id = submit(message_class::flash);
    pass(4s);
    BOOST_TEST(dials.empty());
    BOOST_TEST(!shown().silent_since);
    pass(2s);
    BOOST_REQUIRE(dials.size() == 1U);
    BOOST_TEST(dials[0].link == "fibre");
    BOOST_TEST((dials[0].again_after == limits::dial_again));
    BOOST_TEST(shown().state == "up");
    BOOST_TEST((shown().silent_since == begun));
    BOOST_TEST(why(id).code == "link-silent");
    BOOST_TEST((why(id).since == begun));
    pass(20s);
    BOOST_TEST(dials.size() == 1U);  // It is out all the time.
}

BOOST_FIXTURE_TEST_CASE(a_dial_that_nobody_answered_goes_on_at_once, a_dying_line) {
    die();
    submit(message_class::flash);
    pass(6s);
    for (std::size_t i = 2; i < 5; ++i) {
        advance(30s);
        core().on_dial_failed("fibre", errc::timed_out, "");
        advance(1ms);
        BOOST_TEST(dials.size() == i);
    }
    BOOST_TEST(shown().state == "up");
}

BOOST_FIXTURE_TEST_CASE(after_a_refusal_it_waits_two_seconds_with_flash, a_dying_line) {
    die();
    submit(message_class::flash);
    pass(6s);
    core().on_dial_failed("fibre", errc::connect_failed, "refused");
    advance(900ms);
    BOOST_TEST(dials.size() == 1U);
    advance(1'100ms);
    BOOST_TEST(dials.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(without_flash_it_is_dialled_too_where_the_line_costs_nothing,
                        a_dying_line) {
    die();
    submit(message_class::routine);
    pass(6s);
    BOOST_TEST(dials.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(without_flash_a_line_paid_by_the_byte_is_not_dialled, a_dying_dear_line) {
    die();
    submit(message_class::routine);
    pass(100s);
    BOOST_TEST(dials.empty());
    BOOST_TEST(shown().silent_since.has_value());
}

BOOST_FIXTURE_TEST_CASE(with_flash_it_is_dialled_every_half_minute, a_dying_dear_line) {
    die();
    submit(message_class::routine);
    pass(10s);
    submit(message_class::flash);  // To a session that is stalled already.
    pass(29s);
    BOOST_TEST(dials.empty());
    pass(2s);
    BOOST_REQUIRE(dials.size() == 1U);
    BOOST_TEST((dials[0].again_after == 0ms));
    pass(10s);
    core().on_dial_failed("fibre", errc::timed_out, "");
    pass(29s);
    BOOST_TEST(dials.size() == 1U);
    pass(2s);
    BOOST_TEST(dials.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(an_operator_may_call_a_line_paid_by_the_byte, a_dying_dear_line) {
    die();
    submit(message_class::routine);
    pass(10s);
    expect<response::done>(an_operator(), request::call_link{"fibre"});
    advance(1ms);
    BOOST_TEST(dials.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_is_heard_again_is_not_dialled_any_more, a_dying_line) {
    die();
    submit(message_class::flash);
    pass(6s);
    line.acknowledgements += 1;
    pass(1s);
    BOOST_TEST(shown().silent_since.has_value());  // It may come of one direction alone.
    line.under_way_bytes = 0;
    hub.is_silent = false;
    hub.exchange();
    BOOST_TEST(!shown().silent_since);
    core().on_dial_failed("fibre", errc::connect_failed, "");
    pass(3s);
    BOOST_TEST(dials.size() == 1U);
    BOOST_TEST(!shown().next_try);
    BOOST_TEST(hub.is_up());
}

BOOST_FIXTURE_TEST_CASE(a_dial_that_comes_through_too_late_carries_nothing, a_dying_line) {
    die();
    const auto id = submit(message_class::flash);
    pass(6s);
    line.under_way_bytes = 0;
    line.acknowledgements += 1;
    hub.is_silent = false;
    hub.exchange();
    come_through();
    BOOST_REQUIRE(again.ended().has_value());
    BOOST_TEST((protocol::errc_of(again.ended()->code) == errc::conflict));
    BOOST_TEST(shown().state == "up");
    hub.commit(0);
    BOOST_TEST(is_done(id));
    pass(10s);
    BOOST_TEST(dials.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_dial_that_comes_through_takes_over_and_nothing_is_lost_or_doubled,
                        a_dying_line) {
    die();
    const auto id = submit(message_class::flash);
    const auto more = submit(message_class::routine);
    pass(6s);
    line.under_way_bytes = 0;
    come_through();
    BOOST_REQUIRE(closed.size() >= 1U);
    BOOST_TEST(closed[0].at_once);
    BOOST_TEST(again.is_up());
    BOOST_TEST(!hub.is_up());
    BOOST_REQUIRE(again.offers.size() == 2U);
    BOOST_TEST((again.offers[0].offer.id == id));
    again.refuse(0, errc::have_it);  // It had arrived after all.
    again.commit(1);
    BOOST_TEST(is_done(id));
    BOOST_TEST(is_done(more));
    hub.cut();
    pass(10s);
    BOOST_TEST(again.offers.size() == 2U);
    BOOST_TEST(dials.size() == 1U);
    BOOST_TEST(shown().state == "up");
    BOOST_TEST(!shown().silent_since);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_is_due_is_asked_for, a_dying_line) {
    submit(message_class::flash);  // TCP has it acknowledged, and COMMIT does not come.
    hub.is_silent = true;
    pass(4s);
    BOOST_TEST(dials.empty());
    pass(6s);
    BOOST_TEST(dials.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_lives_and_is_slow_is_no_dead_path, a_dying_line) {
    submit(message_class::flash);
    for (int i = 0; i < 120; ++i) {
        pass(1s);
        hub.exchange();
    }
    BOOST_TEST(dials.empty());
    BOOST_TEST(hub.is_up());
}

BOOST_FIXTURE_TEST_CASE(nothing_is_expected_of_an_idle_session, a_dying_line) {
    die();
    line.under_way_bytes = 0;
    pass(9s);
    BOOST_TEST(dials.empty());
}

BOOST_FIXTURE_TEST_CASE(the_other_bearer_is_dialled_when_flash_has_waited, a_dying_line) {
    auto vsat = settings().links[0];
    vsat.name = "vsat";
    vsat.cost = 8;
    settings().links.push_back(vsat);
    settings().times[0].dearer_after = 5s;
    reload();
    die();
    submit(message_class::flash);
    pass(8s);
    BOOST_REQUIRE(dials.size() == 2U);
    BOOST_TEST(dials[0].link != dials[1].link);
    scripted_peer sat(*this, "IPSG", "vsat");
    sat.boot = hub.boot;
    line.under_way_bytes = 0;
    sat.connect();
    BOOST_TEST(sat.offers.size() == 1U);
    BOOST_TEST(!hub.is_up());
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_dies_before_it_is_up_is_given_up, a_dying_line) {
    hub.cut();
    submit(message_class::flash);
    pass(3s);
    BOOST_REQUIRE(dials.size() == 1U);
    again.is_silent = true;
    line.under_way_bytes = 300;
    come_through();
    pass(30s);
    BOOST_TEST(std::ranges::any_of(closed, [](const auto& one) { return one.at_once; }));
    BOOST_TEST(dials.size() >= 2U);
}

BOOST_AUTO_TEST_CASE(who_is_called_by_the_other_side_lets_go_of_a_stalled_session) {
    core_harness ipsg("IPSG");  // The lower one: a session that it dialled stays, else.
    scripted_peer zw(ipsg, "ZW", "to-ZW"), back(ipsg, "ZW");
    ipsg.advance(1ms);
    zw.connect();
    back.boot = zw.boot;
    back.connect();
    BOOST_TEST(!back.is_up());
    BOOST_TEST(zw.is_up());
    zw.is_silent = true;
    ipsg.line.under_way_bytes = 500;
    for (int i = 0; i < 15; ++i) {
        ipsg.advance(1s);
        zw.exchange();
    }
    ipsg.line.under_way_bytes = 0;
    scripted_peer last(ipsg, "ZW");
    last.boot = back.boot;
    last.connect();
    BOOST_TEST(last.is_up());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
