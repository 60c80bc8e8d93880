// Which of the links that are due is dialled next, and when there is room for it.
// Way of the message: peers asks before each dial.
// Pure. Net thread.
// Spec: docs/decisions/0008-who-dials-when.md. Tests: unit/route/dial_pacer_test.cpp, sim.
// Limits: dials_at_once_max, dial_gap.
#pragma once

#include "protocol/ids.hpp"
#include "protocol/limits.hpp"

#include <span>
#include <string>

namespace dhow::route {

using protocol::utc_time;

/// How many dials may begin together, at least 1, and how long until there is room for one more.
struct dial_pace {
    std::size_t at_once = protocol::limits::dials_at_once_max;
    protocol::milliseconds gap = protocol::limits::dial_gap;
};

class dial_pacer {
public:
    void set_pace(const dial_pace& pace) { x_pace = pace; }
    struct waiting {
        std::string link;
        utc_time due{};
        bool flash = false;  ///< A flash message waits for it.
    };
    [[nodiscard]] bool has_room(utc_time now) const { return room_at() <= now; }
    [[nodiscard]] utc_time room_at() const;
    /// Whose turn it is; `due` has one at least. Links with flash and the others take turns, each
    /// kind by how long it has been due; so neither keeps the other from being dialled.
    [[nodiscard]] std::size_t next_of(std::span<const waiting> due) const;
    void on_dial(bool flash, utc_time now);

private:
    dial_pace x_pace;
    utc_time x_paid_until{};  ///< All dials so far, each a gap long.
    bool x_last_was_flash = false;
};

}  // namespace dhow::route
