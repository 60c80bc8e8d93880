// Measures the disk, keeps the ballast file, and tells the core which classes it may take.
// Way of the message: before intake and inbound take anything.
// Not pure: files, timer. Net thread.
// Spec: docs/operations.md#disk. Tests: system/disk_full_test.cpp.
// Limits: thresholds of the configuration; ballast_bytes.
#pragma once

#include "daemon/app/log.hpp"
#include "daemon/route/core.hpp"
#include "daemon/store/disk_guard.hpp"

#include <filesystem>
#include <functional>

namespace dhow::app {

class disk_watch {
public:
    disk_watch(std::filesystem::path folder, const config::disk& settings, log& to);
    /// Call every few seconds. `tell` is called when the level changed, and at the first time.
    void look(const std::function<void(route::disk_state)>& tell);

private:
    void keep_ballast();

    std::filesystem::path x_folder;
    store::disk_guard x_guard;
    log& x_log;
    std::optional<store::disk_level> x_told;
};

}  // namespace dhow::app
