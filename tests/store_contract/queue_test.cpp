// Deliveries and shipments: states, expectations, and what is ready, due, counted.
#include "daemon/store/names.hpp"
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

BOOST_AUTO_TEST_CASE_TEMPLATE(attempt_is_not_dropped_once_another_is_to_stay, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto later = message(2, 1);
    later.purge_at = at(2'000);
    commit(to, {operation::put_message{message(1)}, operation::put_message{later}});
    expect_unchanged(to, operation::drop_message{1, at(1'000)});
    commit(to, {operation::drop_message{1, at(2'000)}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(failed_attempt_settles_nothing_while_there_is_another, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto row = delivery(1, delivery_state::relayed);
    row.attempt = 1;
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{row}});
    operation::settle_delivery notice;
    notice.origin = zw;
    notice.id.value[0] = 1;
    notice.recipient = mu;
    notice.expected = in_state(delivery_state::relayed) | in_state(delivery_state::deferred);
    notice.state = delivery_state::undeliverable;
    notice.at = at(5);
    notice.code = 7;
    notice.only_if_sent = true;
    notice.of_attempt = 0;
    commit(to, {notice});
    const auto now = [&] {
        return ask<answer::messages>(to, query::load_message{1}).rows.at(0).deliveries.at(0);
    };
    BOOST_TEST((now().state == delivery_state::relayed));
    BOOST_TEST(!now().due_at.has_value());  // Its last attempt has its own time.
    notice.of_attempt = 1;
    notice.at = at(6);
    commit(to, {notice});
    BOOST_TEST((now().state == delivery_state::deferred));
    BOOST_TEST(now().code == 7U);
    BOOST_TEST((now().due_at == at(6)));
    notice.only_if_sent = false;  // Here no event says that it was relayed.
    notice.of_attempt = 0;
    notice.at = at(7);
    commit(to, {notice});
    BOOST_TEST((now().due_at == at(7)));
    const auto events =
        ask<answer::events>(to, query::load_events{zw, notice.id, "relayed", "attempt-failed"});
    BOOST_REQUIRE_EQUAL(events.rows.size(), 3U);
    BOOST_TEST(dhow::store::attempt_of(events.rows[0].text).value() == 0);
    BOOST_TEST(dhow::store::attempt_of(events.rows[1].text).value() == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(failed_attempt_leaves_what_is_held, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto row = delivery(1, delivery_state::held);
    row.attempt = 1;
    // That it was relayed once is known by the event alone.
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{row},
                operation::put_event{{zw, message(1).id, mu, at(1), "relayed", "peer MU", 0, ""}}});
    operation::settle_delivery notice;
    notice.origin = zw;
    notice.id = message(1).id;
    notice.recipient = mu;
    notice.expected = in_state(delivery_state::held);
    notice.only_if_sent = true;
    notice.of_attempt = 1;
    notice.at = at(5);
    commit(to, {notice});
    const auto now = ask<answer::messages>(to, query::load_message{1}).rows.at(0).deliveries.at(0);
    BOOST_TEST((now.state == delivery_state::held));
    BOOST_TEST((now.due_at == at(5)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_was_relayed_in_an_earlier_attempt_does_not_ride_along, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto again = shipment(5, 2, 1);
    again.attempt = 1;
    auto relayed = delivery(1, delivery_state::relayed);
    auto other = delivery(1);
    other.recipient = zw;
    other.attempt = 1;
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{relayed},
                operation::put_delivery{other}, operation::put_shipment{again}});
    const auto offered = ready_for_mu(to).rows.at(0).deliveries;
    BOOST_REQUIRE_EQUAL(offered.size(), 1U);
    BOOST_TEST((offered[0].recipient == zw));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(attachments_fail_with_their_text_unless_another_goes, Store,
                              all_stores) {
    enum class change { none, failed, peer, attempt };
    Store fixture;
    auto& to = fixture.get();
    row_id next = 1;
    for (const auto what : {change::none, change::failed, change::peer, change::attempt}) {
        const auto row = next++;
        const auto text = shipment(row * 10, 2, row);
        auto attachment = shipment(row * 10 + 1, 3, row, shipment_state::waiting);
        attachment.position = 1;
        auto other = shipment(row * 10 + 2, 2, row);
        other.state = what == change::failed ? shipment_state::failed : shipment_state::ready;
        other.peer = what == change::peer ? zw : mu;
        other.attempt = what == change::attempt ? 1 : 0;
        auto of = message(row);
        of.id.value[0] = static_cast<std::uint8_t>(row);
        commit(to, {operation::put_message{of}, operation::put_shipment{text},
                    operation::put_shipment{attachment}, operation::put_shipment{other},
                    advance(text.row, ~0U, shipment_state::failed)});
        const operation::fail_attachments fail{row, mu, 0, at(7), 9, "gone"};
        if (what == change::none) {
            expect_unchanged(to, fail);
            continue;
        }
        commit(to, {fail});
        const auto found = ask<answer::messages>(to, query::load_message{row}).rows.at(0).shipments;
        BOOST_TEST((found.at(1).state == shipment_state::failed));
        BOOST_TEST(found.at(1).code == 9);
        BOOST_TEST((found.at(2).state == other.state));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_has_answered_the_text_rides_along_for_attachments_to_go, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto text = shipment(5, 2, 1);
    auto attachment = shipment(6, 3, 1, shipment_state::waiting);
    text.attempt = attachment.attempt = 1;
    attachment.position = 1;
    auto taken = delivery(1, delivery_state::taken);
    taken.attempt = 1;
    auto of_an_earlier_attempt = delivery(1, delivery_state::taken);
    of_an_earlier_attempt.recipient = zw;
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{taken},
                operation::put_delivery{of_an_earlier_attempt}, operation::put_shipment{text},
                operation::put_shipment{attachment}});
    for (const auto state : {shipment_state::waiting, shipment_state::held, shipment_state::done,
                             shipment_state::failed}) {
        commit(to, {advance(6, ~0U, state)});
        const auto offered = ready_for_mu(to).rows.at(0).deliveries;
        BOOST_REQUIRE_EQUAL(offered.size(), state < shipment_state::done ? 1U : 0U);
        BOOST_TEST((offered.empty() || offered[0].recipient == mu));
    }
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
