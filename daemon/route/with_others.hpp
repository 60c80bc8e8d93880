// Whether a recipient's copy may be with others: then it is neither cancelled nor expired here.
// Way of the message: [queries (cancel), deadlines (expiry)] -> outbound, store.
// Pure values. Net thread.
// Spec: docs/overview.md#cancelling, #expiry. Tests: unit/route/queries_test.cpp, sim.
// Limits: none.
#pragma once

#include "daemon/route/outbound.hpp"

namespace dhow::route {

/// Recipients whose copy a peer has taken, in whichever attempt.
inline std::set<bureau_id> relayed_of(const std::vector<store::event_row>& events) {
    std::set<bureau_id> out;
    for (const auto& event : events) {
        if (event.what == "relayed") {
            out.insert(event.recipient);
        }
    }
    return out;
}

/// By its state, by a text that has left in this attempt or an earlier one, or because a peer has
/// taken it (`relayed`, from events). Withhold the message before it is read.
inline bool may_be_with_others(const answer::full_message& message, const store::delivery_row& row,
                               const std::set<bureau_id>& relayed, const outbound& out) {
    using store::delivery_state;
    if (row.state == delivery_state::relayed || row.state == delivery_state::in_doubt ||
        row.state == delivery_state::delivered || relayed.contains(row.recipient)) {
        return true;
    }
    return std::ranges::any_of(message.shipments, [&](const auto& shipment) {
        return shipment.position == 0 && shipment.state < store::shipment_state::done &&
               (shipment.peer == row.next_hop || shipment.attempt < row.attempt) &&
               (shipment.in_doubt || out.may_have_left(shipment));
    });
}

}  // namespace dhow::route
