// What is taken into custody, what is refused, and in which words.
// Way of the message: tests of daemon/route/inbound.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/overview.md#receiving.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using store::delivery_state;

namespace {
struct with_a_peer : core_harness {
    with_a_peer() : peer(*this, "MU") { peer.connect(); }
    scripted_peer peer;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(inbound_test, with_a_peer)

//= PF-65
BOOST_AUTO_TEST_CASE(a_commit_is_written_only_after_custody_is_stored) {
    const auto what = peer.make("MU", {"ZW"});
    fail_next_commit = store::transaction_status::full;
    BOOST_TEST((peer.send(what).refused == errc::store_full));
    BOOST_TEST(query_store<answer::messages>(query::find_message{{}, what.header.id}).rows.empty());
    BOOST_TEST(peer.send(what).committed);
    BOOST_TEST((stored(what.header.id).deliveries[0].state == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(the_same_again_is_known_and_opened_once) {
    const auto what = peer.make("MU", {"ZW"});
    BOOST_TEST(peer.send(what).committed);
    const auto again = peer.send(what);
    BOOST_TEST(again.committed);
    BOOST_REQUIRE(again.exceptions.size() == 1U);
    BOOST_TEST((again.exceptions[0].code == errc::have_it));
    BOOST_TEST(expect<response::inbox>(agency("border"), request::list_inbox{}).entries.size() ==
               1U);
}

//= PF-39
BOOST_AUTO_TEST_CASE(a_second_content_of_the_same_attempt_is_refused_and_the_first_stays) {
    const auto first = peer.make("MU", {"ZW"});
    peer.id_to_use = first.header.id;
    const auto second = peer.make("MU", {"ZW"});
    BOOST_REQUIRE((second.header.id == first.header.id && second.body != first.body));
    BOOST_TEST(peer.send(first).committed);
    const auto answer = peer.send(second);
    BOOST_REQUIRE(answer.exceptions.size() == 1U);
    BOOST_TEST((answer.exceptions[0].code == errc::equivocation));
    BOOST_TEST((stored(first.header.id).deliveries[0].state == delivery_state::complete));
    BOOST_TEST(
        query_store<answer::messages>(query::find_message{{}, first.header.id}).rows.size() == 1U);
}

//= PF-16, PF-38
BOOST_AUTO_TEST_CASE(a_later_attempt_is_a_duplicate_or_with_another_content_set_aside) {
    const auto first = peer.make("MU", {"ZW"});
    peer.id_to_use = first.header.id;
    auto forged = peer.make("MU", {"ZW"});
    BOOST_TEST(peer.send(first).committed);
    auto again = first;
    again.offer.attempt = 1;
    BOOST_TEST(peer.send(again).committed);
    forged.offer.attempt = 2;
    BOOST_TEST(peer.send(forged).committed);
    const auto rows = query_store<answer::messages>(query::find_message{{}, first.header.id}).rows;
    BOOST_REQUIRE(rows.size() == 3U);
    for (const auto& one : rows) {
        const auto& delivery = one.deliveries.at(0);
        const bool is_forged = one.message.attempt == 2;
        BOOST_TEST((delivery.state ==
                    (is_forged ? delivery_state::quarantined : delivery_state::complete)));
        BOOST_TEST((!is_forged || delivery.code == static_cast<int>(errc::equivocation)));
    }
    BOOST_TEST(expect<response::inbox>(agency("border"), request::list_inbox{}).entries.size() ==
               1U);
}

//= PF-67
BOOST_AUTO_TEST_CASE(what_can_not_be_opened_is_told_to_the_origin_without_the_cause) {
    // Sealed for a key that ZW never had, which opening finds as `not_a_recipient`.
    const auto before = directory();
    for (auto& entry : directory().entries) {
        for (auto& key : entry.keys) {
            const bool ours = entry.bureau == bureau("ZW");
            if (ours && key.purpose == protocol::key_purpose::encrypt) {
                key.id.value[0] ^= 1;
            }
        }
    }
    const auto what = peer.make("MU", {"ZW"});
    directory() = before;
    applied.clear();
    BOOST_TEST(peer.send(what).committed);
    const auto delivery = stored(what.header.id).deliveries.at(0);
    BOOST_TEST((delivery.state == delivery_state::quarantined));
    BOOST_TEST(delivery.code == static_cast<int>(errc::cannot_open));
    std::vector<std::uint16_t> reasons;
    for (const auto& transaction : applied) {
        for (const auto& change : transaction.changes) {
            const auto* put = std::get_if<operation::put_outcome>(&change);
            if (put != nullptr && put->row.value.kind == protocol::outcome_kind::refused) {
                reasons.push_back(put->row.value.reason);
            }
        }
    }
    BOOST_REQUIRE(reasons.size() == 1U);
    BOOST_TEST(reasons[0] == static_cast<int>(errc::cannot_open));
}

BOOST_AUTO_TEST_CASE(only_hubs_hand_on_what_others_wrote) {
    BOOST_TEST((peer.send(peer.make("KE", {"ZW"})).refused == errc::not_allowed));
}

//= PF-65
BOOST_AUTO_TEST_CASE(what_outlived_its_time_on_the_way_is_refused) {
    auto what = peer.make("MU", {"ZW"});
    what.offer.age = 24h;
    BOOST_TEST((peer.send(what).refused == errc::expired));
}

BOOST_AUTO_TEST_CASE(what_was_taken_in_time_is_had_when_it_comes_again_too_late) {
    auto what = peer.make("MU", {"ZW"});
    BOOST_TEST(peer.send(what).committed);
    what.offer.age = 24h;
    const auto again = peer.send(what);
    BOOST_TEST((again.refused == errc::have_it));
    BOOST_REQUIRE(again.exceptions.size() == 1U);
    BOOST_TEST((again.exceptions[0].code == errc::have_it));
}

//= PF-65
BOOST_AUTO_TEST_CASE(a_body_that_was_altered_is_refused_and_counted) {
    auto what = peer.make("MU", {"ZW"});
    what.body.back() ^= 1;
    BOOST_TEST(peer.send(what).refused.has_value());
    BOOST_TEST(query_store<answer::messages>(query::find_message{{}, what.header.id}).rows.empty());
}

BOOST_AUTO_TEST_CASE(an_attachment_before_its_text_is_asked_for_later) {
    const auto what = peer.make("MU", {"ZW"}, {bytes(40'000, 1)});
    const auto& [offer, body] = what.attachments[0];
    BOOST_TEST((peer.send(offer, body).refused == errc::text_first));
}

BOOST_AUTO_TEST_CASE(attachments_complete_the_message_in_whatever_order_they_come) {
    const auto what = peer.make("MU", {"ZW"}, {bytes(70'000, 1), bytes(150'000, 2)});
    BOOST_TEST(peer.send(what).committed);
    const auto state = [&] { return stored(what.header.id).deliveries[0].state; };
    BOOST_TEST(peer.send(what.attachments[1].first, what.attachments[1].second).committed);
    BOOST_TEST((state() == delivery_state::delivered));
    BOOST_TEST(peer.send(what.attachments[0].first, what.attachments[0].second).committed);
    BOOST_TEST((state() == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(an_attachment_that_is_purged_while_it_is_adopted_is_asked_for_again) {
    const auto first = peer.make("MU", {"ZW"}, {bytes(100'000, 4)});
    BOOST_TEST(peer.send(first).committed);
    const auto old = stored(first.header.id).message.row;
    auto again = first;
    again.offer.attempt = 1;
    before_apply = [&](const auto&) { apply({operation::drop_message{old, now + 24h * 400}}); };
    BOOST_TEST((peer.send(again).refused == errc::busy));
    BOOST_TEST(peer.send(again).committed);
    const auto& wanted = first.header.attachments.at(0).sealed_digest;
    const auto row =
        query_store<answer::object>(query::find_attachment{bureau("MU"), first.header.id, wanted});
    BOOST_TEST(row.row.has_value());
}

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_routine_and_lets_flash_pass) {
    core().set_disk({false, false, false, true});
    BOOST_TEST((peer.send(peer.make("MU", {"ZW"})).refused == errc::store_full));
    BOOST_TEST(peer.send(peer.make("MU", {"ZW"}, {}, message_class::flash)).committed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
