// The network changed.
// Way of the message: see wake_up.hpp.
// Pure.
// Spec: docs/decisions/0008-who-dials-when.md. Tests: unit/route/wake_up_test.cpp.
// Limits: see wake_up.hpp.
#include "daemon/route/wake_up.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::route {

namespace limits = protocol::limits;

void network_changes::on_change(utc_time now) {
    x_first = x_first.value_or(now);
    x_last = now;
}

std::optional<utc_time> network_changes::next_deadline() const {
    if (!x_first) {
        return std::nullopt;
    }
    return std::min(x_last.value_or(*x_first) + limits::network_settle_time,
                    *x_first + limits::network_settle_time_max);
}

bool network_changes::take(utc_time now) {
    const auto complete_at = next_deadline();
    if (!complete_at || *complete_at > now) {
        return false;
    }
    *this = {};
    return true;
}

void wake_gate::on_result(link_result brought, utc_time now) {
    if (brought == link_result::stood || brought == link_result::progress) {
        reset();
    } else if (x_is_trying) {
        x_is_trying = false;
        x_pause = std::clamp(4 * x_pause, limits::wake_pause_first, limits::wake_pause_max);
        x_opens_at = now + x_pause;
    }
}

}  // namespace dhow::route
