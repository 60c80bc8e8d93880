// The gateway's own time: never back, driven by the monotonic clock, started from the most credible
// source.
// Way of the message: `now` of the core; expiry and `created` depend on it.
// Pure: readings are passed in. Net thread.
// Spec: docs/overview.md#time. Tests: system.
// Limits: the tolerances below, with their reasons.
#pragma once

#include "protocol/ids.hpp"

#include <optional>

namespace dhow::app {

using protocol::milliseconds;
using protocol::utc_time;

class gateway_clock {
public:
    /// A wall clock this far ahead of all that was ever signed or stored is a broken one (a dead
    /// battery
    /// that wakes in 2038), not a gateway that was off: the directory's hard limit is 180 days, a
    /// bureau off for longer needs an operator anyway.
    static constexpr std::chrono::days ahead_max{400};
    /// Peers that differ by more than this raise a doubt (notes: five minutes).
    static constexpr std::chrono::minutes peer_difference_max{5};

    struct readings {
        utc_time wall;                          ///< Of the system at start.
        milliseconds monotonic{0};              ///< The same moment.
        std::optional<utc_time> stored;         ///< Last time that this gateway wrote down.
        std::optional<utc_time> newest_signed;  ///< Of the directory.
    };
    explicit gateway_clock(const readings& start);

    [[nodiscard]] utc_time now(milliseconds monotonic) const;
    /// Nothing expires while this holds.
    [[nodiscard]] bool is_doubtful() const { return x_doubtful; }
    /// The system's clock as read again: a jump against the monotonic one raises or ends the doubt.
    void on_wall(utc_time wall, milliseconds monotonic);
    /// An authenticated peer's clock. While in doubt a later time is taken over; agreement ends the
    /// doubt.
    void on_peer(utc_time peer, milliseconds monotonic);

private:
    utc_time x_base;
    milliseconds x_base_monotonic{0};
    bool x_doubtful = false;
};

}  // namespace dhow::app
