// What the service manager is told.
// Way of the message: see service_manager.hpp.
// Not pure: sd_notify.
// Spec: sd_notify(3). Tests: system.
// Limits: none.
#include "daemon/app/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace dhow::app::service_manager {

void ready(const std::string& status) { sd_notifyf(0, "READY=1\nSTATUS=%s", status.c_str()); }

void reloading() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", microseconds);
}

void stopping() { sd_notify(0, "STOPPING=1"); }

void alive() { sd_notify(0, "WATCHDOG=1"); }

void status(const std::string& text) { sd_notifyf(0, "STATUS=%s", text.c_str()); }

std::optional<std::chrono::microseconds> watchdog_interval() {
    std::uint64_t interval = 0;
    if (sd_watchdog_enabled(0, &interval) <= 0) {
        return std::nullopt;
    }
    return std::chrono::microseconds{interval / 2};
}

}  // namespace dhow::app::service_manager
