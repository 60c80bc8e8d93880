// Links and sessions: when to dial, whom to refuse, which of two sessions stays.
// Way of the message: tests of daemon/route/peers.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/overview.md#links.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

namespace {
struct two_addresses : core_harness {
    two_addresses() {
        settings().links.push_back(
            {"vsat", bureau("IPSG"), config::link_mode::dial, {"tls://127.0.0.1:7444"}, true});
        reload();
        advance(1ms);
    }
    std::size_t dials_of(std::string_view link) const {
        return static_cast<std::size_t>(std::count_if(
            dials.begin(), dials.end(), [&](const auto& one) { return one.link == link; }));
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(peers_test, two_addresses)

BOOST_AUTO_TEST_CASE(every_dialling_link_is_dialled_at_the_start) {
    BOOST_TEST(dials_of("fibre") == 1U);
    BOOST_TEST(dials_of("vsat") == 1U);
}

BOOST_AUTO_TEST_CASE(a_link_without_addresses_dials_those_of_the_directory) {
    const auto entry =
        std::ranges::find(directory().entries, bureau("IPSG"), &protocol::directory_entry::bureau);
    BOOST_REQUIRE(entry != directory().entries.end());
    entry->instances = {{{}, {"tls://hub.example:7443"}, {}}};
    settings().links.push_back({"far", bureau("IPSG"), config::link_mode::dial, {}, false});
    reload();
    advance(1ms);
    BOOST_REQUIRE(dials_of("far") == 1U);
    BOOST_TEST(dials.back().address == "tls://hub.example:7443");
}

BOOST_AUTO_TEST_CASE(a_failed_dial_is_tried_again_after_the_back_off_and_not_before) {
    core().on_dial_failed("fibre", errc::busy, "");
    advance(2499ms);
    BOOST_TEST(dials_of("fibre") == 1U);
    advance(2501ms);
    BOOST_TEST(dials_of("fibre") == 2U);
}

BOOST_AUTO_TEST_CASE(the_other_bearer_is_dialled_when_the_session_that_made_it_idle_ends) {
    core().on_dial_failed("vsat", errc::busy, "");
    scripted_peer hub(*this, "IPSG", "fibre");
    hub.connect();
    BOOST_REQUIRE(hub.is_up());
    advance(1h);  // Its dial fell due while the session stood.
    BOOST_TEST(dials_of("vsat") == 1U);
    hub.cut();
    core().on_dial_failed("fibre", errc::busy, "");
    advance(1h);
    BOOST_TEST(dials_of("vsat") == 2U);
}

BOOST_AUTO_TEST_CASE(when_a_session_that_came_in_ends_we_dial_within_seconds) {
    core().on_dial_failed("fibre", errc::busy, "");
    core().on_dial_failed("vsat", errc::busy, "");
    scripted_peer hub(*this, "IPSG");
    hub.connect();
    BOOST_REQUIRE(hub.is_up());
    advance(1h);
    hub.cut();
    advance(5s);
    BOOST_TEST(dials_of("fibre") == 2U);
}

BOOST_AUTO_TEST_CASE(a_session_that_came_in_and_stood_brings_a_dial_forward_that_was_far_away) {
    for (int i = 0; i < 8; ++i) {
        advance(16min);
        core().on_dial_failed("fibre", errc::connect_failed, "");
    }
    const auto before = dials_of("fibre");
    scripted_peer hub(*this, "IPSG");
    hub.connect();
    BOOST_REQUIRE(hub.is_up());
    advance(61s);
    hub.cut();
    advance(5s);
    BOOST_TEST(dials_of("fibre") == before + 1);
}

BOOST_AUTO_TEST_CASE(sessions_that_end_at_once_are_dialled_further_and_further_apart) {
    settings().links = {
        {"fibre", bureau("IPSG"), config::link_mode::both, {"tls://127.0.0.1:7443"}, false}};
    reload();
    scripted_peer hub(*this, "IPSG", "fibre");
    std::vector<std::chrono::seconds> waits;
    for (int i = 0; i < 7; ++i) {
        hub.connect();
        BOOST_REQUIRE(hub.is_up());
        hub.cut();
        const auto before = dials_of("fibre");
        std::chrono::seconds wait{0};
        for (; dials_of("fibre") == before; wait += 1s) {
            BOOST_REQUIRE(wait < 1h);
            advance(1s);
        }
        waits.push_back(wait);
    }
    BOOST_TEST((waits.front() <= 5s));
    BOOST_TEST((waits.back() >= 30s));
    BOOST_TEST(std::ranges::is_sorted(waits));
}

BOOST_AUTO_TEST_CASE(who_is_called_and_left_at_once_does_not_call_back_every_second) {
    settings().links = {
        {"fibre", bureau("IPSG"), config::link_mode::both, {"tls://127.0.0.1:7443"}, false}};
    reload();
    advance(1ms);
    core().on_dial_failed("fibre", errc::connect_failed, "");
    scripted_peer hub(*this, "IPSG");
    const auto before = dials_of("fibre");
    for (int i = 0; i < 60; ++i) {
        hub.connect();
        BOOST_REQUIRE(hub.is_up());
        advance(20s);  // Whatever falls due meanwhile is left, for a session is up.
        hub.cut();
        advance(1s);
    }
    BOOST_TEST(dials_of("fibre") <= before + 3);
}

BOOST_AUTO_TEST_CASE(an_older_epoch_of_the_same_instance_is_refused_as_a_clone) {
    scripted_peer hub(*this, "IPSG");
    hub.epoch = 5;
    hub.connect();
    BOOST_REQUIRE(hub.is_up());
    hub.cut();
    hub.epoch = 4;
    hub.connect();
    BOOST_TEST(!hub.is_up());
    BOOST_TEST(core().state().count.alarms == 1U);
}

BOOST_AUTO_TEST_CASE(an_older_boot_of_the_same_epoch_is_refused_as_a_clone) {
    scripted_peer hub(*this, "IPSG");
    hub.boot = 10;
    hub.connect();
    hub.cut();
    hub.boot = 3;
    hub.connect();
    BOOST_TEST(!hub.is_up());
}

BOOST_AUTO_TEST_CASE(a_suspended_peer_gets_neither_dial_nor_session_until_it_is_resumed) {
    expect<response::done>(an_operator(), request::suspend_peer{bureau("IPSG"), "audit", {}, true});
    core().on_dial_failed("fibre", errc::busy, "");
    core().on_dial_failed("vsat", errc::busy, "");
    const auto before = dials.size();
    advance(2h);
    BOOST_TEST(dials.size() == before);
    scripted_peer hub(*this, "IPSG");
    hub.connect();
    BOOST_TEST(!hub.is_up());
    restart();  // It is remembered.
    scripted_peer later(*this, "IPSG");
    later.boot = 5;
    later.connect();
    BOOST_TEST(!later.is_up());
    expect<response::done>(an_operator(), request::suspend_peer{bureau("IPSG"), "", {}, false});
    advance(1s);
    BOOST_TEST(dials.size() > before);
}

BOOST_AUTO_TEST_CASE(of_two_sessions_of_one_dialler_the_newer_stays) {
    scripted_peer older(*this, "IPSG");
    older.connect();
    scripted_peer newer(*this, "IPSG");
    newer.boot = older.boot;
    newer.connect();
    older.exchange();
    BOOST_TEST(newer.is_up());
    BOOST_TEST(!older.is_up());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
