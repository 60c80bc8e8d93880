// Sessions beside those of the peers: when they are dialled, used, replaced and ended; and that
// flash arrives although the first bearer is silently dead.
// Way of the message: tests of daemon/route/besides and peers_beside.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/decisions/0013-flash-beside.md.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

namespace {
/// ZW has `fibre` and, dearer, `vsat` to IPSG.
struct with_a_link_beside : core_harness {
    with_a_link_beside() : hub(*this, "IPSG", "fibre"), sat(*this, "IPSG", "vsat") {
        sat.beside = true;
        set(config::link_beside::needed);
        advance(1ms);
        hub.connect();
        dials.clear();
    }
    void set(config::link_beside value) {
        settings().links.resize(1);
        auto vsat = settings().links[0];
        vsat.name = "vsat";
        vsat.cost = 8;
        vsat.flash_beside = value;
        settings().links.push_back(vsat);
        reload();
    }
    message_id submit(message_class cls) {
        auto what = a_message();
        what.cls = cls;
        const auto id = expect<response::accepted>(agency("border"), std::move(what)).id;
        advance(1ms);
        return id;
    }
    /// The session that was dialled beside is established.
    void come_up() {
        sat.boot = hub.boot - 1;
        sat.connect();
    }
    std::size_t dialled_beside() {
        return static_cast<std::size_t>(
            std::ranges::count_if(dials, [](const auto& one) { return one.is_beside; }));
    }
    bool is_done(const message_id& id) {
        const auto whole = stored(id);
        return std::ranges::all_of(whole.shipments, [](const auto& one) {
            return one.state == store::shipment_state::done;
        });
    }
    static bool has_ended(const scripted_peer& one, errc code) {
        return one.ended() && protocol::errc_of(one.ended()->code) == code;
    }
    std::optional<session_number> up() { return core().state().session_with(bureau("IPSG")); }
    scripted_peer hub, sat;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(besides_test, with_a_link_beside)

BOOST_AUTO_TEST_CASE(flash_arrives_at_once_although_the_first_bearer_is_silently_dead) {
    const auto id = submit(message_class::flash);  // Nothing that the hub is sent gets there.
    BOOST_REQUIRE(dialled_beside() == 1U);
    BOOST_TEST(dials.back().link == "vsat");
    BOOST_TEST(hub.offers.empty());
    come_up();
    BOOST_REQUIRE(sat.offers.size() == 1U);
    BOOST_TEST((sat.offers[0].offer.id == id));
    BOOST_TEST(sat.offers[0].whole);
    sat.commit(0);
    BOOST_TEST(is_done(id));
    BOOST_TEST((stored(id).deliveries[0].state == store::delivery_state::relayed));
    // More than the credit of the dead one holds goes by the other alone.
    for (std::size_t i = 1; i < 200; ++i) {
        submit(message_class::flash);
        sat.exchange();
        BOOST_REQUIRE(sat.offers.size() == i + 1);
        sat.commit(i);
    }
    BOOST_TEST(up().has_value());  // All in less than the 120 s after which it would be noticed.
}

BOOST_AUTO_TEST_CASE(without_the_setting_it_waits_for_the_first) {
    set(config::link_beside::never);
    const auto id = submit(message_class::flash);
    advance(10s);
    BOOST_TEST(dialled_beside() == 0U);
    BOOST_TEST(!is_done(id));
}

//= LP-58
BOOST_AUTO_TEST_CASE(the_session_stays_the_one_of_the_peer) {
    const auto before = up();
    submit(message_class::flash);
    come_up();
    BOOST_TEST(sat.is_up());
    BOOST_TEST((up() == before));
    hub.exchange();
    BOOST_TEST(hub.is_up());
    submit(message_class::routine);
    hub.exchange();
    sat.exchange();
    BOOST_TEST(hub.offers.size() == 2U);
    BOOST_TEST(sat.offers.size() == 1U);
    const auto links = expect<response::links>(an_operator(), request::list_links{}).rows;
    BOOST_TEST(links.at(0).state == "up");
    BOOST_TEST(links.at(1).state == "beside");
}

BOOST_AUTO_TEST_CASE(what_is_not_flash_dials_nothing) {
    submit(message_class::urgent);
    advance(10s);
    BOOST_TEST(dialled_beside() == 0U);
}

BOOST_AUTO_TEST_CASE(it_is_not_dialled_without_a_session_nor_over_its_own_link) {
    hub.cut();
    submit(message_class::flash);
    advance(1ms);
    BOOST_TEST(dialled_beside() == 0U);
    scripted_peer over_sat(*this, "IPSG", "vsat");
    over_sat.boot = hub.boot;
    over_sat.connect();
    advance(1ms);
    BOOST_TEST(dialled_beside() == 0U);
}

BOOST_AUTO_TEST_CASE(a_dial_that_failed_is_tried_again_soon_while_flash_waits) {
    submit(message_class::flash);
    core().on_beside_failed("vsat", errc::connect_failed, "no answer");
    pump();
    advance(900ms);
    BOOST_TEST(dialled_beside() == 1U);
    advance(1'100ms);
    BOOST_TEST(dialled_beside() == 2U);
    const auto links = expect<response::links>(an_operator(), request::list_links{}).rows;
    BOOST_TEST(links.at(1).failures == 0U);  // The link's own dials are another matter.
}

BOOST_AUTO_TEST_CASE(it_is_ended_after_a_minute_without_flash) {
    submit(message_class::flash);
    come_up();
    sat.commit(0);
    advance(limits::beside_idle - 1ms);
    sat.exchange();
    BOOST_TEST(sat.is_up());
    advance(1ms);
    sat.exchange();
    BOOST_TEST(has_ended(sat, errc::link_idle));
    dials.clear();
    advance(10min);
    BOOST_TEST(dialled_beside() == 0U);
    submit(message_class::flash);
    BOOST_TEST(dialled_beside() == 1U);
}

BOOST_AUTO_TEST_CASE(its_cut_is_counted_for_its_link) {
    submit(message_class::flash);
    come_up();
    sat.cut(errc::connection_lost);
    const auto text = expect<response::metrics>(an_operator(), request::metrics{}).text;
    BOOST_TEST(contains(text, "dhow_link_cuts_total{link=\"fibre\"} 0\n"));
    BOOST_TEST(contains(text, "dhow_link_cuts_total{link=\"vsat\"} 1\n"));
}

BOOST_AUTO_TEST_CASE(always_is_dialled_without_flash_and_kept) {
    set(config::link_beside::always);
    advance(1ms);
    BOOST_TEST(dialled_beside() == 1U);
    come_up();
    advance(10min);
    sat.exchange();
    BOOST_TEST(sat.is_up());
    set(config::link_beside::never);
    sat.exchange();
    BOOST_TEST(has_ended(sat, errc::link_idle));
}

//= LP-58
BOOST_AUTO_TEST_CASE(a_peer_that_does_not_know_it_is_not_asked_again_until_it_starts_anew) {
    submit(message_class::flash);
    sat.refuses_hello = errc::unknown_critical;
    come_up();
    BOOST_TEST(!sat.is_up());
    advance(1h);
    BOOST_TEST(dialled_beside() == 1U);
    hub.cut();
    hub.connect();  // By now it has started again.
    submit(message_class::flash);
    BOOST_TEST(dialled_beside() == 2U);
}

BOOST_AUTO_TEST_CASE(a_suspension_ends_it_and_lets_none_begin) {
    submit(message_class::flash);
    come_up();
    request::suspend_peer what;
    what.peer = bureau("IPSG");
    what.suspend = true;
    expect<response::done>(an_operator(), what);
    sat.exchange();
    BOOST_TEST(has_ended(sat, errc::busy));
    dials.clear();
    advance(1h);
    BOOST_TEST(dialled_beside() == 0U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_was_restored_is_not_met_beside_first) {
    submit(message_class::flash);
    sat.epoch = 2;
    come_up();
    BOOST_TEST(has_ended(sat, errc::busy));
    BOOST_TEST(sat.offers.empty());
}

BOOST_AUTO_TEST_CASE(an_old_copy_of_the_peer_is_refused_beside_too) {
    hub.cut();
    hub.connect();  // Its second start.
    submit(message_class::flash);
    sat.connect();
    BOOST_TEST(has_ended(sat, errc::clone_detected));
}

BOOST_AUTO_TEST_CASE(a_second_one_of_the_same_dialler_replaces_the_first) {
    scripted_peer first(*this, "IPSG"), second(*this, "IPSG");
    for (auto* one : {&first, &second}) {
        one->beside = true;
        one->boot = hub.boot - 1;
        one->connect();
    }
    first.exchange();
    BOOST_TEST(has_ended(first, errc::conflict));
    BOOST_TEST(second.is_up());
    hub.exchange();
    BOOST_TEST(hub.is_up());
}

//= LP-56
BOOST_AUTO_TEST_CASE(what_is_not_a_flash_text_ends_a_session_beside) {
    for (const auto cls : {message_class::routine, message_class::urgent}) {
        scripted_peer caller(*this, "IPSG");
        caller.beside = true;
        caller.boot = hub.boot - 1;
        caller.connect();
        caller.send(caller.make("IPSG", {"ZW"}, {}, cls));
        BOOST_TEST(has_ended(caller, errc::protocol_violation));
    }
    hub.exchange();
    BOOST_TEST(hub.is_up());
}

//= LP-57
BOOST_AUTO_TEST_CASE(what_comes_by_both_is_taken_once) {
    scripted_peer caller(*this, "IPSG");
    caller.beside = true;
    caller.boot = hub.boot - 1;
    caller.connect();
    const auto what = hub.make("IPSG", {"ZW"}, {}, message_class::flash);
    BOOST_TEST(caller.send(what).committed);
    const auto again = hub.send(what);
    BOOST_TEST(again.committed);
    BOOST_REQUIRE(again.exceptions.size() == 1U);
    BOOST_TEST((again.exceptions[0].code == errc::have_it));
    BOOST_TEST(expect<response::inbox>(agency("border"), request::list_inbox{}).entries.size() ==
               1U);
}

//= LP-57
BOOST_AUTO_TEST_CASE(what_comes_by_both_in_the_same_instant_is_taken_once) {
    scripted_peer caller(*this, "IPSG");
    caller.beside = true;
    caller.boot = hub.boot - 1;
    caller.connect();
    const auto what = hub.make("IPSG", {"ZW"}, {}, message_class::flash);
    hold_jobs = true;
    hub.send(what);
    caller.send(what);
    hold_jobs = false;
    pump();
    hub.exchange();
    caller.exchange();
    BOOST_TEST(query_store<answer::messages>(query::find_message{{}, what.header.id}).rows.size() ==
               1U);
    BOOST_TEST(expect<response::inbox>(agency("border"), request::list_inbox{}).entries.size() ==
               1U);
}

BOOST_AUTO_TEST_CASE(who_is_called_sends_by_it_when_its_own_link_says_so) {
    set(config::link_beside::needed);
    settings().links[1].local = "198.51.100.10";
    settings().links[1].mode = config::link_mode::listen;
    reload();
    scripted_peer caller(*this, "IPSG");
    caller.beside = true;
    caller.came_to = "198.51.100.10";
    caller.boot = hub.boot - 1;
    caller.connect();
    submit(message_class::flash);
    BOOST_TEST(dialled_beside() == 0U);
    caller.exchange();
    BOOST_TEST(caller.offers.size() == 1U);
    caller.cut();
    caller.came_to = "192.0.2.10";  // A link that says nothing.
    caller.connect();
    submit(message_class::flash);
    caller.exchange();
    BOOST_TEST(caller.offers.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
