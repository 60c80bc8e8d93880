// States that several stations look for: what of a message is not at its end.
// Way of the message: while it waits, and under way.
// Pure. Any thread.
// Spec: docs/overview.md. Tests: unit/route/courier_export_test.cpp, unit/route/why_rules_test.cpp.
// Limits: none.
#pragma once

#include "daemon/store/rows.hpp"

namespace dhow::route {

/// A shipment that may still be offered, or put into a bundle.
inline constexpr store::shipment_set open_shipment =
    in_state(store::shipment_state::ready) | in_state(store::shipment_state::waiting) |
    in_state(store::shipment_state::deferred) | in_state(store::shipment_state::held);
/// A delivery whose outcome is not known.
inline constexpr store::state_set in_progress =
    in_state(store::delivery_state::accepted) | in_state(store::delivery_state::queued) |
    in_state(store::delivery_state::sending) | in_state(store::delivery_state::in_doubt) |
    in_state(store::delivery_state::deferred) | in_state(store::delivery_state::held);

}  // namespace dhow::route
