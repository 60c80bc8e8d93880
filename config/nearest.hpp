// The known word nearest to a mistyped one, for "did you mean".
// Way of the message: none; for people who write configuration and commands.
// Pure.
// Spec: none. Tests: unit/config/units_test.cpp.
// Limits: none; words longer than 64 characters have no neighbours.
#pragma once

#include <span>
#include <string_view>

namespace dhow::config {

/// At most two edits away (insert, delete, replace, swap of neighbours), and at most a third of the
/// word. Empty when there is none.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace dhow::config
