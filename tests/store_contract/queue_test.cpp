// Deliveries and shipments: states, expectations, and what is ready, due, counted.
#include "daemon/store/names.hpp"
#include "tests/store_contract/queue_rows.hpp"

BOOST_AUTO_TEST_SUITE(queue_test)

using namespace dhow::tests;
using namespace dhow::tests::queue_rows;
namespace protocol = dhow::protocol;

BOOST_AUTO_TEST_CASE_TEMPLATE(ready_shipments_come_in_order_with_body_and_open_deliveries, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to,
           {operation::put_message{message(1)},
            operation::put_object{object(2, object_state::complete, 3)},
            operation::put_segment{2, 0, {7, 8, 9}}, operation::put_delivery{delivery(1)},
            operation::put_shipment{shipment(4, 2, 1)}, operation::put_shipment{shipment(3, 2)}});
    fixture.reopen();
    const auto found = ready_for_mu(fixture.get());
    BOOST_REQUIRE_EQUAL(found.rows.size(), 2U);
    BOOST_TEST(found.rows[0].shipment.row == 3);
    BOOST_TEST(!found.rows[0].message.has_value());
    BOOST_TEST(found.rows[1].message->row == 1);
    BOOST_TEST(found.rows[1].deliveries.size() == 1U);
    BOOST_TEST(found.rows[1].inline_body == (protocol::bytes{7, 8, 9}),
               boost::test_tools::per_element());
    BOOST_TEST(ready_for_mu(fixture.get(), 0, 1).more);
    BOOST_TEST(ready_for_mu(fixture.get(), 3).rows.size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ready_shipments_that_are_too_large_or_too_new_are_left_out, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto old = shipment(3, 2);
    auto fresh = shipment(4, 2);
    old.created_at = utc_time{std::chrono::milliseconds{1'000}};
    fresh.created_at = utc_time{std::chrono::milliseconds{2'000}};
    commit(to, {operation::put_object{object(2, object_state::complete, 3)},
                operation::put_shipment{old}, operation::put_shipment{fresh}});
    query::load_ready wanted{mu, message_class::routine, 0, 256};
    wanted.made_by = fresh.created_at;
    BOOST_TEST(ask<answer::ready>(to, wanted).rows.size() == 2U);
    wanted.made_by = fresh.created_at - std::chrono::milliseconds{1};
    const auto found = ask<answer::ready>(to, wanted);
    BOOST_REQUIRE_EQUAL(found.rows.size(), 1U);
    BOOST_TEST(found.rows[0].shipment.row == 3);
    wanted.bytes_max = 3;
    BOOST_TEST(ask<answer::ready>(to, wanted).rows.size() == 1U);
    wanted.bytes_max = 2;
    BOOST_TEST(ask<answer::ready>(to, wanted).rows.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ready_shipments_of_a_level_that_does_not_pass_are_left_out, Store,
                              all_stores) {
    using protocol::confidentiality;
    Store fixture;
    auto& to = fixture.get();
    std::vector<change> changes{operation::put_object{object(2, object_state::complete)}};
    for (row_id row = 0; row < static_cast<row_id>(protocol::confidentiality_count); ++row) {
        auto with_level = message(10 + row, static_cast<std::uint8_t>(row));
        with_level.level = static_cast<confidentiality>(row);
        changes.emplace_back(operation::put_message{with_level});
        changes.emplace_back(operation::put_shipment{shipment(20 + row, 2, 10 + row)});
    }
    commit(to, std::move(changes));
    query::load_ready wanted{mu, message_class::routine, 0, 256};
    BOOST_TEST(ask<answer::ready>(to, wanted).rows.size() == 4U);
    wanted.level_max = confidentiality::restricted;
    const auto found = ask<answer::ready>(to, wanted);
    BOOST_REQUIRE_EQUAL(found.rows.size(), 3U);
    BOOST_TEST((found.rows[2].message->level == confidentiality::restricted));
    wanted.level_max = confidentiality::confidential;
    wanted.made_by = at(1);  // All are newer.
    BOOST_TEST(ask<answer::ready>(to, wanted).rows.empty());
    wanted.waits_upto = confidentiality::official_use;
    BOOST_TEST(ask<answer::ready>(to, wanted).rows.size() == 2U);
    const auto line = ask<answer::queue_summary>(to, query::summarise_queue{}).rows.at(0);
    BOOST_TEST((line.oldest_ready == at(20)));
    BOOST_TEST((line.oldest_of_level ==
                decltype(line.oldest_of_level){std::nullopt, std::nullopt, at(22), at(23)}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(state_that_moved_on_is_a_conflict_and_takes_nobody_with_it, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to, {operation::put_object{object(2, object_state::complete)},
                operation::put_shipment{shipment(3, 2)}});
    transaction good;
    good.token = 1;
    good.changes = {advance(3, in_state(shipment_state::ready), shipment_state::done)};
    transaction bad;
    bad.token = 2;
    bad.changes = {operation::put_event{{zw, {}, {}, {}, "lost", "gateway", 0, ""}},
                   advance(3, in_state(shipment_state::ready), shipment_state::done)};
    transaction last;
    last.token = 3;
    last.changes = {operation::put_event{{zw, {}, {}, {}, "kept", "gateway", 0, ""}}};
    const auto results = apply_all(to, {good, bad, last});
    BOOST_TEST((results[0].status == transaction_status::committed));
    BOOST_TEST((results[1].status == transaction_status::conflict));
    BOOST_TEST(results[1].conflict_index == 1U);
    BOOST_TEST(results[1].token == 2U);
    BOOST_TEST((results[2].status == transaction_status::committed));
    fixture.reopen();
    const auto events = ask<answer::events>(fixture.get(), query::load_events{zw, {}});
    BOOST_REQUIRE_EQUAL(events.rows.size(), 1U);
    BOOST_TEST(events.rows[0].what == "kept");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(optional_members_are_written_only_when_given, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto row = delivery(1);
    row.due_at = at(50);
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{row}});
    operation::advance_delivery move;
    move.message = 1;
    move.recipient = mu;
    move.expected = in_state(delivery_state::queued);
    move.state = delivery_state::sending;
    commit(to, {move});
    const auto once = ask<answer::messages>(to, query::load_message{1}).rows.at(0).deliveries.at(0);
    BOOST_TEST((once.due_at == at(50)));
    BOOST_TEST((once.next_hop == mu));
    move.expected = in_state(delivery_state::sending);
    move.due_at = std::optional<utc_time>{};
    move.next_hop = bureau_id{};
    commit(to, {move});
    const auto twice =
        ask<answer::messages>(to, query::load_message{1}).rows.at(0).deliveries.at(0);
    BOOST_TEST(!twice.due_at.has_value());
    BOOST_TEST(twice.next_hop.empty());
    move.message = 99;
    refuse(to, {move});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(settling_writes_event_and_receipt_and_is_silent_when_late, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{delivery(1)},
                operation::put_message{message(2, 1)}, operation::put_delivery{delivery(2)}});
    operation::settle_delivery settle;
    settle.origin = zw;
    settle.id.value[0] = 1;
    settle.recipient = mu;
    settle.expected = in_state(delivery_state::queued);
    settle.receipt = 9;
    settle.actor = "peer MU";
    commit(to, {operation::put_receipt{{9, {}, mu, {1, 2}, at(4)}}, settle});
    expect_unchanged(to, settle);
    fixture.reopen();
    const auto all = ask<answer::messages>(fixture.get(), query::find_message{{}, settle.id}).rows;
    BOOST_REQUIRE_EQUAL(all.size(), 2U);
    BOOST_TEST((all[0].deliveries[0].state == delivery_state::queued));
    BOOST_TEST((all[1].deliveries[0].state == delivery_state::delivered));
    const auto events = ask<answer::events>(fixture.get(), query::load_events{zw, settle.id});
    BOOST_REQUIRE_EQUAL(events.rows.size(), 1U);
    BOOST_TEST(events.rows[0].what == "delivered");
    BOOST_TEST(
        ask<answer::receipts>(fixture.get(), query::load_receipts{zw, settle.id}).rows.size() ==
        1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(attachment_waits_for_its_bytes_and_for_its_text, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto attachment = shipment(5, 3, 1, shipment_state::waiting);
    attachment.position = 1;
    commit(to, {operation::put_message{message(1)},
                operation::put_object{object(2, object_state::complete)},
                operation::put_object{object(3, object_state::complete)},
                operation::put_shipment{shipment(4, 2, 1)}, operation::put_shipment{attachment}});
    expect_unchanged(to,
                     operation::ready_shipments{1, {}, 3, at(1)});  // The text is not there yet.
    commit(to, {advance(4, in_state(shipment_state::ready), shipment_state::done),
                operation::ready_shipments{1, mu, 0, at(2)}});
    BOOST_TEST(ready_for_mu(to).rows.at(0).shipment.row == 5);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(hold_and_release_by_peer_and_message, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to, {operation::put_object{object(2, object_state::complete)},
                operation::put_shipment{shipment(3, 2, 1)},
                operation::put_shipment{shipment(4, 2, 7)}});
    commit(to, {operation::hold_shipments{mu, 7, true, at(1)}});
    BOOST_TEST(ready_for_mu(to).rows.size() == 1U);
    expect_unchanged(to, operation::hold_shipments{zw, 0, true, at(1)});
    const auto line = ask<answer::queue_summary>(to, query::summarise_queue{}).rows.at(0);
    BOOST_TEST(line.held == 1U);
    BOOST_TEST(line.ready == 1U);
    BOOST_TEST(line.bytes == 20U);
    BOOST_TEST((line.oldest == at(3)));
    BOOST_TEST((line.oldest_ready == at(3)));
    commit(to, {operation::hold_shipments{{}, 0, false, at(2)}});
    BOOST_TEST(ready_for_mu(to).rows.size() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(restored_peer_gets_again_what_is_still_here, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to, {operation::put_object{object(1, object_state::complete)},
                operation::put_object{object(2, object_state::purged)},
                operation::put_shipment{shipment(3, 1, 0, shipment_state::done)},
                operation::put_shipment{shipment(4, 2, 0, shipment_state::done)}});
    commit(to, {operation::revive_shipments{mu, at(5)},
                operation::doubt_shipments{mu, shipment(3, 1, 0, shipment_state::done).cls, 3}});
    BOOST_REQUIRE_EQUAL(ready_for_mu(to).rows.size(), 1U);
    BOOST_TEST(ready_for_mu(to).rows[0].shipment.in_doubt);
    expect_unchanged(
        to, operation::doubt_shipments{mu, shipment(3, 1, 0, shipment_state::done).cls, 3});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(due_things_come_once_their_time_is_there, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto settled = delivery(1, delivery_state::complete);
    settled.due_at = at(70);
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{settled}});
    BOOST_TEST((ask<answer::due>(to, query::load_due{at(69)}).next == at(70)));
    BOOST_TEST(ask<answer::due>(to, query::load_due{at(70)}).deliveries.size() == 1U);
    BOOST_TEST(!ask<answer::due>(to, query::load_due{at(70)}).next.has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_waits_for_a_time_to_come_is_brought_back, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto ahead = message(1), in_time = message(2, 1);
    ahead.received_at = at(900);
    ahead.expires_at = at(950);
    in_time.received_at = at(60);
    in_time.expires_at = at(990);
    auto due = delivery(1), later = delivery(2), soon = delivery(2);
    due.due_at = at(950);
    later.due_at = at(990);
    soon.recipient = zw;
    soon.due_at = at(80);
    auto put_off = shipment(3, 9);
    put_off.state = shipment_state::deferred;
    put_off.due_at = put_off.changed_at = at(910);
    commit(to, {operation::put_message{ahead}, operation::put_message{in_time},
                operation::put_delivery{due}, operation::put_delivery{later},
                operation::put_delivery{soon}, operation::put_shipment{put_off}});
    commit(to, {operation::bring_back{at(900), at(70)}});
    const auto found = ask<answer::due>(to, query::load_due{at(70)});
    BOOST_TEST(found.deliveries.size() == 2U);
    BOOST_REQUIRE(found.shipments.size() == 1U);
    BOOST_TEST((found.shipments[0].changed_at == at(70)));
    BOOST_TEST((found.next == at(80)));
    const auto rows = ask<answer::messages>(to, query::load_message{1}).rows;
    BOOST_REQUIRE(rows.size() == 1U);
    BOOST_TEST((rows[0].message.received_at == at(70)));
    BOOST_TEST((rows[0].message.expires_at == at(120)));
    const auto others = ask<answer::messages>(to, query::load_message{2}).rows;
    BOOST_REQUIRE(others.size() == 1U);
    BOOST_TEST((others[0].message.expires_at == at(990)));
    expect_unchanged(to, operation::bring_back{at(900), at(70)});
}

answer::purges purges_at(store& of, int now, purge_place from = {}, std::size_t limit = 256) {
    return ask<answer::purges>(
        of, query::find_purges{at(now), at(now - 100), at(now - 1'000), from, limit});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_over_can_go_unless_something_of_it_is_open, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to, {operation::put_message{message(1)},
                operation::put_delivery{delivery(1, delivery_state::complete)},
                operation::put_message{message(2)}, operation::put_delivery{delivery(2)}});
    BOOST_TEST(purges_at(to, 999).rows.empty());
    auto other = message(3, 1);
    other.id.value[0] = 2;
    commit(to, {operation::put_message{other}});
    // Two attempts of which one is open, and another message: a row a page.
    const auto first = purges_at(to, 1'000, {}, 1);
    BOOST_TEST(first.rows.empty());
    BOOST_REQUIRE(first.next.has_value());
    const auto second = purges_at(to, 1'000, *first.next, 1);
    BOOST_TEST(second.rows.empty());
    const auto third = purges_at(to, 1'000, second.next.value(), 1);
    BOOST_REQUIRE_EQUAL(third.rows.size(), 1U);
    BOOST_TEST(third.rows[0].message == 3);
    const auto objects = purges_at(to, 1'000, third.next.value(), 1).next;
    BOOST_REQUIRE(objects.has_value());
    BOOST_TEST(objects->is_among_objects);
    BOOST_TEST(!purges_at(to, 1'000, *objects, 1).next.has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(loose_objects_go_when_they_are_stale_partial_ones_much_later, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto sent = shipment(5, 3, 0);
    sent.changed_at = at(1);
    commit(to, {operation::put_object{object(1, object_state::complete)},
                operation::put_object{object(2, object_state::partial)},
                operation::put_object{object(3, object_state::complete)},
                operation::put_shipment{sent}});
    const purge_place objects{.is_among_objects = true};
    BOOST_TEST(purges_at(to, 99, objects).rows.empty());
    auto rows = purges_at(to, 500, objects).rows;
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_TEST(rows[0].object == 1);
    BOOST_TEST(purges_at(to, 1'100, objects).rows.size() == 2U);
    // What was asked can be over when the answer is used.
    expect_unchanged(to, operation::drop_object{3, true});
    operation::advance_object taken;
    taken.object = 1;
    taken.expected = object_state::complete;
    taken.message = 7;
    commit(to, {taken});
    expect_unchanged(to, operation::drop_object{1, true});
    commit(to, {operation::drop_object{2, true}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_change_since_it_was_read_stands, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto row = delivery(1);
    row.changed_at = at(3);
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{row}});
    operation::advance_delivery move;
    move.message = 1;
    move.recipient = mu;
    move.expected = in_state(delivery_state::queued);
    move.lenient = true;
    move.at = at(9);
    move.unless_changed_since = at(2);
    expect_unchanged(to, move);
    move.unless_changed_since = at(3);
    commit(to, {move});
}

BOOST_AUTO_TEST_SUITE_END()
