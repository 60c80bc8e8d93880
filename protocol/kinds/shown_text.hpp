// What others wrote, made safe to show: no character of theirs controls a terminal or a page.
// Way of the message: an opened message -> [shown_text] -> a person who reads it.
// Pure, with libutf8proc. Any thread.
// Spec: docs/kinds.md#reading, Unicode UAX 9 and TR 36. Tests: unit/kinds/shown_text_test.cpp.
// Limits: the caller's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

/// As it may be shown on one line: what controls, turns the direction, is invisible, private or
/// not assigned is written as `<U+202E>`, a line's end as a space, what is not UTF-8 as U+FFFD.
/// The joiners U+200C and U+200D stay: Persian and Indic words need them.
std::string visible_line(std::string_view text);
/// The lines of a text of several, each visible_line(), but for the marks U+200E, U+200F and
/// U+061C, which order numbers beside Arabic and reach no further than the text. TAB is a space.
std::vector<std::string> visible_lines(std::string_view text);

enum class direction : char { none, left_to_right, right_to_left };
/// Of the first letter that has one (UAX 9, rules P2 and P3).
direction direction_of(std::string_view text);
/// Whether a letter or number in it is written from right to left.
bool has_right_to_left(std::string_view text);

/// Within U+2066 or U+2067 and U+2069 if something in it is written from right to left, so that it
/// does not turn what stands around it; else as it is. `text` is visible already. `base`: of the
/// whole that it is a line of; none: its own.
std::string isolated(std::string_view text, direction base = direction::none);

/// Columns that a terminal needs; isolates and what is written over letters need none.
std::size_t columns_of(std::string_view text);
/// Cut at spaces into pieces of at most so many columns; a longer word is cut itself. At least one
/// piece.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

/// The shortest text of a number, which is JSON too: `1.75`.
std::string number_text(double value);

/// For HTML text and quoted attributes: `& < > " '` as entities.
std::string html_escaped(std::string_view text);

}  // namespace dhow::kinds
