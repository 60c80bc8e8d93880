// What one text becomes here, gathered before its commit.
// Way of the message: see inbound.hpp.
// Pure values. Net thread.
// Spec: docs/overview.md#receiving. Tests: unit/route/inbound_test.cpp.
// Limits: recipients_max.
#pragma once

#include "daemon/route/inbound.hpp"

namespace dhow::route {

struct inbound::plan {
    store::transaction transaction;
    store::message_row message;
    store::object_row text;
    std::vector<store::delivery_row> deliveries;
    std::vector<store::shipment_row> text_shipments;
    protocol::preamble preamble;
    bytes body;
    bool for_us = false;
    /// Of `transaction`: from here on it expects that the message is not called back.
    std::size_t expectations_begin = 0;
    recall_ptr recall;                            ///< Of what this message calls back.
    std::vector<store::outcome_row> recall_ends;  ///< Of that, what is owed to the origin.
};

/// How long custody of a message is remembered.
inline utc_time custody_end(const core& shared, const std::optional<utc_time>& expires_at) {
    return expires_at.value_or(shared.now + limits::receipt_lifetime) + limits::custody_memory;
}

}  // namespace dhow::route
