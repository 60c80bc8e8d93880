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

BOOST_AUTO_TEST_CASE(only_hubs_hand_on_what_others_wrote) {
    BOOST_TEST((peer.send(peer.make("KE", {"ZW"})).refused == errc::not_allowed));
}

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

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_routine_and_lets_flash_pass) {
    core().set_disk({false, false, false, true});
    BOOST_TEST((peer.send(peer.make("MU", {"ZW"})).refused == errc::store_full));
    BOOST_TEST(peer.send(peer.make("MU", {"ZW"}, {}, message_class::flash)).committed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
