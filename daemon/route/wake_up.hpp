// The network changed: when that counts, and for which links it cuts the back-off short.
// Way of the message: carrier_watch -> [wake_up] -> peers, who dials.
// Pure. Net thread.
// Spec: docs/decisions/0008-who-dials-when.md.
// Tests: unit/route/wake_up_test.cpp, unit/route/peers_wake_test.cpp.
// Limits: network_settle_time and _max, wake_pause_first and _max.
#pragma once

#include "daemon/route/retry.hpp"

#include <optional>

namespace dhow::route {

using protocol::utc_time;

/// Carrier, address and route come one after the other; this is one change.
class network_changes {
public:
    void on_change(utc_time now);
    [[nodiscard]] std::optional<utc_time> next_deadline() const;
    /// Whether a change is complete by now; says so once.
    bool take(utc_time now);

private:
    std::optional<utc_time> x_first, x_last;
};

/// Of one link. A carrier that flaps must not keep the back-off from growing: after a dial that was
/// brought forward in vain, further changes do not count for a while, each time for longer.
class wake_gate {
public:
    [[nodiscard]] bool is_open(utc_time now) const { return !x_is_trying && x_opens_at <= now; }
    /// Its next dial is brought forward.
    void on_wake() { x_is_trying = true; }
    /// What its last dial brought, whether or not it was brought forward.
    void on_result(link_result brought, utc_time now);
    void reset() { *this = {}; }

private:
    bool x_is_trying = false;
    milliseconds x_pause{0};
    utc_time x_opens_at{};
};

}  // namespace dhow::route
