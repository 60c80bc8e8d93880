// Reads a whole stored object into memory, segment by segment.
// Way of the message: inbound verifies, opening opens, evidence exports what this gives.
// Pure. Net thread.
// Spec: docs/store.md#segments. Tests: unit/route/queries_test.cpp.
// Limits: for texts only (sealed_text_bytes_max); attachments are read piece by piece.
#pragma once

#include "daemon/route/core.hpp"

namespace dhow::route {

/// `then` gets exactly `total` bytes, or nothing when a segment is missing or has another length.
void read_object(core& shared, store::row_id object, std::uint64_t total,
                 std::function<void(std::optional<bytes>)> then);

}  // namespace dhow::route
