// Names as people write them: which characters may stand in one, NFC, and keys to look one up.
// Way of the message: checked at intake and at the addressee; keys are made by whoever searches.
// Pure, with libutf8proc. Any thread.
// Spec: docs/kinds.md#names, Unicode UAX 15 and TR 36. Tests: unit/kinds/names_test.cpp.
// Limits: callers bound the length.
#include "protocol/kinds/names.hpp"

#include "protocol/content.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace dhow::kinds {

namespace {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

struct freed {
    void operator()(utf8proc_uint8_t* text) const { std::free(text); }  // as utf8proc_map() says
};

std::optional<std::string> mapped(std::string_view text, int options) {
    utf8proc_uint8_t* out = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &out,
                                   static_cast<utf8proc_option_t>(options));
    const std::unique_ptr<utf8proc_uint8_t, freed> owner{out};
    if (size < 0) {
        return std::nullopt;
    }
    return std::string{reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

void append(std::string& out, char32_t c) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
    out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

// Letters of Arabic that are written one for the other: alef with and without signs, yeh and alef
// maksura, heh and teh marbuta, the Persian keheh and yeh.
char32_t without_variants(char32_t c) {
    switch (c) {
        case 0x0622:
        case 0x0623:
        case 0x0625:
        case 0x0671:
            return 0x0627;
        case 0x0649:
        case 0x06CC:
            return 0x064A;
        case 0x0629:
            return 0x0647;
        case 0x06A9:
            return 0x0643;
        default:
            return c;
    }
}

// Tatweel stretches an Arabic word; apostrophes and hyphens are written or not.
bool is_left_out(char32_t c) {
    return c == 0x0640 || c == '\'' || c == '-' || c == '.' || c == 0x2019 || c == 0x02BC ||
           c == 0x02BB || c == 0x2010 || c == 0x2011 || c == 0x200C || c == 0x200D;
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
    utf8proc_int32_t c = -1;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &c);
    if (size <= 0 || c < 0) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(size));
    return static_cast<char32_t>(c);
}

std::optional<std::size_t> code_points(std::string_view text) {
    if (is_ascii(text)) {
        return text.size();
    }
    std::size_t count = 0;
    for (; !text.empty(); ++count) {
        if (!take_code_point(text)) {
            return std::nullopt;
        }
    }
    return count;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

bool is_direction(char32_t c) {
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

bool is_clean_line(std::string_view text) { return protocol::is_clean_text(text, false); }

bool is_clean_lines(std::string_view text) {
    const auto is_line_control = [](char32_t c) { return c == '\t' || c == '\n' || c == '\r'; };
    const auto is_mark = [](char32_t c) { return c == 0x061C || c == 0x200E || c == 0x200F; };
    while (!text.empty()) {
        const auto c = take_code_point(text);
        if (!c || (is_control(*c) && !is_line_control(*c)) || (is_direction(*c) && !is_mark(*c))) {
            return false;
        }
    }
    return true;
}

std::optional<std::string> to_nfc(std::string_view text) {
    return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

bool is_nfc(std::string_view text) { return is_ascii(text) || to_nfc(text) == text; }

std::string comparison_key(std::string_view name) {
    const auto folded = mapped(name, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
                                         UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
    std::string out;
    bool gap = false;
    for (std::string_view rest = folded ? *folded : std::string_view{}; !rest.empty();) {
        const auto c = take_code_point(rest);
        if (!c) {
            return {};
        }
        const auto kind = utf8proc_category(static_cast<utf8proc_int32_t>(*c));
        if (kind == UTF8PROC_CATEGORY_ZS || is_control(*c)) {
            gap = !out.empty();
        } else if (!is_left_out(*c)) {
            if (gap) {
                out += ' ';
            }
            gap = false;
            append(out, without_variants(*c));
        }
    }
    return out;
}

bool is_absent_name(std::string_view name) {
    return std::ranges::all_of(name, [](char c) { return c == '-' || c == ' '; });
}

}  // namespace dhow::kinds
