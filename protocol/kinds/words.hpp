// Rows of the table in words, for people: parties, class, expiry, references.
// Way of the message: none; shown by `dhow kinds` and at the head of a draft.
// Pure. Any thread.
// Spec: docs/kinds.md. Tests: unit/kinds/draft_test.cpp, unit/cli/kinds_command_test.cpp.
// Limits: none.
#pragma once

#include "protocol/kinds/registry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

/// `a, b, c`
std::string joined(const std::vector<std::string>& parts, std::string_view between = ", ");
/// `bureau, secretariat`
std::string names_of(const std::vector<party>& parties);
/// `routine; urgent if /body/notice_type red, orange`
std::string class_words(const kind_row& row);
/// `3 d; 1 d if /body/priority U`, `never`, `when the day in /body/legal_limit is over`
std::string expiry_words(const kind_row& row);
/// `hit.notification`, `message.text (optional)`; empty: refers to nothing.
std::string reference_words(const kind_row& row);

}  // namespace dhow::kinds
