// How long a peer stays with a dearer link.
// Way of the message: see hold_down.hpp.
// Pure.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/hold_down_test.cpp.
// Limits: hold_down_max.
#include "daemon/route/hold_down.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::route {

namespace {
constexpr int factor_max = 1 << 10;
}

void hold_down::on_dearer(protocol::utc_time now, protocol::milliseconds stay) {
    if (x_is_away) {
        return;
    }
    x_is_away = true;
    const protocol::milliseconds most = protocol::limits::hold_down_max;
    x_stay = std::min(most, stay * x_factor);
    x_until = now + x_stay;
    x_returned_at.reset();
}

void hold_down::on_cheapest(protocol::utc_time now) {
    x_is_away = false;
    if (x_stay.count() > 0) {
        x_returned_at = now;
    }
}

void hold_down::on_cheapest_ended(protocol::utc_time now) {
    if (!x_returned_at) {
        return;
    }
    const bool has_lasted = now - *x_returned_at >= x_stay;
    x_factor = has_lasted ? 1 : std::min(2 * x_factor, factor_max);
    x_returned_at.reset();
}

}  // namespace dhow::route
