// What is offered, and what the peer's answers make of shipments and deliveries.
// Way of the message: tests of daemon/route/outbound.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/overview.md#sending.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using store::delivery_state;
using store::shipment_state;

namespace {
struct with_a_hub : core_harness {
    with_a_hub() : hub(*this, "IPSG") {
        std::ranges::find(directory().entries, bureau("IPSG"), &protocol::directory_entry::bureau)
            ->role = protocol::bureau_role::hub;
        reload();
    }
    message_id submit(std::vector<std::string> to = {"MU"},
                      message_class cls = message_class::routine,
                      std::vector<upload_id> files = {}) {
        auto what = a_message(std::move(to));
        what.cls = cls;
        what.attachments = std::move(files);
        return expect<response::accepted>(agency("border"), what).id;
    }
    delivery_state state_of(const message_id& id, std::string_view to = "MU") {
        for (const auto& row : stored(id).deliveries) {
            if (row.recipient == bureau(to)) {
                return row.state;
            }
        }
        return delivery_state::accepted;
    }
    store::shipment_row text_of(const message_id& id) { return stored(id).shipments.front(); }
    /// A message with an attachment, whose text was all sent when the connection died.
    message_id lose_the_answer() {
        const auto id =
            submit({"MU"}, message_class::routine, {upload("border", bytes(100'000, 4))});
        hub.connect();
        hub.cut();
        BOOST_REQUIRE(text_of(id).in_doubt);
        return id;
    }
    /// A receipt for MU's copy that comes by another peer.
    void settle(const message_id& id, std::string_view issuer, protocol::outcome_kind kind) {
        protocol::outcome what;
        what.id = id;
        what.recipient = bureau("MU");
        what.kind = kind;
        what.at = now;
        scripted_peer other(*this, "KE");
        other.connect();
        const auto [offer, body] = other.receipt(issuer, "ZW", {what});
        BOOST_TEST(other.send(offer, body).committed);
    }
    scripted_peer hub;
};

/// Three quarters of it, all that is not kept for flash, take one text of some bytes.
constexpr std::uint32_t for_one_text = (protocol::limits::usual_preamble_bytes + 300) * 4 / 3;
}  // namespace

BOOST_FIXTURE_TEST_SUITE(outbound_test, with_a_hub)

BOOST_AUTO_TEST_CASE(flash_is_offered_before_what_was_submitted_earlier) {
    submit({"MU"}, message_class::bulk);
    submit({"MU"}, message_class::routine);
    submit({"MU"}, message_class::urgent);
    const auto flash = submit({"MU"}, message_class::flash);
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 4U);
    BOOST_TEST((hub.offers.front().offer.id == flash));
}

BOOST_AUTO_TEST_CASE(custody_moves_only_with_the_commit_of_the_peer) {
    const auto id = submit({"MU", "KE"});
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);  // One parcel for both.
    BOOST_TEST(hub.offers[0].whole);
    BOOST_TEST((state_of(id) == delivery_state::queued));
    hub.commit(0);
    BOOST_TEST((state_of(id, "MU") == delivery_state::relayed));
    BOOST_TEST((state_of(id, "KE") == delivery_state::relayed));
    BOOST_TEST((text_of(id).state == shipment_state::done));
}

BOOST_AUTO_TEST_CASE(a_hand_over_that_could_not_be_recorded_is_asked_again) {
    const auto id = submit();
    hub.connect();
    fail_next_commit = store::transaction_status::failed;
    hub.commit(0);
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    hub.refuse(1, errc::have_it);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(a_hand_over_that_a_full_disk_does_not_take_is_written_when_there_is_space) {
    const auto id = submit();
    hub.connect();
    fail_next_commit = store::transaction_status::full;
    hub.commit(0);
    submit();
    hub.exchange();
    BOOST_TEST((text_of(id).state == shipment_state::ready));
    BOOST_TEST(hub.offers.size() == 1U);  // The peer is not asked again, nor for anything else.
    advance(9s);
    hub.exchange();
    BOOST_TEST(hub.offers.size() == 1U);
    advance(2s);
    hub.exchange();
    BOOST_TEST((state_of(id) == delivery_state::relayed));
    BOOST_REQUIRE(hub.offers.size() == 2U);  // The second message goes its way.
    BOOST_TEST((hub.offers[1].offer.id != id));
}

BOOST_AUTO_TEST_CASE(a_doubt_that_a_full_disk_does_not_take_is_written_when_there_is_space) {
    const auto id = submit();
    hub.connect();
    fail_next_commit = store::transaction_status::full;
    hub.cut();
    BOOST_TEST(!text_of(id).in_doubt);
    advance(11s);
    BOOST_TEST(text_of(id).in_doubt);
}

BOOST_AUTO_TEST_CASE(what_is_held_on_its_way_is_in_doubt_and_offered_again_when_released) {
    const auto id = submit();
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    expect<response::done>(an_operator(), request::hold{id, {}, true});
    BOOST_TEST((text_of(id).state == shipment_state::held));
    BOOST_TEST(text_of(id).in_doubt);
    hub.commit(0);  // It had taken it before it heard; nobody listens any more.
    BOOST_TEST((text_of(id).state == shipment_state::held));
    expect<response::done>(an_operator(), request::hold{id, {}, false});
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    hub.refuse(1, errc::have_it);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
    BOOST_TEST((text_of(id).state == shipment_state::done));
}

// The peer gives credit for one text: the second is loaded and waits.
BOOST_AUTO_TEST_CASE(what_is_loaded_and_cancelled_is_not_offered) {
    hub.credit = for_one_text;
    submit();
    const auto id = submit();
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 1U);
    expect<response::done>(agency("border"), request::cancel{id});
    const auto third = submit();
    hub.commit(0);
    hub.exchange();
    BOOST_TEST((state_of(id) == delivery_state::cancelled));
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST((hub.offers[1].offer.id == third));
}

BOOST_AUTO_TEST_CASE(what_is_loaded_and_held_is_offered_when_it_is_released) {
    hub.credit = for_one_text;
    submit();
    const auto id = submit();
    hub.connect();
    expect<response::done>(an_operator(), request::hold{id, {}, true});
    hub.commit(0);
    BOOST_TEST(hub.offers.size() == 1U);
    expect<response::done>(an_operator(), request::hold{id, {}, false});
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST((hub.offers[1].offer.id == id));
}

BOOST_AUTO_TEST_CASE(what_is_loaded_for_a_held_peer_is_offered_when_it_is_released) {
    hub.credit = for_one_text;
    const auto first = submit();
    submit();
    hub.connect();
    expect<response::done>(an_operator(), request::hold{std::nullopt, bureau("IPSG"), true});
    hub.commit(0);
    BOOST_TEST((state_of(first) == delivery_state::relayed));
    BOOST_TEST(hub.offers.size() == 1U);
    expect<response::done>(an_operator(), request::hold{std::nullopt, bureau("IPSG"), false});
    hub.exchange();
    BOOST_TEST(hub.offers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_loaded_is_not_offered_while_it_is_being_cancelled) {
    hub.credit = for_one_text;
    submit();
    const auto id = submit();
    hub.connect();
    bool is_cancelling = false;
    before_apply = [&](const store::transaction& what) {
        is_cancelling = std::ranges::any_of(what.changes, [](const store::change& one) {
            const auto* moved = std::get_if<operation::advance_delivery>(&one);
            return moved != nullptr && moved->state == delivery_state::cancelled;
        });
        hub.commit(0);
        hub.exchange();
    };
    expect<response::done>(agency("border"), request::cancel{id});
    BOOST_TEST(is_cancelling);
    hub.exchange();
    BOOST_TEST((state_of(id) == delivery_state::cancelled));
    BOOST_TEST(hub.offers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_held_with_its_peer_on_its_way_is_in_doubt_when_the_connection_dies) {
    const auto id = submit();
    hub.connect();
    BOOST_REQUIRE(hub.offers.front().whole);
    expect<response::done>(an_operator(), request::hold{std::nullopt, bureau("IPSG"), true});
    hub.cut();
    BOOST_TEST((text_of(id).state == shipment_state::held));
    BOOST_TEST(text_of(id).in_doubt);
}

BOOST_AUTO_TEST_CASE(what_is_held_with_its_peer_on_its_way_is_in_doubt_after_a_crash) {
    const auto id = submit();
    hub.connect();
    expect<response::done>(an_operator(), request::hold{std::nullopt, bureau("IPSG"), true});
    hub.vanish();
    restart();
    BOOST_TEST(text_of(id).in_doubt);
}

BOOST_AUTO_TEST_CASE(nothing_is_cancelled_while_an_answer_of_the_peer_is_not_on_disk) {
    const auto id = submit();
    hub.connect();
    fail_next_commit = store::transaction_status::full;
    hub.commit(0);
    BOOST_TEST((expect_problem(agency("border"), request::cancel{id}).code == errc::store_full));
    advance(11s);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(attachments_follow_only_when_the_peer_has_the_text) {
    const auto file = upload("border", bytes(100'000, 4));
    submit({"MU"}, message_class::routine, {file});
    hub.connect();
    BOOST_TEST(hub.offers.size() == 1U);
    hub.commit(0);
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST((hub.offers[1].offer.kind == protocol::object_kind::attachment));
    BOOST_TEST(hub.offers[1].whole);
}

BOOST_AUTO_TEST_CASE(attachments_do_not_wait_for_a_text_that_the_peer_will_not_have) {
    const auto id = submit({"MU"}, message_class::routine, {upload("border", bytes(100'000, 4))});
    hub.connect();
    hub.refuse(0, errc::expired);
    for (const auto& shipment : stored(id).shipments) {
        BOOST_TEST((shipment.state == shipment_state::failed));
    }
}

BOOST_AUTO_TEST_CASE(attachments_do_not_wait_for_a_text_that_was_taken_for_nobody) {
    const auto id =
        submit({"MU", "KE"}, message_class::routine, {upload("border", bytes(100'000, 4))});
    hub.connect();
    hub.commit(0, {{bureau("KE"), errc::no_route, {}}, {bureau("MU"), errc::hop_limit, {}}});
    for (const auto& shipment : stored(id).shipments) {
        BOOST_TEST((shipment.state == shipment_state::failed));
    }
    advance(1s);
    BOOST_TEST((state_of(id, "MU") == delivery_state::undeliverable));
    BOOST_TEST((state_of(id, "KE") == delivery_state::undeliverable));
}

BOOST_AUTO_TEST_CASE(a_busy_peer_is_asked_again_when_it_said_and_not_before) {
    const auto id = submit();
    hub.connect();
    hub.refuse(0, errc::busy, std::chrono::seconds{90});
    BOOST_TEST((text_of(id).state == shipment_state::deferred));
    BOOST_TEST((*text_of(id).due_at == now + 90s));
    advance(89s);
    hub.exchange();
    BOOST_TEST(hub.offers.size() == 1U);
    advance(2s);
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    hub.commit(1);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(a_deferred_message_does_not_hold_up_the_next) {
    submit();
    hub.connect();
    hub.refuse(0, errc::store_full, std::chrono::seconds{600});
    const auto next = submit();
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST((hub.offers[1].offer.id == next));
}

BOOST_AUTO_TEST_CASE(what_was_all_sent_without_an_answer_is_in_doubt_and_offered_again) {
    const auto id = submit();
    hub.connect();
    hub.cut();
    BOOST_TEST(text_of(id).in_doubt);
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    hub.refuse(1, errc::have_it);
    BOOST_TEST(!text_of(id).in_doubt);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(a_session_that_is_replaced_leaves_its_doubt) {
    const auto id = submit();
    hub.connect();
    scripted_peer newer(*this, "IPSG");
    newer.boot = hub.boot;
    newer.connect();
    BOOST_REQUIRE(newer.is_up());
    BOOST_TEST(text_of(id).in_doubt);
}

BOOST_AUTO_TEST_CASE(attachments_go_when_a_receipt_was_faster_than_the_answer) {
    const auto id = lose_the_answer();
    settle(id, "MU", protocol::outcome_kind::taken);
    BOOST_TEST((state_of(id) == delivery_state::taken));
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 2U);  // The hub is asked whether it has the text.
    BOOST_TEST((hub.offers[1].offer.kind == protocol::object_kind::text));
    hub.refuse(1, errc::have_it);
    BOOST_REQUIRE(hub.offers.size() == 3U);
    BOOST_TEST((hub.offers[2].offer.kind == protocol::object_kind::attachment));
    BOOST_TEST((state_of(id) == delivery_state::taken));
}

BOOST_AUTO_TEST_CASE(who_has_taken_the_text_rides_along_for_its_attachments) {
    const auto id =
        submit({"MU", "KE"}, message_class::routine, {upload("border", bytes(100'000, 4))});
    settle(id, "MU", protocol::outcome_kind::taken);
    hub.connect();
    const auto preamble = protocol::decode_preamble(hub.offers.at(0).offer.preamble);
    BOOST_REQUIRE(preamble.has_value());
    BOOST_TEST(preamble->lockboxes.entries.size() == 2U);
    hub.commit(0);
    BOOST_TEST((state_of(id) == delivery_state::taken));
    BOOST_TEST((state_of(id, "KE") == delivery_state::relayed));
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST((hub.offers[1].offer.kind == protocol::object_kind::attachment));
}

BOOST_AUTO_TEST_CASE(attachments_stay_when_nobody_said_that_the_text_arrived) {
    const auto id = lose_the_answer();
    settle(id, "IPSG", protocol::outcome_kind::expired);
    BOOST_TEST((state_of(id) == delivery_state::expired));
    hub.connect();
    BOOST_TEST(hub.offers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_exception_concerns_only_its_recipient) {
    const auto id = submit({"MU", "KE"});
    hub.connect();
    hub.commit(0, {{bureau("KE"), errc::no_route, {}}});
    BOOST_TEST((state_of(id, "MU") == delivery_state::relayed));
    advance(1s);  // Judged whether anybody else may have it.
    BOOST_TEST((state_of(id, "KE") == delivery_state::undeliverable));
}

BOOST_AUTO_TEST_CASE(an_exception_keeps_its_reason) {
    const auto id = submit({"MU", "KE"});
    hub.connect();
    hub.commit(0, {{bureau("KE"), errc::expired, {}}});
    advance(1s);
    BOOST_TEST((state_of(id, "KE") == delivery_state::expired));
}

BOOST_AUTO_TEST_CASE(a_peer_with_another_store_is_given_again_what_it_had) {
    const auto id = submit();
    hub.connect();
    hub.commit(0);
    hub.cut();
    hub.epoch = 2;
    hub.connect();
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST((hub.offers[1].offer.id == id));
    hub.refuse(1, errc::no_route);  // What it does not remember may be with others.
    advance(1min);
    BOOST_TEST((state_of(id) == delivery_state::relayed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
