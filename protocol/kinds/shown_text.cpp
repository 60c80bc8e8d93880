// What others wrote, made safe to show: no character of theirs controls a terminal or a page.
// Way of the message: an opened message -> [shown_text] -> a person who reads it.
// Pure, with libutf8proc. Any thread.
// Spec: docs/kinds.md#reading, Unicode UAX 9 and TR 36. Tests: unit/kinds/shown_text_test.cpp.
// Limits: the caller's.
#include "protocol/kinds/shown_text.hpp"

#include "protocol/kinds/names.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace dhow::kinds {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";            // U+FFFD
constexpr std::string_view left_to_right_isolate = "\xE2\x81\xA6";  // U+2066
constexpr std::string_view right_to_left_isolate = "\xE2\x81\xA7";  // U+2067
constexpr std::string_view pop_isolate = "\xE2\x81\xA9";            // U+2069

bool is_order_mark(char32_t c) { return c == 0x061C || c == 0x200E || c == 0x200F; }

bool is_joiner(char32_t c) { return c == 0x200C || c == 0x200D; }

/// Nothing that can be seen, or that could be seen here and not elsewhere.
bool is_unseen(char32_t c) {
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
            return true;
        default:
            return is_control(c) || is_direction(c);
    }
}

std::string in_numbers(char32_t c) {
    std::array<char, 16> out{};
    std::snprintf(out.data(), out.size(), "<U+%04X>", static_cast<unsigned>(c));
    return out.data();
}

/// Runs `see(c, bytes)` for each code point; for a byte that is none of UTF-8, `c` is nothing.
template <class See>
void for_each_code_point(std::string_view text, const See& see) {
    while (!text.empty()) {
        auto rest = text;
        const auto c = take_code_point(rest);
        const auto size = c ? text.size() - rest.size() : 1;
        see(c, text.substr(0, size));
        text.remove_prefix(size);
    }
}

std::string made_visible(std::string_view text, bool keeps_order_marks) {
    std::string out;
    for_each_code_point(text, [&](std::optional<char32_t> c, std::string_view bytes) {
        if (!c) {
            out += replacement;
        } else if (*c == '\t' || *c == '\n' || *c == '\r') {
            out += ' ';
        } else if (is_joiner(*c) || (keeps_order_marks && is_order_mark(*c)) || !is_unseen(*c)) {
            out += bytes;
        } else {
            out += in_numbers(*c);
        }
    });
    return out;
}

direction direction_of_point(char32_t c) {
    switch (utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->bidi_class) {
        case UTF8PROC_BIDI_CLASS_L:
            return direction::left_to_right;
        case UTF8PROC_BIDI_CLASS_R:
        case UTF8PROC_BIDI_CLASS_AL:
            return direction::right_to_left;
        default:
            return direction::none;
    }
}

std::size_t columns_of_point(char32_t c) {
    const bool none = is_unseen(c);
    const int width = none ? 0 : utf8proc_charwidth(static_cast<utf8proc_int32_t>(c));
    return width > 0 ? static_cast<std::size_t>(width) : 0;
}

}  // namespace

std::string visible_line(std::string_view text) { return made_visible(text, false); }

std::vector<std::string> visible_lines(std::string_view text) {
    std::vector<std::string> out;
    while (true) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        out.push_back(made_visible(line, true));
        if (end == std::string_view::npos) {
            return out;
        }
        text.remove_prefix(end + 1);
    }
}

direction direction_of(std::string_view text) {
    auto found = direction::none;
    for_each_code_point(text, [&found](std::optional<char32_t> c, std::string_view) {
        if (c && found == direction::none) {
            found = direction_of_point(*c);
        }
    });
    return found;
}

bool has_right_to_left(std::string_view text) {
    bool found = false;
    for_each_code_point(text, [&found](std::optional<char32_t> c, std::string_view) {
        const auto arabic_number =
            c && utf8proc_get_property(static_cast<utf8proc_int32_t>(*c))->bidi_class ==
                     UTF8PROC_BIDI_CLASS_AN;
        found = found || arabic_number || (c && direction_of_point(*c) == direction::right_to_left);
    });
    return found;
}

std::string isolated(std::string_view text, direction base) {
    if (base == direction::none) {
        base = direction_of(text);
    }
    if (!has_right_to_left(text) && base != direction::right_to_left) {
        return std::string{text};
    }
    std::string out{base == direction::left_to_right ? left_to_right_isolate
                                                     : right_to_left_isolate};
    return out.append(text).append(pop_isolate);
}

std::size_t columns_of(std::string_view text) {
    std::size_t out = 0;
    for_each_code_point(text, [&out](std::optional<char32_t> c, std::string_view) {
        out += c ? columns_of_point(*c) : 1;
    });
    return out;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
    std::vector<std::string> out;
    std::string line;
    std::size_t width = 0;
    std::size_t space = std::string::npos;  // Of the line, where it can be cut.
    for_each_code_point(text, [&](std::optional<char32_t> c, std::string_view bytes) {
        const auto more = c ? columns_of_point(*c) : 1;
        if (width + more > columns && !line.empty()) {
            if (bytes == " ") {
                space = line.size();
            }
            const bool at_space = space != std::string::npos && space > 0;
            const auto cut = at_space ? space : line.size();
            out.push_back(line.substr(0, cut));
            line.erase(0, at_space ? std::min(cut + 1, line.size()) : cut);
            width = columns_of(line);
            space = std::string::npos;
            if (bytes == " " && line.empty()) {
                return;
            }
        }
        if (bytes == " ") {
            space = line.size();
        }
        line += bytes;
        width += more;
    });
    if (!line.empty() || out.empty()) {
        out.push_back(line);
    }
    return out;
}

std::string number_text(double value) {
    std::array<char, 32> text{};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), written.ptr};
}

std::string html_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace dhow::kinds
