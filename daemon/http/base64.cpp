// Base64 (RFC 4648 section 4), strict: padded, no white space, unused bits zero.
// Way of the message: the text of a message in JSON, in at intake and out at handover.
// Pure: values, any thread.
// Spec: docs/agency-api.md#texts. Tests: unit/api/encoding_test.cpp.
// Limits: the caller bounds the input.
#include "daemon/http/base64.hpp"

namespace dhow::http {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_value = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_value);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}

constexpr auto values = make_values();

std::uint8_t value_of(char c) { return values[static_cast<unsigned char>(c)]; }

}  // namespace

std::string to_base64(protocol::byte_view data) {
    std::string out;
    out.reserve((data.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < data.size(); i += 3) {
        const std::size_t left = data.size() - i;
        const std::uint32_t group = (static_cast<std::uint32_t>(data[i]) << 16) |
                                    (left > 1 ? static_cast<std::uint32_t>(data[i + 1]) << 8 : 0) |
                                    (left > 2 ? static_cast<std::uint32_t>(data[i + 2]) : 0);
        out.push_back(alphabet[group >> 18]);
        out.push_back(alphabet[(group >> 12) & 63]);
        out.push_back(left > 1 ? alphabet[(group >> 6) & 63] : '=');
        out.push_back(left > 2 ? alphabet[group & 63] : '=');
    }
    return out;
}

std::optional<protocol::bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    protocol::bytes out;
    out.reserve(text.size() / 4 * 3);
    const std::size_t digits = text.size() - padding;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const std::uint8_t value = value_of(text[i]);
        if (value == no_value) {
            return std::nullopt;
        }
        group = (group << 6) | value;
        if (i % 4 == 3) {
            out.push_back(static_cast<std::uint8_t>(group >> 16));
            out.push_back(static_cast<std::uint8_t>(group >> 8));
            out.push_back(static_cast<std::uint8_t>(group));
            group = 0;
        }
    }
    if (padding == 1) {
        out.push_back(static_cast<std::uint8_t>(group >> 10));
        out.push_back(static_cast<std::uint8_t>(group >> 2));
    } else if (padding == 2) {
        out.push_back(static_cast<std::uint8_t>(group >> 4));
    }
    const std::uint32_t unused = padding == 1 ? group & 0x3 : padding == 2 ? group & 0xF : 0;
    return unused == 0 ? std::optional{std::move(out)} : std::nullopt;
}

}  // namespace dhow::http
