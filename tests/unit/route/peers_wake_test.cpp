// Dials in number, and what a change of the network does to those that wait.
// Way of the message: tests of daemon/route/peers_dialling.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/decisions/0008-who-dials-when.md.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

namespace {
struct a_waking_link : core_harness {
    a_waking_link() { advance(1ms); }
    void fail() { core().on_dial_failed("fibre", errc::connect_failed, "no answer"); }
    /// Back-off of minutes.
    void fail_for_long() {
        for (int i = 0; i < 9; ++i) {
            advance(16min);
            fail();
        }
        dials.clear();
    }
    void submit(message_class cls = message_class::routine) {
        auto what = a_message({"MU"});
        what.cls = cls;
        expect<response::accepted>(agency("border"), what);
    }
    std::chrono::milliseconds next_try() {
        return *expect<response::links>(an_operator(), request::list_links{}).rows.at(0).next_try -
               now;
    }
    void change() {
        core().on_network_changed();
        advance(limits::network_settle_time);
    }
};

struct many_links : core_harness {
    static constexpr std::size_t count = 200;
    many_links() {
        settings().links.clear();
        settings().routes.clear();
        for (std::size_t i = 0; i < count; ++i) {
            const auto number = std::to_string(100 + i);
            settings().links.push_back({"link" + number,
                                        bureau("P" + number),
                                        config::link_mode::dial,
                                        {"tls://127.0.0.1:7" + number},
                                        false});
        }
        reload();
        dials.clear();
    }
    void fail_all() {
        for (const auto& link : settings().links) {
            core().on_dial_failed(link.name, errc::connect_failed, "no answer");
        }
    }
    /// Lets time pass as a driver does; the most dials in any 100 ms.
    std::size_t most_dials_in(std::chrono::milliseconds time) {
        std::size_t most = 0;
        for (const auto end = now + time; now < end;) {
            const auto before = dials.size();
            advance(50ms);
            advance(50ms);
            most = std::max(most, dials.size() - before);
        }
        return most;
    }
};
}  // namespace

BOOST_AUTO_TEST_SUITE(peers_wake_test)

BOOST_FIXTURE_TEST_CASE(two_hundred_links_are_not_dialled_together, many_links) {
    advance(1ms);
    BOOST_TEST(dials.size() == limits::dials_at_once_max);
    BOOST_TEST((core().next_deadline().value() <= now + limits::dial_gap));
    BOOST_TEST(most_dials_in(15s) <= 2U);
    BOOST_TEST(dials.size() == count);
}

BOOST_FIXTURE_TEST_CASE(after_a_change_they_are_not_dialled_together_either, many_links) {
    advance(1ms);
    for (int i = 0; i < 10; ++i) {
        fail_all();
    }
    dials.clear();
    core().on_network_changed();
    BOOST_TEST(most_dials_in(1min) <= limits::dials_at_once_max + 2);
    BOOST_TEST(dials.size() == count);
}

BOOST_FIXTURE_TEST_CASE(a_change_brings_a_dial_forward_when_something_waits, a_waking_link) {
    submit();
    fail_for_long();
    BOOST_REQUIRE((next_try() > 1min));
    core().on_network_changed();
    advance(1s);
    core().on_network_changed();  // An address after the carrier.
    advance(1900ms);
    BOOST_TEST((next_try() > 1min));
    advance(100ms);
    BOOST_TEST((next_try() <= limits::wake_spread));
    advance(limits::wake_spread);
    BOOST_TEST(dials.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_back_off_goes_on_growing_all_the_same, a_waking_link) {
    submit();
    fail_for_long();
    const auto before = next_try();
    change();
    advance(limits::wake_spread);
    fail();
    BOOST_TEST((next_try() >= before));
}

BOOST_FIXTURE_TEST_CASE(with_nothing_to_send_only_links_that_the_peer_cannot_use_are_dialled,
                        a_waking_link) {
    fail_for_long();
    change();
    BOOST_TEST((next_try() <= limits::wake_spread_idle));
    advance(limits::wake_spread_idle);
    BOOST_TEST(dials.size() == 1U);
    fail();
    settings().links[0].mode = config::link_mode::both;
    reload();
    fail_for_long();
    change();
    BOOST_TEST((next_try() > 1min));
    settings().links[0].mode = config::link_mode::dial;
    settings().links[0].metered = true;
    reload();
    change();
    BOOST_TEST((next_try() > 1min));
}

BOOST_FIXTURE_TEST_CASE(a_carrier_that_flaps_does_not_keep_the_back_off_from_growing,
                        a_waking_link) {
    submit();
    fail_for_long();
    std::size_t tries = 0;
    for (int flap = 0; flap < 24; ++flap) {
        core().on_network_changed();
        for (int second = 0; second < 25; ++second) {
            advance(1s);
            if (dials.size() > tries) {
                tries = dials.size();
                fail();
            }
        }
    }
    BOOST_TEST(tries >= 3U);
    BOOST_TEST(tries <= 6U);  // Without the gate, 24.
    BOOST_TEST((next_try() > 5min));
}

BOOST_FIXTURE_TEST_CASE(after_a_session_that_stood_the_next_change_counts_at_once, a_waking_link) {
    submit();
    fail_for_long();
    change();
    advance(limits::wake_spread);
    fail();
    change();  // Too soon.
    BOOST_TEST((next_try() > 1min));
    scripted_peer hub(*this, "IPSG", "fibre");
    hub.connect();
    BOOST_REQUIRE(hub.is_up());
    advance(61s);
    hub.cut();
    advance(5s);
    fail();
    fail_for_long();
    change();
    BOOST_TEST((next_try() <= limits::wake_spread));
}

BOOST_FIXTURE_TEST_CASE(a_change_does_not_touch_what_is_suspended_or_up, a_waking_link) {
    submit();
    scripted_peer hub(*this, "IPSG", "fibre");
    hub.connect();
    change();
    advance(1min);
    BOOST_TEST(hub.is_up());
    hub.cut();
    expect<response::done>(an_operator(), request::suspend_peer{bureau("IPSG"), "x", {}, true});
    dials.clear();
    change();
    advance(1min);
    BOOST_TEST(dials.empty());
}

BOOST_FIXTURE_TEST_CASE(a_call_dials_at_once_and_its_back_off_begins_anew, a_waking_link) {
    fail_for_long();
    BOOST_TEST(expect<response::done>(an_operator(), request::call_link{"IPSG"}).text ==
               "dialling");
    advance(0ms);
    BOOST_TEST(dials.size() == 1U);
    BOOST_TEST(expect<response::done>(an_operator(), request::call_link{"fibre"}).text ==
               "a dial is under way");
    fail();
    BOOST_TEST((next_try() <= link_backoff::first));
    scripted_peer hub(*this, "IPSG");
    hub.connect();
    BOOST_TEST(expect<response::done>(an_operator(), request::call_link{"fibre"}).text ==
               "the link is up");
}

BOOST_FIXTURE_TEST_CASE(who_is_called_does_not_wait_for_the_others, many_links) {
    advance(1ms);
    BOOST_REQUIRE(dials.back().link != "link299");
    expect<response::done>(an_operator(), request::call_link{"link299"});
    advance(0ms);
    BOOST_TEST(dials.back().link == "link299");
}

BOOST_FIXTURE_TEST_CASE(a_link_that_only_the_peer_sets_up_is_not_called, a_waking_link) {
    settings().links[0].mode = config::link_mode::listen;
    fail();
    reload();
    const auto problem = expect_problem(an_operator(), request::call_link{"fibre"});
    BOOST_TEST((problem.code == errc::conflict));
    BOOST_TEST(problem.detail == "only the peer can set up this link");
}

BOOST_FIXTURE_TEST_CASE(flash_brings_the_next_dial_within_two_seconds, a_waking_link) {
    fail_for_long();
    submit(message_class::flash);
    BOOST_TEST((next_try() <= link_backoff::flash_probe));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
