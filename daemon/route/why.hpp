// Why a recipient's copy is where it is: one of a closed list of causes, each with since, next try,
// remedy.
// Way of the message: beside it; reads states that other stations have written.
// Pure functions.
// Spec: docs/operations.md#causes. Tests: unit/route/why_test.cpp.
// Limits: at least one cause a recipient, and those of the gateway as a whole.
#pragma once

#include "daemon/route/api.hpp"
#include "daemon/route/outbound.hpp"
#include "daemon/route/peers.hpp"

#include <span>

namespace dhow::route {

/// A line of the list: the stable code, and what to do (empty: nothing).
struct cause_kind {
    std::string_view code;
    std::string_view text;
    std::string_view remedy;
};
/// All of them, in the order of docs/operations.md.
std::span<const cause_kind> all_causes();

/// What a cause is decided from.
struct why_view {
    const core& shared;
    const peers& links;
    const outbound& sending;
    std::span<const answer::queue_line> queue = {};  ///< Of the same moment, for estimates.
};

/// Whether the cause is that others go first: only then `queue` matters.
[[nodiscard]] bool waits_its_turn(const response::cause& what);
/// Causes for one recipient of one message row.
std::vector<response::cause> causes_of(const why_view& from, const answer::full_message& message,
                                       const store::delivery_row& row);
/// Causes that concern every message: clock, directory, disk, stopping.
std::vector<response::cause> causes_of_gateway(const core& shared);

/// Of the clocks that a message has started. In queries_clocks.cpp.
std::vector<response::cause> causes_of_clocks(const core& shared,
                                              const std::vector<store::clock_row>& rows);
/// A cause of the list; `what` is put behind its text.
response::cause cause_named(std::string_view code, const std::string& what);

}  // namespace dhow::route
