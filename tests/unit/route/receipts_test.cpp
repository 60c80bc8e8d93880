// Receipts into states, in either order; outcomes into receipts, none forgotten.
// Way of the message: tests of daemon/route/receipts.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/overview.md#receipts.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using protocol::outcome_kind;
using store::delivery_state;

namespace {
struct with_a_relayed_message : core_harness {
    with_a_relayed_message() : hub(*this, "IPSG") {
        for (auto& entry : directory().entries) {
            if (entry.bureau == bureau("IPSG")) {
                entry.role = protocol::bureau_role::hub;
            }
        }
        reload();
        id = expect<response::accepted>(agency("border"), a_message({"MU"})).id;
        hub.connect();
        hub.commit(0);
    }
    bool send(std::string_view issuer, outcome_kind kind, std::string_view recipient = "MU",
              std::uint8_t attempt = 0) {
        protocol::outcome what;
        what.id = id;
        what.attempt = attempt;
        what.reason = static_cast<std::uint16_t>(errc::no_route);
        what.recipient = bureau(recipient);
        what.kind = kind;
        what.at = now;
        const auto made = hub.receipt(issuer, "ZW", {what});
        return hub.send(made.first, made.second).committed;
    }
    delivery_state state() { return stored(id).deliveries.front().state; }
    message_id id;
    scripted_peer hub;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(receipts_test, with_a_relayed_message)

BOOST_AUTO_TEST_CASE(a_delivery_beats_a_notice_that_came_before) {
    BOOST_TEST(send("IPSG", outcome_kind::expired));
    BOOST_TEST((state() == delivery_state::expired));
    BOOST_TEST(send("MU", outcome_kind::delivered));
    BOOST_TEST((state() == delivery_state::delivered));
}

BOOST_AUTO_TEST_CASE(a_delivery_beats_a_notice_that_comes_after) {
    BOOST_TEST(send("MU", outcome_kind::delivered));
    BOOST_TEST(send("IPSG", outcome_kind::expired));
    BOOST_TEST(send("IPSG", outcome_kind::undeliverable));
    BOOST_TEST((state() == delivery_state::delivered));
}

BOOST_AUTO_TEST_CASE(what_a_hub_has_dropped_is_cancelled_whichever_attempt_it_was) {
    BOOST_TEST(send("TZ", outcome_kind::cancelled));  // No hub.
    BOOST_TEST((state() == delivery_state::relayed));
    expect<response::done>(an_operator(), request::send_again{id, bureau("MU")});
    hub.exchange();
    hub.commit(1);
    BOOST_TEST(send("IPSG", outcome_kind::cancelled));
    BOOST_TEST((state() == delivery_state::cancelled));
    BOOST_TEST(send("MU", outcome_kind::complete));  // The first attempt had got through.
    BOOST_TEST((state() == delivery_state::complete));
    BOOST_TEST(send("IPSG", outcome_kind::cancelled, "MU", 1));
    BOOST_TEST((state() == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(that_a_hub_was_too_late_is_evidence_and_moves_nothing) {
    BOOST_TEST(send("IPSG", outcome_kind::too_late));
    BOOST_TEST((state() == delivery_state::relayed));
    const auto kept = query_store<answer::receipts>(query::load_receipts{bureau("ZW"), id});
    BOOST_TEST(kept.rows.size() == 1U);
    BOOST_TEST(send("MU", outcome_kind::delivered));
    BOOST_TEST((state() == delivery_state::delivered));
}

BOOST_AUTO_TEST_CASE(outcomes_that_have_gathered_go_in_receipts_of_a_size_that_peers_read) {
    constexpr std::size_t many = 60;
    for (std::size_t i = 0; i < many; ++i) {
        protocol::outcome value;
        value.id = protocol::make_message_id(
            now, std::array<std::uint8_t, 10>{static_cast<std::uint8_t>(i), 7});
        value.recipient = bureau("ZW");
        value.kind = outcome_kind::complete;
        value.at = now;
        value.on_disk.resize(1 + limits::attachments_max);
        const auto row = static_cast<store::row_id>(1'000'000 + i);
        apply({operation::put_outcome{{row, bureau("MU"), message_class::routine, value}}});
    }
    restart();
    hub.connect();
    std::size_t receipts = 0;
    for (const auto& got : hub.offers) {
        if (got.offer.kind == protocol::object_kind::receipt) {
            BOOST_TEST(got.offer.body_bytes <= limits::receipt_bytes_max);
            receipts += 1;
        }
    }
    BOOST_TEST(receipts > 1U);
    BOOST_TEST(query_store<answer::outcomes>(query::load_outcomes{}).rows.empty());
}

BOOST_AUTO_TEST_CASE(a_rejection_is_not_forgotten_for_a_delivery_that_is_told_late) {
    BOOST_TEST(send("MU", outcome_kind::rejected));
    BOOST_TEST((state() == delivery_state::rejected));
    BOOST_TEST(send("MU", outcome_kind::delivered));
    BOOST_TEST(send("MU", outcome_kind::complete));
    BOOST_TEST((state() == delivery_state::rejected));
    BOOST_TEST(send("MU", outcome_kind::taken));
    BOOST_TEST((state() == delivery_state::taken));
}

BOOST_AUTO_TEST_CASE(a_hub_gives_no_notice_of_what_was_never_sent) {
    hub.cut();
    const auto sent = id;
    id = expect<response::accepted>(agency("border"), a_message({"MU"})).id;
    scripted_peer liar(*this, "TZ");
    for (auto& entry : directory().entries) {
        entry.role = entry.bureau == bureau("TZ") ? protocol::bureau_role::hub : entry.role;
    }
    reload();
    liar.connect();
    protocol::outcome lie;
    lie.id = id;
    lie.recipient = bureau("MU");
    lie.kind = outcome_kind::undeliverable;
    lie.at = now;
    const auto made = liar.receipt("TZ", "ZW", {lie});
    BOOST_TEST(liar.send(made.first, made.second).committed);
    BOOST_TEST((state() == delivery_state::queued));
    BOOST_TEST((stored(sent).deliveries.front().state == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(states_only_rise_whatever_the_order_of_the_receipts) {
    send("MU", outcome_kind::taken);
    send("MU", outcome_kind::complete);
    send("MU", outcome_kind::delivered);
    BOOST_TEST((state() == delivery_state::taken));
}

BOOST_AUTO_TEST_CASE(the_same_receipt_again_is_welcome_and_changes_nothing) {
    BOOST_TEST(send("MU", outcome_kind::delivered));
    const auto before = expect<response::events>(agency("border"), request::events{id}).rows.size();
    BOOST_TEST(send("MU", outcome_kind::delivered));
    const auto after = expect<response::events>(agency("border"), request::events{id}).rows.size();
    BOOST_TEST(after == before);
}

BOOST_AUTO_TEST_CASE(nobody_says_delivered_for_another) {
    send("IPSG", outcome_kind::delivered);
    send("KE", outcome_kind::taken);
    BOOST_TEST((state() == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(a_bureau_that_is_no_hub_gives_no_notice_for_another) {
    send("KE", outcome_kind::expired);
    BOOST_TEST((state() == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(a_receipt_that_does_not_verify_is_refused) {
    protocol::outcome what;
    what.id = id;
    what.recipient = bureau("MU");
    what.at = now;
    auto [offer, body] = hub.receipt("MU", "ZW", {what});
    body.back() ^= 1;
    BOOST_TEST(hub.send(offer, body).refused.has_value());
    BOOST_TEST((state() == delivery_state::relayed));
    BOOST_TEST(core().state().count.forged == 1U);
}

BOOST_AUTO_TEST_CASE(a_receipt_is_committed_only_when_it_is_stored) {
    fail_next_commit = store::transaction_status::full;
    BOOST_TEST(!send("MU", outcome_kind::delivered));
    BOOST_TEST((state() == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(all_outcomes_that_an_earlier_run_left_are_signed_after_the_start) {
    hub.cut();
    std::vector<store::change> left;
    const std::size_t count = limits::outcomes_per_receipt_max + 44;
    for (std::size_t i = 0; i < count; ++i) {
        protocol::outcome what;
        what.id = id;
        what.attempt = static_cast<std::uint8_t>(i % 200);
        what.recipient = bureau("ZW");
        what.at = now;
        left.emplace_back(operation::put_outcome{{static_cast<store::row_id>(5'000'000 + i),
                                                  bureau("MU"), message_class::routine, what}});
    }
    apply(std::move(left));
    restart();
    advance(5min);
    BOOST_TEST(query_store<answer::outcomes>(query::load_outcomes{0, 1000}).rows.empty());
}

BOOST_AUTO_TEST_CASE(a_notice_about_an_attempt_that_was_followed_by_another_settles_nothing) {
    advance(61min);
    BOOST_REQUIRE(stored(id).deliveries.front().attempt == 1);
    hub.exchange();
    hub.commit(1);
    BOOST_TEST(send("IPSG", outcome_kind::undeliverable));
    BOOST_TEST((state() == delivery_state::relayed));
    BOOST_TEST(send("IPSG", outcome_kind::expired));  // Age is the same for all.
    BOOST_TEST((state() == delivery_state::expired));
}

BOOST_AUTO_TEST_CASE(the_last_attempt_may_fail_while_an_earlier_one_may_arrive) {
    advance(61min);
    hub.exchange();
    hub.commit(1);
    BOOST_TEST(send("IPSG", outcome_kind::undeliverable, "MU", 1));
    advance(1s);
    BOOST_TEST((state() == delivery_state::deferred));
    BOOST_TEST(send("IPSG", outcome_kind::undeliverable, "MU", 0));
    advance(1s);
    BOOST_TEST((state() == delivery_state::undeliverable));
}

BOOST_AUTO_TEST_CASE(a_notice_about_an_older_attempt_makes_no_new_one) {
    advance(61min);
    hub.exchange();
    hub.commit(1);
    BOOST_TEST(send("IPSG", outcome_kind::undeliverable, "MU", 0));
    advance(30min);
    BOOST_TEST(stored(id).deliveries.front().attempt == 1);
    BOOST_TEST((state() == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(an_attempt_whose_notice_came_before_its_hand_over_was_known_has_failed) {
    advance(61min);
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    hub.cut();  // All sent, and no answer.
    scripted_peer other(*this, "KE");
    other.connect();
    for (const unsigned attempt : {0U, 1U}) {
        protocol::outcome what;
        what.id = id;
        what.attempt = static_cast<std::uint8_t>(attempt);
        what.recipient = bureau("MU");
        what.kind = outcome_kind::undeliverable;
        what.reason = static_cast<std::uint16_t>(errc::no_route);
        what.at = now;
        const auto made = other.receipt("IPSG", "ZW", {what});
        BOOST_TEST(other.send(made.first, made.second).committed);
    }
    advance(1s);
    BOOST_TEST((state() == delivery_state::undeliverable));
}

BOOST_AUTO_TEST_CASE(when_one_attempt_has_failed_and_the_next_is_refused_there_is_a_notice) {
    hub.cut();
    advance(61min);
    hub.connect();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST(send("IPSG", outcome_kind::undeliverable, "MU", 0));
    BOOST_TEST((state() == delivery_state::queued));
    hub.refuse(1, errc::no_route);
    advance(1s);
    BOOST_TEST((state() == delivery_state::undeliverable));
}

BOOST_AUTO_TEST_CASE(a_notice_that_overtakes_the_hand_over_is_asked_for_again) {
    id = expect<response::accepted>(agency("border"), a_message({"MU"})).id;
    hub.exchange();
    BOOST_REQUIRE(hub.offers.size() == 2U);
    BOOST_TEST(!send("IPSG", outcome_kind::undeliverable));
    hub.commit(1);
    BOOST_TEST(send("IPSG", outcome_kind::undeliverable));
    BOOST_TEST((state() == delivery_state::undeliverable));
}

namespace {
struct with_two_ways : with_a_relayed_message {
    with_two_ways() : lake(*this, "TZ") {
        settings().links.push_back({"lake", bureau("TZ"), config::link_mode::listen, {}, false});
        settings().routes[1].via = {"fibre", "lake"};  // To KE.
        reload();
        protocol::outcome what;
        what.id = id;
        what.recipient = bureau("ZW");
        what.at = now;
        apply({operation::put_outcome{{5'000'000, bureau("KE"), message_class::routine, what}}});
    }
    static std::size_t receipts_at(const scripted_peer& peer) {
        return static_cast<std::size_t>(std::ranges::count_if(peer.offers, [](const auto& got) {
            return got.offer.kind == protocol::object_kind::receipt;
        }));
    }
    scripted_peer lake;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_receipt_goes_by_another_way_when_its_peer_is_gone, with_two_ways) {
    hub.cut();
    restart();
    advance(2min);  // For the hub, which is the first way and never comes.
    lake.connect();
    BOOST_TEST(receipts_at(lake) == 0U);
    advance(2min);
    lake.exchange();
    BOOST_TEST(receipts_at(lake) == 1U);
    hub.connect();
    BOOST_TEST(receipts_at(hub) == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_receipt_goes_by_another_way_when_its_peer_has_none, with_two_ways) {
    hub.cut();
    restart();
    hub.connect();
    advance(2min);
    hub.exchange();
    BOOST_REQUIRE(receipts_at(hub) == 1U);
    hub.refuse(hub.offers.size() - 1, errc::no_route, 3600s);
    lake.connect();
    advance(2min);
    lake.exchange();
    BOOST_REQUIRE(receipts_at(lake) == 1U);
    lake.commit(lake.offers.size() - 1);
    advance(5h);
    hub.exchange();
    lake.exchange();
    BOOST_TEST(receipts_at(hub) + receipts_at(lake) == 2U);
}

BOOST_AUTO_TEST_CASE(outcomes_without_a_way_are_signed_when_the_routes_are_changed) {
    protocol::outcome what;
    what.id = id;
    what.recipient = bureau("ZW");
    what.at = now;
    apply({operation::put_outcome{{5'000'000, bureau("TZ"), message_class::routine, what}}});
    hub.cut();
    restart();
    BOOST_TEST(query_store<answer::outcomes>(query::load_outcomes{0, 10}).rows.size() == 1U);
    settings().routes.push_back({"TZ", {"fibre"}, 3});
    reload();
    advance(5min);
    BOOST_TEST(query_store<answer::outcomes>(query::load_outcomes{0, 10}).rows.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
