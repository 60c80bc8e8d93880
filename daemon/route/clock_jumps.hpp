// Jumps of this gateway's time at the end of a doubt, and what they change for messages taken
// before.
// Way of the message: app (gateway_clock) tells of a jump -> [clock_jumps] -> deadlines (expiry),
// outbound (age).
// Pure. Net thread.
// Spec: docs/overview.md#time. Tests: unit/route/deadlines_test.cpp, sim.
// Limits: the newest eight jumps.
#pragma once

#include "protocol/ids.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dhow::route {

/// A gateway whose clock had stood still (a dead battery) takes messages under a time of weeks ago.
/// When the doubt ends its time jumps; those messages have not aged by that.
class clock_jumps {
public:
    /// `since`: the doubt's begin; at `from` the time became `to`, later. Both are the begin where
    /// a start has ended the doubt of the life before.
    void add(protocol::utc_time since, protocol::utc_time from, protocol::utc_time to);
    /// The time of a start is `now`: jumps to later ones were a wrong word, and went no further.
    void bring_back(protocol::utc_time now);
    /// Times noted at `noted` are to be taken as so much later; zero outside of doubts.
    [[nodiscard]] protocol::milliseconds shift(protocol::utc_time noted) const;

    /// As written to the store: `since from to`, in words of RFC 3339, with `;` between jumps.
    [[nodiscard]] std::string text() const;
    /// What cannot be read is left out.
    static clock_jumps parse(std::string_view text);

private:
    struct jump {
        protocol::utc_time since;
        protocol::utc_time from;
        protocol::utc_time to;
    };
    std::vector<jump> x_jumps;
};

}  // namespace dhow::route
