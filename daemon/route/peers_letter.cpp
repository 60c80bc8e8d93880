// What the letter of a courier bundle tells of its exporter's store.
// Way of the message: courier_import -> [peers] -> store.
// Pure. Net thread.
// Spec: docs/courier.md#restore. Tests: unit/route/courier_restore_test.cpp.
// Limits: see peers.hpp.
#include "daemon/route/peers.hpp"

namespace dhow::route {

bool peers::on_letter(bureau_id peer, const protocol::instance_id& instance, std::uint64_t epoch) {
    auto& record = x_peers[peer];
    if (!record.has_a_store()) {
        record.row.peer = peer;
        record.row.instance = instance;
        record.row.epoch = epoch;
        remember(record);
        return true;
    }
    if (epoch <= record.row.epoch) {
        // A stick takes weeks: the peer may have been restored since it was written.
        return epoch == record.row.epoch && instance == record.row.instance;
    }
    x_core.out.log(log_level::alarm, "peer-restored",
                   "peer " + std::string(peer.text()) +
                       " has another store than before, says its courier; what it was given is"
                       " sent again");
    x_core.count.alarms += 1;
    auto row = record.row;
    row.instance = instance;
    row.epoch = epoch;
    row.boot = 0;  // Counted by the store that it has now; the next HELLO tells it.
    x_core.out.commit(revival_of(row), [this, row](const store::transaction_result& result) {
        if (result.status == store::transaction_status::committed) {
            auto& known = x_peers[row.peer].row;
            known.instance = row.instance;
            known.epoch = row.epoch;
            known.boot = row.boot;
            x_restored(row.peer);
        }
    });
    return true;
}

}  // namespace dhow::route
