// Which of a peer's links should have its session, and from when on a class may use a dearer one.
// Way of the message: what waits -> [bearer_choice] -> peers, who dials; and outbound, who offers.
// Pure functions of facts.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/bearer_choice_test.cpp, sim.
// Limits: none.
#pragma once

#include "protocol/confidentiality.hpp"
#include "protocol/ids.hpp"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace dhow::route {

using protocol::message_class;
using protocol::milliseconds;
using protocol::utc_time;

/// One link to the peer, as it is now. Links of one cost are of one rank.
struct bearer_facts {
    std::uint64_t cost = 0;
    bool is_up = false;     ///< It carries the peer's session.
    bool may_dial = false;  ///< By us.
    bool closes_when_idle = false;
    std::array<bool, protocol::message_class_count> carries{true, true, true, true};  ///< Ever.
    std::array<bool, protocol::message_class_count> open{true, true, true, true};     ///< Now.
    utc_time carried_until{};  ///< End of its last session; now while it is up.
    utc_time call_at{};        ///< closes_when_idle: it is called then without need.
    utc_time stay_until{};     ///< is_up, dearer than another: it is kept until then.
    protocol::confidentiality level_max = protocol::highest_confidentiality;
};

/// As they are to what is of this level: who may not carry it carries nothing.
std::vector<bearer_facts> as_for(std::span<const bearer_facts> bearers,
                                 protocol::confidentiality level);

/// Since when the oldest of each class waits for the peer; nothing: none does.
using class_waits = std::array<std::optional<utc_time>, protocol::message_class_count>;
/// How long something of each class waits before it may use a dearer link; nothing: for ever.
using dearer_times = std::array<std::optional<milliseconds>, protocol::message_class_count>;

class bearer_choice {
public:
    bearer_choice(std::span<const bearer_facts> bearers, const dearer_times& dearer_after,
                  utc_time now)
        : x_bearers(bearers), x_dearer_after(dearer_after), x_now(now) {}

    /// From when on something of the class that waits since `since` may use this one, as far as
    /// cost is concerned; not before now. Nothing: never.
    [[nodiscard]] std::optional<utc_time> usable_from(std::size_t which, message_class cls,
                                                      utc_time since) const;
    /// How long something of the class must have waited to pass now over this one, as far as cost
    /// is concerned. Nothing: it may not.
    [[nodiscard]] std::optional<milliseconds> least_wait(std::size_t which,
                                                         message_class cls) const;
    /// When the class will need no wait any more over this one, unless a cheaper one comes up;
    /// nothing: never, or it needs none.
    [[nodiscard]] std::optional<utc_time> free_from(std::size_t which, message_class cls) const;
    /// The highest level that some cheaper one carries of the class; nothing: there is none.
    [[nodiscard]] std::optional<protocol::confidentiality> cheaper_level(std::size_t which,
                                                                         message_class cls) const;
    /// Whether something that waits may go now by a dearer one that has the session, and not by
    /// this one.
    [[nodiscard]] bool is_needed_elsewhere(std::size_t which, const class_waits& waits) const;
    /// From when on it should be dialled; not before now. Nothing: not at all.
    [[nodiscard]] std::optional<utc_time> wanted_from(std::size_t which,
                                                      const class_waits& waits) const;

private:
    [[nodiscard]] std::optional<utc_time> cheaper_carried_until(std::size_t which,
                                                                message_class cls) const;
    [[nodiscard]] bool is_cheaper_up(std::size_t which, message_class cls) const;
    [[nodiscard]] const bearer_facts* cheapest_up() const;
    [[nodiscard]] std::optional<utc_time> wanted_without_session(std::size_t which,
                                                                 const class_waits& waits) const;

    std::span<const bearer_facts> x_bearers;
    const dearer_times& x_dearer_after;
    utc_time x_now;
};

}  // namespace dhow::route
