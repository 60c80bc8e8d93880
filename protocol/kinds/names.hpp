// Names as people write them: which characters may stand in one, NFC, and keys to look one up.
// Way of the message: checked at intake and at the addressee; keys are made by whoever searches.
// Pure, with libutf8proc. Any thread.
// Spec: docs/kinds.md#names, Unicode UAX 15 and TR 36. Tests: unit/kinds/names_test.cpp.
// Limits: callers bound the length.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dhow::kinds {

/// Takes one code point off the front of a text that is not empty; nothing, and the text is left
/// as it is, for what is no shortest-form UTF-8 (RFC 3629).
std::optional<char32_t> take_code_point(std::string_view& text);
/// How many code points; nothing for what is not UTF-8.
std::optional<std::size_t> code_points(std::string_view text);

/// C0, DEL and C1; also TAB, LF and CR.
bool is_control(char32_t c);
/// Marks, embeddings, overrides and isolates of direction, line separators, the byte order mark:
/// they make a text look like another (TR 36 section 2).
bool is_direction(char32_t c);

/// What may stand in a name or on one line: UTF-8 without is_control() and is_direction().
bool is_clean_line(std::string_view text);
/// What may stand in a text of several lines: TAB, LF and CR too, and the marks U+200E, U+200F and
/// U+061C, which order numbers beside Arabic; never overrides, embeddings and isolates.
bool is_clean_lines(std::string_view text);

/// Whether UTF-8 text is in Unicode's normalisation form C. False for what is not UTF-8.
bool is_nfc(std::string_view text);
/// The text in form C; nothing for what is not UTF-8.
std::optional<std::string> to_nfc(std::string_view text);

/// What two spellings of one name have in common, to search by: compatibility forms and case
/// folded, marks over letters and Arabic vowel signs taken off, letters of one sound in Arabic
/// brought together, hyphens and apostrophes as in `O'Neil` left out, spaces as one. Never shown
/// and never stored in place of the name. Empty for what is not UTF-8 or has no letter.
std::string comparison_key(std::string_view name);

/// Whether a forename says that there is none: empty, `-`, or spaces.
bool is_absent_name(std::string_view name);

}  // namespace dhow::kinds
