// Measures the disk.
// Way of the message: see disk_watch.hpp.
// Not pure: files.
// Spec: docs/operations.md#disk. Tests: system/disk_full_test.cpp.
// Limits: see disk_watch.hpp.
#include "daemon/app/disk_watch.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace dhow::app {

namespace {
/// Released when the disk is all but full, so that deletes and receipts, which need some, can
/// commit.
constexpr off_t ballast_bytes = 64 * 1024 * 1024;

std::uint32_t percent(double share) { return static_cast<std::uint32_t>(share * 100.0 + 0.5); }

std::string_view name_of(store::disk_level level) {
    switch (level) {
        case store::disk_level::open:
            return "everything is taken";
        case store::disk_level::no_bulk:
            return "no bulk is taken";
        case store::disk_level::flash_only:
            return "only flash and receipts are taken";
        case store::disk_level::closed:
            return "nothing but receipts is taken";
    }
    return "";
}
}  // namespace

disk_watch::disk_watch(std::filesystem::path folder, const config::disk& settings, log& to)
    : x_folder(std::move(folder)),
      x_guard({.no_bulk_percent = percent(settings.soft_free),
               .flash_only_percent = percent(settings.hard_free),
               .closed_percent = percent(settings.floor_free)}),
      x_log(to) {
    x_guard.on_ballast(std::filesystem::exists(x_folder / "ballast"));
}

void disk_watch::look(const std::function<void(route::disk_state)>& tell) {
    struct statvfs found{};
    if (statvfs(x_folder.c_str(), &found) != 0) {
        return;
    }
    x_guard.on_measured({.free_bytes = found.f_bavail * found.f_frsize,
                         .total_bytes = found.f_blocks * found.f_frsize,
                         .free_inodes = found.f_favail,
                         .total_inodes = found.f_files});
    keep_ballast();
    if (x_told == x_guard.level()) {
        return;
    }
    const bool worse =
        x_told ? x_guard.level() > *x_told : x_guard.level() != store::disk_level::open;
    const std::string what(name_of(x_guard.level()));
    if (x_guard.level() == store::disk_level::open) {
        x_log.write(route::log_level::info, "disk", what);
    } else {
        x_log.write(worse ? route::log_level::alarm : route::log_level::warning, "disk",
                    what + "; free some space in " + x_folder.string());
    }
    x_told = x_guard.level();
    route::disk_state state;
    state.flash = x_guard.accepts(protocol::message_class::flash);
    state.urgent = x_guard.accepts(protocol::message_class::urgent);
    state.routine = x_guard.accepts(protocol::message_class::routine);
    state.bulk = x_guard.accepts(protocol::message_class::bulk);
    tell(state);
}

void disk_watch::keep_ballast() {
    const auto path = x_folder / "ballast";
    switch (x_guard.wanted_ballast()) {
        case store::ballast_action::none:
            return;
        case store::ballast_action::release:
            x_guard.on_ballast(unlink(path.c_str()) != 0);
            return;
        case store::ballast_action::restore: {
            const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
            if (file < 0) {
                return;
            }
            const bool made = posix_fallocate(file, 0, ballast_bytes) == 0;
            close(file);
            if (!made) {
                unlink(path.c_str());
            }
            x_guard.on_ballast(made);
            return;
        }
    }
}

}  // namespace dhow::app
