// Base64 with padding, as JSON carries bytes.
// Way of the message: certificates in the directory.
// Pure. Any thread.
// Spec: RFC 4648 section 4. Tests: unit/protocol/directory_test.cpp.
// Limits: none of its own.
#include "protocol/base64.hpp"

namespace dhow::protocol {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t group_characters = 4;

}  // namespace

std::string to_base64(byte_view value) {
    std::string out;
    out.reserve((value.size() + 2) / 3 * group_characters);
    for (std::size_t i = 0; i < value.size(); i += 3) {
        const auto octet = [value, i](std::size_t n) -> std::uint32_t {
            return i + n < value.size() ? value[i + n] : 0U;
        };
        const std::uint32_t bits = octet(0) << 16 | octet(1) << 8 | octet(2);
        out.push_back(alphabet[bits >> 18 & 63]);
        out.push_back(alphabet[bits >> 12 & 63]);
        out.push_back(i + 1 < value.size() ? alphabet[bits >> 6 & 63] : '=');
        out.push_back(i + 2 < value.size() ? alphabet[bits & 63] : '=');
    }
    return out;
}

std::optional<bytes> bytes_from_base64(std::string_view text) {
    bytes out;
    out.reserve(text.size() / group_characters * 3);
    std::uint32_t bits = 0;
    std::size_t held = 0;
    std::size_t characters = text.size();
    while (characters > 0 && text[characters - 1] == '=') {
        --characters;
    }
    for (const char c : text.substr(0, characters)) {
        const auto place = alphabet.find(c);
        if (place == std::string_view::npos) {
            return std::nullopt;
        }
        bits = bits << 6 | static_cast<std::uint32_t>(place);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out.push_back(static_cast<std::uint8_t>(bits >> held));
        }
    }
    if (to_base64(out) != text) {
        return std::nullopt;  // padding or unused bits are not what they should be
    }
    return out;
}

}  // namespace dhow::protocol
