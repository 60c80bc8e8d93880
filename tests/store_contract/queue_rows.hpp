// Rows of the queue as its tests put them.
#pragma once

#include "tests/store_contract/stores.hpp"

namespace dhow::tests::queue_rows {

inline const bureau_id mu = *bureau_id::parse("MU");
inline const bureau_id zw = *bureau_id::parse("ZW");

inline utc_time at(int ms) { return utc_time{protocol::milliseconds{ms}}; }

inline shipment_row shipment(row_id row, row_id object, row_id message = 0,
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

inline object_row object(row_id row, object_state state, std::uint64_t bytes = 10) {
    object_row out;
    out.row = row;
    out.state = state;
    out.bytes = bytes;
    return out;
}

inline message_row message(row_id row, std::uint8_t attempt = 0) {
    message_row out;
    out.row = row;
    out.origin = zw;
    out.id.value[0] = 1;
    out.attempt = attempt;
    out.roles = static_cast<std::uint8_t>(message_role::origin);
    out.purge_at = at(1'000);
    return out;
}

inline delivery_row delivery(row_id of, delivery_state state = delivery_state::queued) {
    delivery_row out;
    out.message = of;
    out.recipient = mu;
    out.next_hop = mu;
    out.state = state;
    return out;
}

inline operation::advance_shipment advance(row_id row, shipment_set expected,
                                           shipment_state state) {
    operation::advance_shipment out;
    out.shipment = row;
    out.expected = expected;
    out.state = state;
    return out;
}

inline answer::ready ready_for_mu(dhow::store::store& from, row_id after = 0,
                                  std::size_t limit = 256) {
    return ask<answer::ready>(from, query::load_ready{mu, message_class::routine, after, limit});
}

}  // namespace dhow::tests::queue_rows
