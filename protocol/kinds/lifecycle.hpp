// Lifecycles of notices, diffusions, hits and deliveries: which message moves a state to which.
// Way of the message: asked after validate(), with the state that is known of the subject.
// Pure. Read-only data: any thread.
// Spec: docs/kinds.md#lifecycles. Tests: unit/kinds/registry_test.cpp.
// Limits: none.
#pragma once

#include "protocol/kinds/registry.hpp"

namespace dhow::kinds {

/// The state before anything was heard; empty for a lifecycle that is not there.
std::string_view first_state(const registry& data, std::string_view lifecycle);

/// Whether it is over: a tombstone is left, and nothing but another end follows.
bool is_terminal(const registry& data, std::string_view lifecycle, std::string_view state);

/// Where a message of a kind leads from a state; an empty kind is time that has run out. Nothing
/// when it leads nowhere: the message comes too late or too early, or out of turn.
std::optional<std::string> next_state(const registry& data, std::string_view lifecycle,
                                      std::string_view state, std::string_view kind,
                                      const boost::json::value& text);

}  // namespace dhow::kinds
