// Decides what may still be accepted while the disk fills up, and keeps the ledger of promised
// space.
// Way of the message: intake and links ask [disk_guard] before the first segment.
// Pure.
// Spec: docs/store.md#disk. Tests: system.
// Limits: see the header.
#include "daemon/store/disk_guard.hpp"

#include <algorithm>

namespace dhow::store {

void disk_guard::on_measured(const measured& what) {
    x_last = what;
    x_is_measured = what.total_bytes > 0;
    judge();
}

std::uint64_t disk_guard::spare_bytes() const {
    return x_last.free_bytes - std::min(x_last.free_bytes, x_reserved_bytes);
}

disk_level disk_guard::level_at(double percent) const {
    return percent < x_thresholds.closed_percent       ? disk_level::closed
           : percent < x_thresholds.flash_only_percent ? disk_level::flash_only
           : percent < x_thresholds.no_bulk_percent    ? disk_level::no_bulk
                                                       : disk_level::open;
}

// Down at once, up only when the level would hold with the hysteresis taken away.
void disk_guard::judge() {
    if (!x_is_measured) {
        return;
    }
    double percent =
        100.0 * static_cast<double>(spare_bytes()) / static_cast<double>(x_last.total_bytes);
    if (x_last.total_inodes > 0) {
        percent = std::min(percent, 100.0 * static_cast<double>(x_last.free_inodes) /
                                        static_cast<double>(x_last.total_inodes));
    }
    const disk_level mildest = level_at(percent);
    const disk_level severest = level_at(percent - x_thresholds.hysteresis_percent);
    x_level = std::clamp(x_level, mildest, severest);
}

bool disk_guard::accepts(message_class cls, bool is_receipt) const {
    if (is_receipt) {
        return true;
    }
    switch (x_level) {
        case disk_level::open:
            return true;
        case disk_level::no_bulk:
            return cls != message_class::bulk;
        case disk_level::flash_only:
            return cls == message_class::flash;
        case disk_level::closed:
            return false;
    }
    return false;
}

bool disk_guard::reserve(row_id object, std::uint64_t bytes, message_class cls, bool is_receipt) {
    if (!accepts(cls, is_receipt)) {
        return false;
    }
    const bool is_privileged = is_receipt || cls == message_class::flash;
    const std::uint64_t kept =
        is_privileged ? 0 : x_last.total_bytes / 100 * x_thresholds.flash_only_percent;
    if (x_is_measured && (bytes > spare_bytes() || spare_bytes() - bytes < kept)) {
        return false;
    }
    release(object);
    x_reservations[object] = bytes;
    x_reserved_bytes += bytes;
    judge();
    return true;
}

void disk_guard::on_written(row_id object, std::uint64_t bytes) {
    const auto found = x_reservations.find(object);
    if (found != x_reservations.end()) {
        const std::uint64_t written = std::min(bytes, found->second);
        found->second -= written;
        x_reserved_bytes -= written;
    }
}

void disk_guard::release(row_id object) {
    const auto found = x_reservations.find(object);
    if (found != x_reservations.end()) {
        x_reserved_bytes -= found->second;
        x_reservations.erase(found);
        judge();
    }
}

ballast_action disk_guard::wanted_ballast() const {
    if (x_level == disk_level::closed && x_has_ballast) {
        return ballast_action::release;
    }
    return x_level == disk_level::open && !x_has_ballast ? ballast_action::restore
                                                         : ballast_action::none;
}

}  // namespace dhow::store
