// Each change of operations.hpp as SQL on the tables, inside a transaction that the store has
// begun.
// Way of the message: sqlite_store::apply -> [sqlite_changes] -> tables.
// Not pure: the database. Store thread; exceptions (sqlite_error) end at sqlite_store.
// Spec: docs/store.md. Tests: store_contract.
// Limits: erase_at_once_segments.
#pragma once

#include "daemon/store/operations.hpp"
#include "daemon/store/sqlite_db.hpp"

#include <algorithm>

namespace dhow::store {

enum class change_result : std::uint8_t { done, unchanged, conflict };

/// Objects up to this many segments (1 MiB) are erased with their row; of larger ones the segments
/// go step
/// by step in maintain(), since erasing 500 MiB would hold up a flash message for seconds.
inline constexpr std::uint32_t erase_at_once_segments = 16;

/// Place of a segment in its table: 2^20 segments of 64 KiB are 64 GiB an object, 2^43 objects.
constexpr std::int64_t segment_place(row_id object, std::uint32_t index) {
    return object << 20 | index;
}
/// First 8 bytes of the SHA-256, to find what changed on disk.
std::int64_t segment_checksum(protocol::byte_view data);

/// Counters that rise with every put and are written once a batch.
struct row_numbers {
    row_id last_row = 0;
    std::int64_t last_event = 0;
    bool operator==(const row_numbers&) const = default;
};

/// Visitor over `change`.
class change_writer {
public:
    explicit change_writer(connection& db) : x_db(db) {}
    row_numbers numbers;  ///< Saved and restored by the store around each transaction.

    change_result operator()(const operation::put_message& what);
    change_result operator()(const operation::put_object& what);
    change_result operator()(const operation::put_segment& what);
    change_result operator()(const operation::advance_object& what);
    change_result operator()(const operation::drop_object& what);
    change_result operator()(const operation::drop_message& what);

    change_result operator()(const operation::put_delivery& what);
    change_result operator()(const operation::advance_delivery& what);
    change_result operator()(const operation::settle_delivery& what);
    change_result operator()(const operation::put_shipment& what);
    change_result operator()(const operation::advance_shipment& what);
    change_result operator()(const operation::revive_shipments& what);
    change_result operator()(const operation::doubt_shipments& what);
    change_result operator()(const operation::ready_shipments& what);
    change_result operator()(const operation::fail_attachments& what);
    change_result operator()(const operation::hold_shipments& what);
    change_result operator()(const operation::bring_back& what);

    change_result operator()(const operation::put_custody& what);
    change_result operator()(const operation::settle_custody& what);
    change_result operator()(const operation::put_tombstone& what);
    change_result operator()(const operation::expect_not_called_back& what);
    change_result operator()(const operation::release_objects& what);
    change_result operator()(const operation::put_inbox& what);
    change_result operator()(const operation::complete_inbox& what);
    change_result operator()(const operation::put_assignment& what);
    change_result operator()(const operation::advance_assignment& what);
    change_result operator()(const operation::put_outcome& what);
    change_result operator()(const operation::drop_outcome& what);
    change_result operator()(const operation::put_receipt& what);
    change_result operator()(const operation::put_idempotency& what);
    change_result operator()(const operation::put_event& what);
    change_result operator()(const operation::put_peer& what);
    change_result operator()(const operation::put_meta& what);
    change_result operator()(const operation::forget_old& what);

    change_result operator()(const operation::put_bundle& what);
    change_result operator()(const operation::advance_bundle& what);
    change_result operator()(const operation::put_bundle_record& what);
    change_result operator()(const operation::note_bundle_record& what);
    change_result operator()(const operation::advance_bundle_record& what);
    change_result operator()(const operation::drop_bundle_records& what);
    change_result operator()(const operation::tell_bundle_records& what);
    change_result operator()(const operation::close_told_records& what);
    change_result operator()(const operation::drop_bundle& what);

    change_result operator()(const operation::put_case& what);
    change_result operator()(const operation::expect_case& what);
    change_result operator()(const operation::put_case_message& what);
    change_result operator()(const operation::delete_content& what);
    change_result operator()(const operation::put_deletion& what);
    change_result operator()(const operation::put_clock& what);
    change_result operator()(const operation::advance_clock& what);
    change_result operator()(const operation::end_clock_task& what);
    change_result operator()(const operation::deliver_clocks& what);
    change_result operator()(const operation::settle_clocks& what);
    change_result operator()(const operation::end_clocks& what);
    change_result operator()(const operation::drop_clock& what);

    /// Erases up to `limit` segments of dropped objects. True when more are left.
    bool sweep(std::uint32_t limit);

private:
    template <class Row>
    change_result insert(const Row& row);
    void saw_row(row_id row) { numbers.last_row = std::max(numbers.last_row, row); }
    /// A constraint refused it: conflict.
    static change_result inserted(bool done) {
        return done ? change_result::done : change_result::conflict;
    }
    [[nodiscard]] change_result changed_or(change_result otherwise) const {
        return x_db.changed_rows() > 0 ? change_result::done : otherwise;
    }
    bool has_bundle(row_id bundle);
    /// Appends to a short segment that has `held_bytes`.
    change_result grow_segment(std::int64_t place, std::uint64_t held_bytes,
                               protocol::byte_view more);
    /// With its objects, deliveries and shipments.
    void erase_message(row_id message);
    void erase_segments(row_id object, std::uint64_t durable_bytes);
    /// Of an object that was dropped and is put again under its number: what sweep() has not
    /// reached yet.
    void finish_erasing(row_id object);
    change_result attempt_failed(row_id message, std::uint8_t attempt, bool is_last,
                                 const operation::settle_delivery& what);
    void link_receipt(const bureau_id& origin, const message_id& id, row_id receipt);
    change_result hold(const operation::hold_shipments& what);
    change_result release(const operation::hold_shipments& what);

    connection& x_db;
};

}  // namespace dhow::store
