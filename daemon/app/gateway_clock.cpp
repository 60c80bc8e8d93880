// The gateway's own time.
// Way of the message: see gateway_clock.hpp.
// Pure.
// Spec: docs/overview.md#time. Tests: system.
// Limits: see gateway_clock.hpp.
#include "daemon/app/gateway_clock.hpp"

#include <algorithm>

namespace dhow::app {

gateway_clock::gateway_clock(const readings& start)
    : x_base(start.wall), x_base_monotonic(start.monotonic) {
    const auto known = std::max(start.stored.value_or(utc_time::min()),
                                start.newest_signed.value_or(utc_time::min()));
    if (known == utc_time::min()) {
        return;
    }
    if (start.wall < known) {
        x_base = known;  // Time does not go back: the wall clock lost some.
        x_doubtful = known - start.wall > peer_difference_max;
    } else if (start.wall > known + ahead_max) {
        x_base = known;
        x_doubtful = true;
    }
}

utc_time gateway_clock::now(milliseconds monotonic) const {
    return x_base + std::max(monotonic - x_base_monotonic, milliseconds{0});
}

void gateway_clock::on_wall(utc_time wall, milliseconds monotonic) {
    const auto here = now(monotonic);
    const auto difference = wall > here ? wall - here : here - wall;
    if (difference <= peer_difference_max) {
        x_doubtful = false;
    } else if (wall > here && wall - here < ahead_max && !x_doubtful) {
        // The system's clock was set forward, as after a first synchronisation: follow it.
        x_base = wall;
        x_base_monotonic = monotonic;
    }
}

void gateway_clock::on_peer(utc_time peer, milliseconds monotonic) {
    const auto here = now(monotonic);
    if (!x_doubtful) {
        return;
    }
    if (peer > here) {
        x_base = peer;
        x_base_monotonic = monotonic;
    }
    x_doubtful = peer < here && here - peer > peer_difference_max;
}

}  // namespace dhow::app
