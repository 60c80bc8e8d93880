// What agencies and operators ask: status, why, events, evidence, inbox, queue, links, health, metrics.
// Way of the message: beside it; reads, and the few operator verbs that change (hold, cancel, acknowledge).
// Pure. Net thread.
// Spec: docs/agency-api.md, docs/operations.md (closed list of causes). Tests: unit/route/queries_test.cpp.
// Limits: page_rows_max. An agency sees only its own.
#pragma once

#include "daemon/route/outbound.hpp"
#include "daemon/route/peers.hpp"
#include "daemon/route/receipts.hpp"
#include "daemon/route/submission.hpp"
