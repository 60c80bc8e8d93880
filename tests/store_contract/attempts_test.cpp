// Several attempts, and texts with their attachments: what fails, stays, and rides along.
#include "daemon/store/names.hpp"
#include "tests/store_contract/queue_rows.hpp"

BOOST_AUTO_TEST_SUITE(attempts_test)

using namespace dhow::tests;
using namespace dhow::tests::queue_rows;
namespace protocol = dhow::protocol;

BOOST_AUTO_TEST_CASE_TEMPLATE(attempt_is_not_dropped_once_another_is_to_stay, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto later = message(2, 1);
    later.purge_at = at(2'000);
    commit(to, {operation::put_message{message(1)}, operation::put_message{later}});
    expect_unchanged(to, operation::drop_message{1, at(1'000)});
    commit(to, {operation::drop_message{1, at(2'000)}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(partial_attachments_are_of_who_sent_their_text, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    const auto part = [](row_id row, row_id of, std::uint16_t position, object_state state) {
        auto out = object(row, state);
        out.message = of;
        out.position = position;
        return out;
    };
    auto text = part(1, 1, 0, object_state::complete);
    text.from_peer = mu;
    auto of_zw = part(4, 2, 0, object_state::complete);
    of_zw.from_peer = zw;
    commit(to, {operation::put_message{message(1)}, operation::put_object{text},
                operation::put_object{part(2, 1, 1, object_state::partial)},
                operation::put_object{part(3, 1, 2, object_state::expected)},
                operation::put_message{message(2, 1)}, operation::put_object{of_zw},
                operation::put_object{part(5, 2, 1, object_state::partial)}});
    const auto rows = ask<answer::partials>(to, query::load_partials{mu}).rows;
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_TEST(rows[0].row == 2U);
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

BOOST_AUTO_TEST_SUITE_END()
