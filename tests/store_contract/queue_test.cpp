// Deliveries and shipments: states, expectations, and what is ready, due, counted.
#include "tests/store_contract/stores.hpp"

BOOST_AUTO_TEST_SUITE(queue_test)

using namespace dhow::tests;
namespace protocol = dhow::protocol;

namespace {

const bureau_id mu = *bureau_id::parse("MU");
const bureau_id zw = *bureau_id::parse("ZW");

utc_time at(int ms) { return utc_time{protocol::milliseconds{ms}}; }

shipment_row shipment(row_id row, row_id object, row_id message = 0,
                      shipment_state state = shipment_state::ready) {
    shipment_row out;
    out.row = row;
    out.peer = mu;
    out.object = object;
    out.message = message;
    out.state = state;
    out.created_at = at(static_cast<int>(row));
    return out;
}

object_row object(row_id row, object_state state, std::uint64_t bytes = 10) {
    object_row out;
    out.row = row;
    out.state = state;
    out.bytes = bytes;
    return out;
}

message_row message(row_id row, std::uint8_t attempt = 0) {
    message_row out;
    out.row = row;
    out.origin = zw;
    out.id.value[0] = 1;
    out.attempt = attempt;
    out.roles = static_cast<std::uint8_t>(message_role::origin);
    out.purge_at = at(1'000);
    return out;
}

delivery_row delivery(row_id of, delivery_state state = delivery_state::queued) {
    delivery_row out;
    out.message = of;
    out.recipient = mu;
    out.next_hop = mu;
    out.state = state;
    return out;
}

operation::advance_shipment advance(row_id row, shipment_set expected, shipment_state state) {
    operation::advance_shipment out;
    out.shipment = row;
    out.expected = expected;
    out.state = state;
    return out;
}

answer::ready ready_for_mu(dhow::store::store& from, row_id after = 0, std::size_t limit = 256) {
    return ask<answer::ready>(from, query::load_ready{mu, message_class::routine, after, limit});
}

}  // namespace

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
    BOOST_TEST((ask<answer::due>(to, query::load_due{at(70)}).next == at(1'000)));
    BOOST_TEST(ask<answer::due>(to, query::load_due{at(1'000)}).purges.at(0).message == 1);
    commit(to, {operation::put_shipment{shipment(5, 2, 1)}});
    BOOST_TEST(ask<answer::due>(to, query::load_due{at(1'000)}).purges.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
