// Importers and exporters that were put back to a backup.
// Way of the message: tests of daemon/route/peers_letter, courier_receipts.
// Not pure: files of a temporary folder.
// Spec: docs/courier.md#restore.
// Limits: none.
#include "tests/unit/route/courier_bench.hpp"

namespace dhow::tests {

BOOST_FIXTURE_TEST_SUITE(courier_restore_test, courier_bench)

BOOST_AUTO_TEST_CASE(a_restored_importer_reads_its_sticks_once_more) {
    send(zw, "KE");
    const auto stick = export_to(zw, "KE");
    import_all(ke, stick);
    core_harness restored{"KE"};  // A backup from before the stick.
    BOOST_TEST(import_all(restored, stick).taken == 1U);
    BOOST_TEST(inbox_of(restored) == 1U);
}

// What it had receipted is queued once more at the exporter, when a newer epoch is heard of.
BOOST_AUTO_TEST_CASE(what_a_restored_importer_had_receipted_is_sent_again) {
    const auto id = send(zw, "KE");
    // KE is reached directly, so that its custody receipt closes the shipment.
    zw.settings().links.push_back(
        {"to-ke", bureau("KE"), config::link_mode::dial, {"tls://127.0.0.1:7444"}, false});
    zw.settings().routes.insert(zw.settings().routes.begin(), config::route{"KE", {"to-ke"}, 9});
    zw.reload();
    const auto direct = send(zw, "KE");
    import_all(ke, export_to(zw, "KE"));
    ke.apply({operation::hold_shipments{.peer = {}, .message = 0, .hold = true, .at = ke.now}});
    import_all(zw, export_to(ke, "ZW"));
    BOOST_REQUIRE((zw.stored(direct).shipments.front().state == store::shipment_state::done));
    core_harness restored{"KE"};
    restored.epoch = 2;
    restored.restart();
    import_all(zw, export_to(restored, "ZW"));
    BOOST_TEST((zw.stored(direct).shipments.front().state == store::shipment_state::ready));
    BOOST_TEST(alarms(zw, "peer-restored") == 1U);
    BOOST_TEST((delivery(zw, id).state != store::delivery_state::undeliverable));
}

BOOST_AUTO_TEST_CASE(an_old_stick_is_no_restored_peer) {
    const auto old = export_to(ke, "ZW");
    ke.epoch = 2;
    ke.restart();
    import_all(zw, export_to(ke, "ZW"));
    import_all(zw, old);
    BOOST_TEST(alarms(zw, "peer-restored") == 0U);
}

// What it holds by a letter of a store that is gone, it does not hold.
BOOST_AUTO_TEST_CASE(receipts_of_an_older_store_move_no_custody) {
    const auto id = send(zw, "KE");
    import_all(ke, export_to(zw, "KE"));
    ke.apply({operation::hold_shipments{.peer = {}, .message = 0, .hold = true, .at = ke.now}});
    const auto old = export_to(ke, "ZW");
    core_harness restored{"KE"};
    restored.epoch = 2;
    restored.restart();
    import_all(zw, export_to(restored, "ZW"));
    import_all(zw, old);
    BOOST_TEST((delivery(zw, id).state == store::delivery_state::queued));
}

BOOST_AUTO_TEST_CASE(a_restored_exporter_may_send_it_all_again) {
    send(zw, "KE");
    import_all(ke, export_to(zw, "KE"));
    // Its bundles are forgotten with its store; the mail in the backup goes along once more.
    zw.apply({operation::drop_bundle{bundles(zw).front().row, 100}});
    zw.epoch = 2;
    zw.restart();
    const auto sum = import_all(ke, export_to(zw, "KE"));
    BOOST_TEST(sum.known == 1U);
    BOOST_TEST(inbox_of(ke) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
