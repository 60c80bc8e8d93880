// Decides which text may stand in contents, receipts and the directory.
// Way of the message: checked at intake before signing, at the addressee before showing.
// Pure. Any thread.
// Spec: docs/parcel-format.md#text, RFC 3629. Tests: unit/protocol/content_test.cpp.
// Limits: lengths are bounded by the callers.
#include "protocol/content.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

// Takes one code point off the front; nothing for what is not shortest-form UTF-8.
std::optional<char32_t> take_code_point(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || text.size() < size) {
        return std::nullopt;
    }
    char32_t value = size == 1 ? first : first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0) != 0x80) {
            return std::nullopt;
        }
        value = value << 6 | (next & 0x3F);
    }
    constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest[size] || value > 0x10FFFF || surrogate) {
        return std::nullopt;
    }
    text.remove_prefix(size);
    return value;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

bool is_line_control(char32_t c) { return c == '\t' || c == '\n' || c == '\r'; }

// Line and paragraph separators, direction marks, embeddings, overrides and isolates: they make a
// text
// look like another (Unicode TR 36 section 2).
bool is_deceptive(char32_t c) {
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

}  // namespace

//= PF-52
bool is_clean_text(std::string_view text, bool multi_line) {
    while (!text.empty()) {
        const auto c = take_code_point(text);
        if (!c || is_deceptive(*c)) {
            return false;
        }
        if (is_control(*c) && !(multi_line && is_line_control(*c))) {
            return false;
        }
    }
    return true;
}

//= PF-53
bool is_clean_file_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of("/\\") == std::string_view::npos && is_clean_text(name, false);
}

}  // namespace dhow::protocol
