// Counters, queue and store measures as Prometheus text.
// Way of the message: beside it.
// Pure function.
// Spec: docs/operations.md#metrics. Tests: unit/route/queries_test.cpp.
// Limits: labels are class, peer and link, so the number of series is bounded by the directory and
// the configuration.
#pragma once

#include "daemon/route/peers.hpp"

namespace dhow::route {

std::string metrics_text(const core& shared, const peers& links, std::size_t loaded_shipments,
                         std::size_t receipts_waiting, const answer::measures& measured,
                         const answer::queue_summary& queue);

}  // namespace dhow::route
