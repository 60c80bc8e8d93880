// What the store keeps of courier bundles: one row for each, and one for each record in it.
// Way of the message: route/courier makes these when something goes along or comes; [store] keeps
// them.
// Pure values.
// Spec: docs/store.md#bundles. Tests: store_contract/bundles_test.cpp.
// Limits: courier_bundles_max, courier_records_max.
#pragma once

#include "daemon/store/rows.hpp"

namespace dhow::store {

enum class bundle_state : std::uint8_t {
    writing = 0,   ///< Exported; its volumes are being written.
    written = 1,   ///< Exported; all volumes were written, synced and read again.
    settled = 2,   ///< Exported; nothing in it waits for an answer.
    closed = 3,    ///< Exported; an operator waits for it no longer.
    broken = 4,    ///< Exported; the writing did not come to its end. Parts may be under way.
    imported = 5,  ///< Came from `peer`.
};
using bundle_set = std::uint32_t;
constexpr bundle_set in_state(bundle_state s) { return 1U << static_cast<unsigned>(s); }
/// These can be forgotten; of the others somebody waits for an answer.
inline constexpr bundle_set forgettable_bundles = in_state(bundle_state::settled) |
                                                  in_state(bundle_state::closed) |
                                                  in_state(bundle_state::imported);

/// Unique on (id, peer, is_import).
struct bundle_row {
    row_id row = 0;
    message_id id;   ///< Of its letter.
    bureau_id peer;  ///< Who imports it; of an imported one: who exported it.
    bool is_import = false;
    bundle_state state = bundle_state::writing;
    utc_time created_at{};           ///< By the exporter's clock.
    utc_time changed_at{};           ///< Last touched here.
    std::optional<utc_time> due_at;  ///< When the core wants to look at it.
    std::uint32_t volumes = 0;       ///< Written, or seen.
    std::uint64_t bytes = 0;         ///< Of the volumes.
    std::uint32_t records = 0;       ///< Kept by the store: put so far.
    std::uint32_t open = 0;          ///< Kept by the store: in state gone_along.
};

enum class record_state : std::uint8_t {
    gone_along = 0,    ///< Exported, no answer yet.
    acknowledged = 1,  ///< Exported; the importer has said that it holds it.
    ended = 2,         ///< Exported; what became of it is known otherwise, or nobody waits for it.
    taken = 3,         ///< Imported; it is on our disk.
    not_taken = 4,     ///< Imported and refused, with `code`.
};
using record_set = std::uint32_t;
constexpr record_set in_state(record_state s) { return 1U << static_cast<unsigned>(s); }

struct bundle_record_row {
    row_id bundle = 0;
    std::uint32_t record = 0;
    record_state state = record_state::gone_along;
    row_id message = 0;          ///< Exported text or attachment.
    row_id object = 0;           ///< Exported.
    row_id shipment = 0;         ///< Exported receipt.
    std::uint16_t position = 0;  ///< Of the object in its message.
    std::uint8_t attempt = 0;
    /// Exported: whom the record was for, as ` KE MU `. Imported: of whom it was not taken, with
    /// the code, as `KE=303 MU=301`.
    std::string recipients;
    std::uint16_t code = 0;  ///< errc; exported: what the importer said.
    row_id told_in = 0;      ///< Imported: our bundle with which its receipt went back last.
};

}  // namespace dhow::store
