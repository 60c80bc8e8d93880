// Custody receipts: what they move, what they close, and what happens without them.
// Way of the message: tests of daemon/route/courier_receipts.
// Not pure: files of a temporary folder.
// Spec: docs/courier.md#receipts.
// Limits: none.
#include "tests/unit/route/courier_bench.hpp"

namespace dhow::tests {

BOOST_FIXTURE_TEST_SUITE(courier_receipts_test, courier_bench)

BOOST_AUTO_TEST_CASE(receipts_travel_back_the_same_way) {
    const auto id = send(zw, "KE");
    import_all(ke, export_to(zw, "KE"));
    import_all(zw, export_to(ke, "ZW"));
    BOOST_TEST((delivery(zw, id).state == store::delivery_state::complete));
    zw.advance(2min);
    zw.advance(2min);
    for (const auto& row : bundles(zw)) {
        if (!row.is_import) {
            BOOST_TEST((row.state == store::bundle_state::settled));
            BOOST_TEST(row.open == 0U);
        }
    }
}

// A custody receipt alone moves custody, and marks nothing delivered.
BOOST_AUTO_TEST_CASE(a_custody_receipt_makes_it_relayed_and_no_more) {
    const auto id = send(zw, "KE");
    const auto stick = export_to(zw, "KE");
    import_all(ke, stick);
    // KE's receipts of the delivery do not go along.
    ke.apply({operation::hold_shipments{.peer = {}, .message = 0, .hold = true, .at = ke.now}});
    import_all(zw, export_to(ke, "ZW"));
    const auto row = delivery(zw, id);
    BOOST_TEST((row.state == store::delivery_state::relayed));
    BOOST_TEST((row.due_at == zw.now + 1h));  // It is sent again when no end receipt comes.
}

BOOST_AUTO_TEST_CASE(exporting_alone_marks_nothing) {
    const auto id = send(zw, "KE");
    for (int i = 0; i < 3; ++i) {
        export_to(zw, "KE");
    }
    BOOST_TEST((delivery(zw, id).state == store::delivery_state::queued));
    BOOST_TEST(zw.stored(id).shipments.size() == 1U);
}

BOOST_AUTO_TEST_CASE(no_new_attempt_is_made_while_it_waits_for_its_link) {
    const auto id = send(zw, "KE");
    export_to(zw, "KE");
    for (int i = 0; i < 5; ++i) {
        zw.advance(4h);
    }
    BOOST_TEST(delivery(zw, id).attempt == 0U);
}

BOOST_AUTO_TEST_CASE(a_receipt_for_some_recipients_leaves_the_others) {
    auto what = core_harness::a_message({"KE", "MU"});
    const auto id = zw.expect<response::accepted>(core_harness::agency("border"), what).id;
    import_all(ke, export_to(zw, "KE"));
    import_all(zw, export_to(ke, "ZW"));
    BOOST_TEST((delivery(zw, id, "KE").state == store::delivery_state::complete));
    BOOST_TEST((delivery(zw, id, "MU").state == store::delivery_state::queued));
    BOOST_TEST((zw.stored(id).shipments.front().state == store::shipment_state::ready));
}

// Only those that went along: what came after the letter was sealed is told with the next.
BOOST_AUTO_TEST_CASE(receipts_are_closed_when_their_letter_was_read) {
    send(zw, "KE");
    import_all(ke, export_to(zw, "KE"));
    const auto records = [&] {
        return ke
            .query_store<answer::bundle_records>(
                query::load_bundle_records{bundles(ke).front().row, 0, 100})
            .rows.size();
    };
    BOOST_TEST(records() == 1U);
    const auto back = export_to(ke, "ZW");
    BOOST_TEST(records() == 1U);
    import_all(zw, back);
    import_all(ke, export_to(zw, "KE"));  // Its letter says that the other was read.
    BOOST_TEST(records() == 0U);
}

// A bundle of nothing but receipts waits for nothing.
BOOST_AUTO_TEST_CASE(receipts_are_never_receipted_for_ever) {
    send(zw, "KE");
    import_all(ke, export_to(zw, "KE"));
    for (int i = 0; i < 4; ++i) {
        import_all(zw, export_to(ke, "ZW"));
        import_all(ke, export_to(zw, "KE"));
    }
    zw.advance(7h);
    ke.advance(7h);
    zw.advance(7h);
    ke.advance(7h);
    for (auto* at : {&zw, &ke}) {
        for (const auto& row : bundles(*at)) {
            BOOST_TEST(row.open == 0U);
            BOOST_TEST((row.is_import || row.state == store::bundle_state::settled));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_unreceipted_bundle_raises_an_alarm_each_day_until_it_is_closed) {
    auto what = core_harness::a_message({"KE"});
    what.never_expires = true;
    zw.expect<response::accepted>(core_harness::agency("border"), what);
    const auto stick = export_to(zw, "KE");
    zw.advance(limits::courier_alarm_after - 24h);
    zw.advance(7h);
    BOOST_TEST(alarms(zw, "courier-unreceipted") == 0U);
    zw.advance(18h);
    BOOST_TEST(alarms(zw, "courier-unreceipted") == 1U);
    zw.advance(2h);
    BOOST_TEST(alarms(zw, "courier-unreceipted") == 1U);
    zw.advance(24h);
    BOOST_TEST(alarms(zw, "courier-unreceipted") == 2U);
    zw.expect<response::done>(core_harness::an_operator(), request::courier_close{stick.bundle});
    zw.advance(72h);
    zw.advance(24h);
    BOOST_TEST(alarms(zw, "courier-unreceipted") == 2U);
    zw.expect_problem(core_harness::an_operator(), request::courier_close{stick.bundle});
}

BOOST_AUTO_TEST_CASE(receipts_for_bundles_that_nobody_knows_change_nothing) {
    const auto id = send(zw, "KE");
    const auto stick = export_to(zw, "KE");
    import_all(ke, stick);
    const auto row = bundles(zw).front().row;
    zw.apply({operation::drop_bundle{row, 100}});
    const auto back = export_to(ke, "ZW");
    ke.apply({operation::hold_shipments{.peer = {}, .message = 0, .hold = true, .at = ke.now}});
    import_all(zw, back);
    BOOST_TEST((delivery(zw, id).state == store::delivery_state::complete));  // Its end receipt.
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
