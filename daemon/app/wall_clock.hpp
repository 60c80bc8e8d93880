// What the machine's clock says, right or wrong.
// Way of the message: none; gateway_clock makes the gateway's own time of it.
// Not pure: the clock. Any thread.
// Spec: docs/overview.md#time. Tests: system/dark_site_test.cpp.
// Limits: none.
#pragma once

#include "protocol/ids.hpp"

#include <chrono>

namespace dhow::app {

inline protocol::utc_time wall_now() {
    return std::chrono::time_point_cast<protocol::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace dhow::app
