// Starts and stops clocks in the transactions of the stations where it happens.
// Way of the message: submission, opening, receipts -> [clock_marks] -> store; clocks looks at what
// is due.
// Pure functions on the core. Net thread.
// Spec: docs/decisions/0018-answer-clocks.md. Tests: unit/route/clocks_test.cpp.
// Limits: one clock for each recipient; clock_memory.
#pragma once

#include "daemon/route/clock_facts.hpp"
#include "daemon/route/core.hpp"
#include "protocol/content.hpp"

namespace dhow::route {

/// For a message of ours; call in the transaction that puts it. When the earliest is due.
std::optional<utc_time> start_clocks(core& shared, store::transaction& to,
                                     const store::message_row& message,
                                     const std::vector<bureau_id>& recipients,
                                     const clock_facts& facts);
/// For a message that was opened here; in the transaction that says so.
std::optional<utc_time> mark_opened(core& shared, store::transaction& to,
                                    const store::message_row& message,
                                    const protocol::content& content);
/// For an outcome of a message of ours; nothing while no clock runs.
void mark_outcome(const core& shared, store::transaction& to, const protocol::outcome& outcome);

/// The rule of the configuration for papers owed between us and a bureau; nullptr: none.
const config::papers_deadline* papers_rule_for(const core& shared, bureau_id other);
/// The first warning before `until` that is not over at `now`, or `until`.
utc_time papers_due(const core& shared, bureau_id other, utc_time until, utc_time now);

}  // namespace dhow::route
