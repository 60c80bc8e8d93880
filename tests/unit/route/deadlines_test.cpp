// Expiry with and without doubt, sending again, and waking what was deferred.
// Way of the message: tests of daemon/route/deadlines and diversion.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/overview.md#expiry, #sending-again.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using store::delivery_state;

namespace {
struct deadlines_with_a_hub : core_harness {
    deadlines_with_a_hub() : hub(*this, "IPSG") {}
    message_id submit() {
        return expect<response::accepted>(agency("border"), a_message({"MU"})).id;
    }
    store::delivery_row row(const message_id& id) { return stored(id).deliveries.front(); }
    scripted_peer hub;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(deadlines_test, deadlines_with_a_hub)

BOOST_AUTO_TEST_CASE(what_was_never_sent_expires_with_its_time_to_live) {
    const auto id = submit();
    advance(23h);
    BOOST_TEST((row(id).state == delivery_state::queued));
    advance(2h);
    BOOST_TEST((row(id).state == delivery_state::expired));
}

BOOST_AUTO_TEST_CASE(what_was_all_sent_is_expired_unconfirmed_and_gets_no_notice) {
    const auto id = submit();
    hub.connect();
    hub.cut();
    advance(25h);
    BOOST_TEST((row(id).state == delivery_state::queued));
    BOOST_TEST(row(id).text == "expired, unconfirmed");
}

BOOST_AUTO_TEST_CASE(a_settled_delivery_does_not_fall_due_again) {
    const auto id = submit();
    apply({operation::advance_delivery{
        .message = stored(id).message.row,
        .recipient = bureau("MU"),
        .expected = 0xffff'ffff,
        .state = delivery_state::rejected,
        .at = now,
        .due_at = std::optional<std::optional<protocol::utc_time>>(now + 1h)}});
    advance(25h);
    BOOST_TEST((row(id).state == delivery_state::rejected));
    BOOST_TEST(!row(id).due_at.has_value());
    BOOST_TEST(core().state().count.expired == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_expires_while_the_clock_is_in_doubt) {
    const auto id = submit();
    core().freeze_expiry(true);
    advance(25h);
    BOOST_TEST((row(id).state == delivery_state::queued));
    core().freeze_expiry(false);
    advance(7h);
    BOOST_TEST((row(id).state == delivery_state::expired));
}

BOOST_AUTO_TEST_CASE(a_jump_at_the_end_of_a_doubt_ages_nothing_that_came_in_it) {
    core().freeze_expiry(true);
    const auto id = submit();
    advance(1h);
    const auto before = now;
    now += std::chrono::days{21};
    core().on_clock_jump(before, now);
    core().freeze_expiry(false);
    advance(1min);
    BOOST_TEST((row(id).state == delivery_state::queued));
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    BOOST_TEST((hub.offers[0].offer.age < 2h));
    restart();  // It was written down.
    advance(22h);
    BOOST_TEST((row(id).state == delivery_state::queued));
    advance(8h);
    BOOST_TEST((row(id).text == "expired, unconfirmed"));
}

// Simulator, seed 245: its expiry as stored was over, so it was due at once, 255 times.
BOOST_AUTO_TEST_CASE(what_came_in_a_doubt_is_sent_again_no_sooner_after_a_jump) {
    core().freeze_expiry(true);
    const auto id = submit();
    hub.connect();
    hub.commit(0);
    hub.cut();
    const auto before = now;
    now += std::chrono::days{21};
    core().on_clock_jump(before, now);
    core().freeze_expiry(false);
    advance(61min);
    BOOST_TEST(row(id).attempt == 1);
    advance(59min);
    BOOST_TEST(row(id).attempt == 1);
}

BOOST_AUTO_TEST_CASE(a_jump_while_the_doubt_goes_on_ages_nothing) {
    submit();
    core().freeze_expiry(true);
    const auto before = now;
    now += std::chrono::days{21};
    core().on_clock_jump(before, now);
    advance(1min);
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    BOOST_TEST((hub.offers[0].offer.age < 1h));
}

// Simulator, seed 777: its clock was minutes behind, in doubt; the next start had a right one.
BOOST_AUTO_TEST_CASE(a_start_that_ends_a_doubt_ages_nothing_that_came_in_it) {
    const auto before = submit();
    advance(1min);
    core().freeze_expiry(true);
    const auto id = submit();
    now += 25h;
    restart();
    advance(1min);
    BOOST_TEST((row(id).state == delivery_state::queued));
    BOOST_TEST((row(before).state == delivery_state::expired));
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    BOOST_TEST((hub.offers[0].offer.age <= 1min));
    restart();  // The doubt has ended: this is time that passes.
    advance(25h);
    BOOST_TEST((row(id).text == "expired, unconfirmed"));
}

// Simulator, seed 1511: the next start was in doubt as well, and began at the time known before.
BOOST_AUTO_TEST_CASE(a_jump_ages_nothing_that_an_earlier_life_took_in_the_same_doubt) {
    core().freeze_expiry(true);
    const auto known = now;
    advance(2h);
    const auto id = submit();
    now = known;
    is_clock_doubtful = true;
    restart();
    const auto before = now;
    now += 30h;
    core().on_clock_jump(before, now);
    core().freeze_expiry(false);
    advance(1min);
    BOOST_TEST((row(id).state == delivery_state::queued));
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    BOOST_TEST((hub.offers[0].offer.age <= 1min));
}

// A set clock that is months ahead, and an operator who puts it right and starts the daemon.
BOOST_AUTO_TEST_CASE(what_was_noted_under_a_time_to_come_does_not_wait_for_it) {
    const auto before = submit();
    const auto right = now;
    now += std::chrono::days{100};
    is_clock_doubtful = true;
    restart();
    const auto meanwhile = submit();
    advance(25h);
    BOOST_TEST((row(before).state == delivery_state::queued));
    now = right + 1h;
    is_clock_doubtful = false;
    restart();
    BOOST_TEST((stored(meanwhile).message.received_at == now));
    BOOST_TEST((stored(meanwhile).message.expires_at == now + 24h));
    BOOST_TEST((stored(before).message.expires_at == right + 24h));
    advance(1min);
    BOOST_TEST((row(before).state == delivery_state::queued));
    restart();  // Once is enough.
    BOOST_TEST((stored(meanwhile).message.received_at < now));
    advance(24h);
    BOOST_TEST((row(before).state == delivery_state::expired));
    BOOST_TEST((row(meanwhile).state == delivery_state::expired));
}

// Simulator, seed 458: the doubt began with the right time, and a peer's word led it months ahead.
BOOST_AUTO_TEST_CASE(what_was_noted_under_a_peers_time_to_come_does_not_wait_for_it) {
    is_clock_doubtful = true;
    advance(1min);
    restart();
    const auto right = now;
    now += std::chrono::days{270};
    core().on_clock_jump(right, now);
    advance(1min);
    const auto id = submit();
    now = right + 1h;
    is_clock_doubtful = false;
    restart();
    BOOST_TEST((stored(id).message.received_at == now));
    advance(25h);
    BOOST_TEST((row(id).state == delivery_state::expired));
}

BOOST_AUTO_TEST_CASE(a_long_absence_is_no_time_to_come) {
    const auto id = submit();
    now += std::chrono::days{10};
    is_clock_doubtful = true;
    restart();
    const auto received_at = now;
    const auto other = submit();
    core().freeze_expiry(false);  // A peer agrees.
    advance(2min);
    is_clock_doubtful = false;
    restart();
    BOOST_TEST((stored(other).message.received_at == received_at));
    BOOST_TEST((row(id).state == delivery_state::expired));
}

BOOST_AUTO_TEST_CASE(a_jump_without_a_doubt_is_time_that_has_passed) {
    const auto id = submit();
    const auto before = now;
    now += 25h;
    core().on_clock_jump(before, now);
    advance(1min);
    BOOST_TEST((row(id).state == delivery_state::expired));
}

//= PF-38
BOOST_AUTO_TEST_CASE(a_relayed_message_without_a_receipt_goes_again_as_a_new_attempt) {
    const auto id = submit();
    hub.connect();
    hub.commit(0);
    hub.cut();
    advance(59min);
    BOOST_TEST(row(id).attempt == 0);
    advance(2min);
    BOOST_TEST(row(id).attempt == 1);
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST(hub.offers[1].offer.attempt == 1);
    BOOST_TEST((hub.offers[1].offer.object == hub.offers[0].offer.object));
    BOOST_TEST((hub.offers[1].offer.preamble == hub.offers[0].offer.preamble));
}

BOOST_AUTO_TEST_CASE(what_an_earlier_attempt_handed_on_neither_expires_nor_is_cancelled_here) {
    const auto id = submit();
    hub.connect();
    hub.commit(0);
    hub.cut();
    advance(61min);
    BOOST_REQUIRE(row(id).attempt == 1);
    BOOST_TEST((row(id).state == delivery_state::queued));
    const auto said = expect<response::done>(agency("border"), request::cancel{id});
    BOOST_TEST(said.text.find("cancellation ") != std::string::npos, said.text);
    advance(25h);
    BOOST_TEST((row(id).state == delivery_state::queued));
    BOOST_TEST(row(id).text == "expired, unconfirmed");
}

BOOST_AUTO_TEST_CASE(a_backlog_that_outlasts_the_patience_does_not_end_it) {
    const auto id = submit();
    hub.connect();
    advance(61min);  // Up all the time, and the peer has not answered: in doubt after the cut.
    hub.commit(0);
    BOOST_TEST((row(id).state == delivery_state::relayed));
    BOOST_TEST(row(id).due_at.has_value());
    advance(25h);
    BOOST_TEST(row(id).attempt >= 1);
}

BOOST_AUTO_TEST_CASE(a_refusal_whose_notice_a_full_disk_did_not_take_gets_it_later) {
    const auto id = submit();
    hub.connect();
    is_disk_full_for = [](const store::transaction& what) {
        return std::ranges::any_of(what.changes, [](const auto& change) {
            return std::holds_alternative<operation::put_outcome>(change);
        });
    };
    hub.refuse(0, errc::refused_for_ever);
    BOOST_TEST((row(id).state == delivery_state::deferred));
    advance(1min);
    BOOST_TEST((row(id).state == delivery_state::deferred));
    is_disk_full_for = {};
    advance(1min);
    BOOST_TEST((row(id).state == delivery_state::refused));
}

BOOST_AUTO_TEST_CASE(a_clock_in_doubt_ages_by_what_is_certain_only) {
    submit();
    for (const auto error : {std::chrono::days{3650}, std::chrono::days{-7300}}) {
        now += error;
        restart();
        core().freeze_expiry(true);  // Nothing says that the clock is right.
        advance(1min);
        hub.connect();
        BOOST_REQUIRE(!hub.offers.empty());
        BOOST_TEST((hub.offers.back().offer.age <= 1min));
        hub.vanish();
    }
}

BOOST_AUTO_TEST_CASE(a_refused_repetition_gives_no_notice_of_what_was_handed_on_before) {
    const auto id = submit();
    hub.connect();
    hub.commit(0);
    hub.cut();
    advance(61min);
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    hub.refuse(1, errc::no_route);
    advance(1min);
    BOOST_TEST((row(id).state == delivery_state::deferred));
    BOOST_TEST(core().state().count.expired == 0U);
    // Once more when its time has come, not at once and again.
    hub.exchange();
    BOOST_TEST(hub.offers.size() == 2U);
    advance(150min);
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 3U);
    BOOST_TEST(hub.offers[2].offer.attempt == 2);
}

BOOST_AUTO_TEST_CASE(while_its_hub_is_down_it_goes_by_another_that_is_up) {
    settings().links.push_back({"lake", bureau("TZ"), config::link_mode::listen, {}, false});
    settings().routes[0].via = {"fibre", "lake"};
    reload();
    const auto id = submit();
    scripted_peer lake(*this, "TZ");
    lake.connect();
    advance(59min);
    lake.exchange();
    BOOST_TEST(lake.offers.empty());
    advance(2min);
    lake.exchange();
    BOOST_TEST((row(id).next_hop == bureau("TZ")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
