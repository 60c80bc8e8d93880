// Decides what may still be accepted while the disk fills up, and keeps the ledger of promised
// space.
// Way of the message: intake and links ask [disk_guard] before the first segment.
// Pure: it is told what was measured. Net thread.
// Spec: docs/store.md#disk, DESIGN section 6. Tests: system.
// Limits: thresholds below; the ledger holds one entry per object under way.
#pragma once

#include "daemon/store/rows.hpp"

#include <map>

namespace dhow::store {

enum class disk_level : std::uint8_t {
    open,        ///< Everything is accepted.
    no_bulk,     ///< Free space (less what is promised) below 20 %: no bulk.
    flash_only,  ///< Below 10 %: flash and receipts only. Sessions stay up, credit for others is 0.
    closed,      ///< Below 3 %: receipts only; the ballast is released so that erasing can commit.
};

struct disk_thresholds {
    std::uint32_t no_bulk_percent = 20;
    std::uint32_t flash_only_percent = 10;
    std::uint32_t closed_percent = 3;
    /// A level is left only this many points above the one where it began, so that it does not
    /// flutter.
    std::uint32_t hysteresis_percent = 2;
};

/// What the owner of the ballast file (64 MiB beside the store) is to do.
enum class ballast_action : std::uint8_t { none, release, restore };

class disk_guard {
public:
    explicit disk_guard(disk_thresholds thresholds = {}) : x_thresholds(thresholds) {}

    /// Bytes and inodes as the file system tells them; inodes_total 0: it does not count them.
    struct measured {
        std::uint64_t free_bytes = 0;
        std::uint64_t total_bytes = 0;
        std::uint64_t free_inodes = 0;
        std::uint64_t total_inodes = 0;
    };
    void on_measured(const measured& what);
    /// The ballast was released (false) or written anew (true).
    void on_ballast(bool is_there) { x_has_ballast = is_there; }

    [[nodiscard]] disk_level level() const { return x_level; }
    /// Whether new work of this class may begin. Receipts may always: they end work.
    [[nodiscard]] bool accepts(message_class cls, bool is_receipt = false) const;
    /// Promises space for an object. False, and nothing is promised, when its class is not
    /// accepted or
    /// the space is not there: flash may use all that is free, others leave the flash reserve (10
    /// %).
    bool reserve(row_id object, std::uint64_t bytes, message_class cls, bool is_receipt = false);
    /// Some of it is on disk now, and so counted by the next measurement.
    void on_written(row_id object, std::uint64_t bytes);
    /// Complete, refused or dropped: the rest of the promise is void.
    void release(row_id object);

    [[nodiscard]] std::uint64_t reserved_bytes() const { return x_reserved_bytes; }
    [[nodiscard]] ballast_action wanted_ballast() const;

private:
    void judge();
    [[nodiscard]] std::uint64_t spare_bytes() const;
    [[nodiscard]] disk_level level_at(double percent) const;

    disk_thresholds x_thresholds;
    measured x_last;
    bool x_is_measured = false;
    bool x_has_ballast = true;
    disk_level x_level = disk_level::open;
    std::map<row_id, std::uint64_t> x_reservations;  ///< Bytes still to be written.
    std::uint64_t x_reserved_bytes = 0;
};

}  // namespace dhow::store
