// What the dialler offers before its peer's HELLO, and what becomes of it however the peer turns
// out.
// Way of the message: tests of daemon/route/outbound, peers and gateway.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/decisions/0012-offers-before-the-peers-hello.md.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using store::delivery_state;
using store::shipment_state;

namespace {

/// A hub that is dialled over `fibre`; there has been a session with it.
struct with_a_known_hub : core_harness {
    with_a_known_hub() : hub(*this, "IPSG", "fibre") {
        std::ranges::find(directory().entries, bureau("IPSG"), &protocol::directory_entry::bureau)
            ->role = protocol::bureau_role::hub;
        reload();
        hub.connect();
        hub.cut();
        hub.is_silent = true;
    }
    message_id submit(message_class cls = message_class::routine,
                      std::vector<upload_id> files = {}) {
        auto what = a_message({"MU"});
        what.cls = cls;
        what.attachments = std::move(files);
        return expect<response::accepted>(agency("border"), what).id;
    }
    delivery_state state_of(const message_id& id) { return stored(id).deliveries.front().state; }
    store::shipment_row text_of(const message_id& id) { return stored(id).shipments.front(); }

    scripted_peer hub;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(early_offers_test, with_a_known_hub)

//= LP-25
BOOST_AUTO_TEST_CASE(small_messages_are_offered_before_the_peer_has_said_a_word) {
    const auto routine = submit();
    const auto flash = submit(message_class::flash);
    hub.connect();
    BOOST_TEST(!hub.is_up());
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST((hub.offers[0].offer.id == flash));
    BOOST_TEST((hub.offers[1].offer.id == routine));
    BOOST_TEST(hub.offers[1].whole);
    BOOST_TEST(!hub.offers[1].offer.is_short);
    hub.greet();
    BOOST_TEST(hub.is_up());
    hub.commit(0);
    hub.commit(1);
    BOOST_TEST((state_of(flash) == delivery_state::relayed));
    BOOST_TEST((state_of(routine) == delivery_state::relayed));
    BOOST_TEST(hub.offers.size() == 2U);
    BOOST_TEST(!text_of(routine).in_doubt);
}

BOOST_AUTO_TEST_CASE(what_is_submitted_meanwhile_goes_too) {
    hub.connect();
    submit(message_class::flash);
    hub.exchange();
    BOOST_TEST(hub.offers.size() == 1U);
    BOOST_TEST(!hub.is_up());
}

BOOST_AUTO_TEST_CASE(an_answer_that_came_before_hello_counts_after_it) {
    const auto id = submit();
    hub.connect();
    hub.commit(0);
    BOOST_TEST((state_of(id) == delivery_state::queued));
    hub.greet();
    BOOST_TEST((state_of(id) == delivery_state::relayed));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_offered_early_to_one_that_was_never_heard, core_harness) {
    scripted_peer stranger(*this, "IPSG", "fibre");
    stranger.is_silent = true;
    expect<response::accepted>(agency("border"), a_message({"MU"}));
    stranger.connect();
    BOOST_TEST(stranger.offers.empty());
    stranger.greet();
    BOOST_TEST(stranger.offers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_cut_before_hello_leaves_a_doubt_and_the_next_connection_waits) {
    const auto id = submit();
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    hub.cut();
    BOOST_TEST(text_of(id).in_doubt);
    BOOST_TEST((text_of(id).state == shipment_state::ready));
    hub.connect();
    BOOST_TEST(hub.offers.size() == 1U);
    hub.greet();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    hub.refuse(1, errc::have_it);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
    hub.cut();
    hub.is_silent = true;
    submit();
    hub.connect();
    BOOST_TEST(hub.offers.size() == 3U);  // Heard again: early again.
}

BOOST_AUTO_TEST_CASE(what_a_peer_with_a_bad_hello_says_of_it_does_not_count) {
    const auto id = submit();
    hub.signs_badly = true;
    hub.connect();
    hub.commit(0);
    hub.greet();
    BOOST_TEST((state_of(id) == delivery_state::queued));
    BOOST_TEST(text_of(id).in_doubt);
    hub.signs_badly = false;
    hub.cut();
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    hub.commit(1);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(an_old_copy_of_the_peer_ends_in_doubt) {
    const auto id = submit();
    hub.epoch = 0;
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    hub.commit(0);
    hub.greet();
    BOOST_TEST((hub.ended()->code == make_error_code(errc::clone_detected)));
    BOOST_TEST((state_of(id) == delivery_state::queued));
    BOOST_TEST(text_of(id).in_doubt);
}

//= LP-24
BOOST_AUTO_TEST_CASE(a_peer_that_says_goodbye_instead_of_hello_has_taken_nothing) {
    const auto id = submit();
    hub.is_silent = false;
    hub.refuses_hello = errc::clone_detected;
    hub.connect();
    BOOST_TEST(hub.offers.empty());
    BOOST_TEST((hub.ended()->code == make_error_code(errc::clone_detected)));
    BOOST_TEST((text_of(id).state == shipment_state::ready));
    BOOST_TEST(!text_of(id).in_doubt);
    hub.cut();
    hub.refuses_hello.reset();
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    hub.commit(0);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(a_peer_that_was_restored_is_given_again_what_it_lost) {
    const auto lost = submit();
    hub.connect();
    hub.greet();
    hub.commit(0);
    hub.cut();
    const auto fresh = submit();
    hub.is_silent = true;
    hub.epoch = 2;
    hub.boot = 0;
    hub.offers.clear();
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    BOOST_TEST((hub.offers[0].offer.id == fresh));
    hub.commit(0);
    hub.greet();
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST((hub.offers[1].offer.id == lost));
    BOOST_TEST((state_of(fresh) == delivery_state::relayed));
    BOOST_TEST((text_of(fresh).state == shipment_state::done));
}

BOOST_AUTO_TEST_CASE(another_session_with_the_peer_takes_the_lane) {
    const auto id = submit();
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    scripted_peer by_them(*this, "IPSG");
    by_them.boot = 5;
    by_them.connect();
    BOOST_TEST(by_them.is_up());
    hub.exchange();
    BOOST_TEST(text_of(id).in_doubt);
    BOOST_REQUIRE(by_them.offers.size() == 1U);
    by_them.refuse(0, errc::have_it);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
    submit();
    hub.exchange();
    by_them.exchange();
    BOOST_TEST(hub.offers.size() == 1U);  // Nothing more by the connection without a HELLO.
    BOOST_TEST(by_them.offers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_operator_who_suspends_the_peer_ends_it_and_the_doubt_stays) {
    const auto id = submit();
    hub.connect();
    expect<response::done>(an_operator(), request::suspend_peer{bureau("IPSG"), "works", {}});
    hub.exchange();
    BOOST_TEST(hub.ended().has_value());
    BOOST_TEST(text_of(id).in_doubt);
}

BOOST_AUTO_TEST_CASE(what_is_held_meanwhile_is_taken_back_and_in_doubt) {
    const auto id = submit();
    hub.connect();
    expect<response::done>(an_operator(), request::hold{id, {}, true});
    hub.exchange();
    BOOST_TEST(hub.offers[0].whole);
    BOOST_TEST((text_of(id).state == shipment_state::held));
    BOOST_TEST(text_of(id).in_doubt);
    hub.commit(0);
    hub.greet();
    BOOST_TEST(hub.is_up());
    BOOST_TEST((text_of(id).state == shipment_state::held));
}

BOOST_AUTO_TEST_CASE(what_the_link_does_not_let_pass_is_not_offered_early) {
    auto& link = settings().links.front();
    link.classes = {message_class::flash};
    reload();
    submit();
    const auto flash = submit(message_class::flash);
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    BOOST_TEST((hub.offers[0].offer.id == flash));
    hub.greet();
    BOOST_TEST(hub.offers.size() == 1U);
}

//= LP-29
BOOST_AUTO_TEST_CASE(a_dialler_that_knows_more_of_us_than_we_are_is_refused_before_it_is_heard) {
    const auto ours = core().local_hello(bureau("IPSG"));
    const auto is_refused = [&](std::uint64_t epoch, std::uint64_t boot, bool is_us = true) {
        scripted_peer caller(*this, "IPSG");
        caller.boot = 5;
        caller.knows =
            protocol::known_store{is_us ? ours.instance : protocol::instance_id{}, epoch, boot};
        caller.connect();
        const bool out =
            caller.ended() && caller.ended()->code == make_error_code(errc::clone_detected);
        BOOST_TEST(caller.is_up() == !out);
        return out;
    };
    BOOST_TEST(is_refused(ours.epoch, ours.boot + 1));
    BOOST_TEST(is_refused(ours.epoch + 1, 0));
    BOOST_TEST(!is_refused(ours.epoch, ours.boot));
    BOOST_TEST(!is_refused(ours.epoch - 1, ours.boot + 1));
    BOOST_TEST(!is_refused(ours.epoch + 1, 0, false));
}

//= LP-24, LP-29
BOOST_AUTO_TEST_CASE(an_old_copy_of_us_acts_on_nothing_that_came_with_the_hello) {
    const auto ours = core().local_hello(bureau("IPSG"));
    for (const bool is_copy : {true, false}) {
        scripted_peer caller(*this, "IPSG");
        caller.boot = 5;
        caller.knows =
            protocol::known_store{ours.instance, ours.epoch, ours.boot + (is_copy ? 1 : 0)};
        caller.offers_early = caller.make("MU", {"ZW"});
        applied.clear();
        caller.connect();
        BOOST_TEST(caller.ended().has_value() == is_copy);
        const bool is_stored = std::ranges::any_of(applied, [](const store::transaction& one) {
            return std::ranges::any_of(one.changes, [](const auto& change) {
                return std::holds_alternative<operation::put_message>(change);
            });
        });
        BOOST_TEST(is_stored == !is_copy);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
