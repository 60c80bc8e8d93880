// Drafts of messages: JSON with comments and with commas too many, as people write it by hand.
// Way of the message: `dhow new` writes a draft, a person fills it in, `dhow validate` reads it.
// Pure. Any thread.
// Spec: docs/kinds.md#drafts. Tests: unit/kinds/draft_test.cpp.
// Limits: the caller's.
#pragma once

#include "protocol/kinds/registry.hpp"

#include <string>
#include <string_view>

namespace dhow::kinds {

/// The draft without its comments (`//` to the end of the line) and without commas that stand
/// before `}` or `]`. Lines stay where they are. Text in quotes is never changed, so what is JSON
/// already comes back as it was.
std::string without_comments(std::string_view draft);

/// A commented draft of a message of this kind: members that must be there hold `null` or what is
/// fixed, the others stand in comments. `type` is the notice's colour for kinds that have one;
/// empty: members of no colour. It is refused by validate() until it is filled in.
std::string skeleton_of(const registry& data, const kind_row& row, std::string_view type = {});

/// Whether a kind has members that depend on the colour of the notice.
bool has_colours(const kind_row& row);

}  // namespace dhow::kinds
