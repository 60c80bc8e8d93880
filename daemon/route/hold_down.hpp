// How long a peer stays with a dearer link before a cheaper one is tried again.
// Way of the message: peers tells of sessions -> [hold_down] -> bearer_choice.
// Pure value.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/hold_down_test.cpp.
// Limits: hold_down_max.
#pragma once

#include "protocol/ids.hpp"

#include <optional>

namespace dhow::route {

/// A cheap line that flaps must not move the session to and fro: a return that did not last as
/// long as the stay before it doubles the next stay.
class hold_down {
public:
    /// The session has come to a dearer link, which asks for at least this stay. A further session
    /// there does not make it longer.
    void on_dearer(protocol::utc_time now, protocol::milliseconds stay);
    /// The session has come to one of the cheapest links.
    void on_cheapest(protocol::utc_time now);
    /// That session has ended, and no other replaced it.
    void on_cheapest_ended(protocol::utc_time now);
    /// An operator knows better: the way back is open.
    void reset() { *this = {}; }
    /// The cheaper link is not tried before.
    [[nodiscard]] protocol::utc_time stay_until() const { return x_until; }

private:
    protocol::utc_time x_until{};
    protocol::milliseconds x_stay{0};
    std::optional<protocol::utc_time> x_returned_at;  ///< After a stay.
    bool x_is_away = false;
    int x_factor = 1;
};

}  // namespace dhow::route
