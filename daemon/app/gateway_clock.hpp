// The gateway's own time: never back, driven by the monotonic clock, started from the most credible
// source, and in doubt until two witnesses agree.
// Way of the message: `now` of the core; expiry and `created` depend on it.
// Pure: readings are passed in. Net thread.
// Spec: docs/overview.md#time. Tests: unit/app/gateway_clock_test.cpp, system/dark_site_test.cpp.
// Limits: the tolerances below, with their reasons.
#pragma once

#include "protocol/ids.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace dhow::app {

using protocol::bureau_id;
using protocol::milliseconds;
using protocol::utc_time;

/// Witnesses are the system's clock and each peer's. One alone may be wrong or lie, so one alone
/// neither lets anything expire nor sets a time that nothing has confirmed: a hub that claims to be
/// ten years ahead would have everything expire and be purged.
class gateway_clock {
public:
    /// A time this far ahead of all that was ever signed or stored is a broken clock (a dead
    /// battery that wakes in 2038), not a gateway that was off: the directory's hard limit is 180
    /// days, a bureau off for longer needs an operator anyway.
    static constexpr std::chrono::days ahead_max{400};
    /// A gateway that was off for longer waits for a peer to confirm its clock before anything
    /// expires: nothing is lost by that, and a clock that is wrong by months is found out.
    static constexpr std::chrono::days gap_max{7};
    /// Witnesses that differ by less agree (notes: five minutes).
    static constexpr std::chrono::minutes agreement{5};
    /// Beyond that before a doubt begins: witnesses that differ by just so much, and by their round
    /// trips, would begin and end one with each word.
    static constexpr std::chrono::minutes tolerance{1};
    /// A first synchronisation may set the system's clock forward by this much; a longer step needs
    /// a second witness.
    static constexpr std::chrono::hours step_max{1};

    struct readings {
        utc_time wall;                          ///< Of the system at start.
        milliseconds monotonic{0};              ///< The same moment.
        std::optional<utc_time> stored;         ///< Last time that this gateway wrote down.
        std::optional<utc_time> newest_signed;  ///< Of the directory.
    };
    /// The time went from `from` to `to` at once, by more than `agreement`, and was in doubt.
    struct jump {
        utc_time from;
        utc_time to;
    };
    explicit gateway_clock(const readings& start);

    [[nodiscard]] utc_time now(milliseconds monotonic) const {
        return x_offset + positive(monotonic);
    }
    /// Nothing expires and nothing is purged while this holds.
    [[nodiscard]] bool is_doubtful() const { return x_doubtful; }
    /// The time is a single peer's word, so it is no witness for anybody.
    [[nodiscard]] bool is_hearsay() const { return x_is_hearsay; }
    /// The system's clock as read again.
    void on_wall(utc_time wall, milliseconds monotonic);
    /// An authenticated peer's clock.
    void on_peer(bureau_id peer, utc_time time, milliseconds monotonic);
    /// The jump since the last call.
    [[nodiscard]] std::optional<jump> take_jump() { return std::exchange(x_jump, std::nullopt); }

private:
    [[nodiscard]] milliseconds positive(milliseconds monotonic) const;
    void judge(milliseconds monotonic);
    void judge_alone(milliseconds monotonic);
    void agreed_on(utc_time offset, milliseconds monotonic);
    void move_to(utc_time offset, milliseconds monotonic);
    [[nodiscard]] std::optional<utc_time> find_agreement() const;

    // All times are kept as what they were, or would have been, when the monotonic clock was zero.
    utc_time x_offset;
    utc_time x_wall;
    std::map<bureau_id, utc_time> x_peers;
    milliseconds x_started;   ///< Monotonic; earlier readings count as this.
    bool x_is_walls = false;  ///< Started from the system's clock, which is not confirmed.
    bool x_is_hearsay = false;
    bool x_doubtful = false;
    std::optional<jump> x_jump;
};

}  // namespace dhow::app
