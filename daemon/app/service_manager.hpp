// What the service manager is told: ready, reloading, stopping, alive.
// Way of the message: beside it.
// Not pure: sd_notify. Net thread.
// Spec: sd_notify(3). Tests: system.
// Limits: none.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace dhow::app::service_manager {

void ready(const std::string& status);
void reloading();
void stopping();
void alive();
void status(const std::string& text);
/// Half of what WatchdogSec= asks for; nothing when no watchdog is set.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace dhow::app::service_manager
