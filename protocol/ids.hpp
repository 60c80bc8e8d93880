// Names what two gateways speak of: bytes, digests, messages, bureaus, keys, times, classes.
// Way of the message: everywhere; a value made at intake keeps its identity to the last receipt.
// Pure: no I/O, no clock. Values, safe on any thread.
// Spec: docs/parcel-format.md#identifiers. Tests: unit/protocol/ids_test.cpp.
// Limits: sizes are part of the formats; see limits.hpp for the bounds on lists of them.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::protocol {

using bytes = std::vector<std::uint8_t>;
using byte_view = std::span<const std::uint8_t>;

/// UTC with millisecond resolution, as all formats carry it (signed 64-bit milliseconds since
/// 1970).
using utc_time = std::chrono::sys_time<std::chrono::milliseconds>;
using milliseconds = std::chrono::milliseconds;

/// A fixed number of bytes with value semantics; the tag keeps the kinds apart.
template <class Tag, std::size_t Size>
struct fixed_bytes {
    static constexpr std::size_t size_bytes = Size;
    std::array<std::uint8_t, Size> value{};
    auto operator<=>(const fixed_bytes&) const = default;
    [[nodiscard]] byte_view view() const { return value; }
};

/// SHA-256.
using digest = fixed_bytes<struct digest_tag, 32>;
/// UUIDv7 (RFC 9562 section 5.7), given by the origin, never changed or used again.
using message_id = fixed_bytes<struct message_id_tag, 16>;
/// Subject key identifier of a certificate in the directory (20 bytes, RFC 5280 section 4.2.1.2).
using key_id = fixed_bytes<struct key_id_tag, 20>;
/// One installation of a bureau's gateway; drawn at random when its store is created.
using instance_id = fixed_bytes<struct instance_id_tag, 16>;
/// ECDSA P-256 signature as r ‖ s, s in the lower half of the group order.
using signature = fixed_bytes<struct signature_tag, 64>;
/// A content key wrapped for one recipient (RFC 3394 over 32 bytes).
using wrapped_key = fixed_bytes<struct wrapped_key_tag, 40>;

/// Who has keys: an NCB (`MU`), the General Secretariat (`IPSG`), a court (`914`).
/// 1 to 8 characters of [A-Z0-9]; held in place, no heap. Text in and out through parse() and
/// text().
class bureau_id {
public:
    static constexpr std::size_t max_characters = 8;
    constexpr bureau_id() = default;
    /// Nothing when the text is empty, too long, or has other characters than [A-Z0-9].
    static std::optional<bureau_id> parse(std::string_view text);
    [[nodiscard]] std::string_view text() const { return {x_text.data(), x_size}; }
    [[nodiscard]] bool empty() const { return x_size == 0; }
    auto operator<=>(const bureau_id&) const = default;

private:
    std::array<char, max_characters> x_text{};
    std::uint8_t x_size = 0;
};

/// Order of urgency. Smaller goes first. DESIGN section 6 gives the shares.
enum class message_class : std::uint8_t { flash = 0, urgent = 1, routine = 2, bulk = 3 };
inline constexpr std::size_t message_class_count = 4;
/// Of the class in an array with an element for each.
constexpr std::size_t index_of(message_class cls) { return static_cast<std::size_t>(cls); }

std::string_view to_text(message_class value);
std::optional<message_class> parse_class(std::string_view text);

/// Lower-case hexadecimal, two characters a byte.
std::string to_hex(byte_view value);
/// Nothing when the length is not 2 x Size or a character is not hexadecimal.
template <class Fixed>
std::optional<Fixed> from_hex(std::string_view text);
std::optional<bytes> bytes_from_hex(std::string_view text);

/// `0195e0c1-7c3a-7…`: 8-4-4-4-12 lower-case hexadecimal.
std::string to_text(const message_id& id);
std::optional<message_id> parse_message_id(std::string_view text);
/// Builds a UUIDv7 from a time and ten random bytes (of which 74 bits are used).
message_id make_message_id(utc_time created, std::span<const std::uint8_t, 10> random);

/// `2026-11-24T18:09:58.123Z`.
std::string to_text(utc_time time);
std::optional<utc_time> parse_utc(std::string_view text);

template <class Fixed>
std::optional<Fixed> from_hex(std::string_view text) {
    const auto raw = bytes_from_hex(text);
    if (!raw || raw->size() != Fixed::size_bytes) {
        return std::nullopt;
    }
    Fixed out;
    std::memcpy(out.value.data(), raw->data(), raw->size());
    return out;
}

/// Makes a fixed-size value of a view that the caller knows to be of that size; shorter views give
/// nothing.
template <class Fixed>
std::optional<Fixed> from_view(byte_view view) {
    if (view.size() != Fixed::size_bytes) {
        return std::nullopt;
    }
    Fixed out;
    std::memcpy(out.value.data(), view.data(), view.size());
    return out;
}

}  // namespace dhow::protocol

template <class Tag, std::size_t Size>
struct std::hash<dhow::protocol::fixed_bytes<Tag, Size>> {
    std::size_t operator()(const dhow::protocol::fixed_bytes<Tag, Size>& value) const noexcept {
        return std::hash<std::string_view>{}(
            {reinterpret_cast<const char*>(value.value.data()), Size});
    }
};
template <>
struct std::hash<dhow::protocol::bureau_id> {
    std::size_t operator()(const dhow::protocol::bureau_id& value) const noexcept {
        return std::hash<std::string_view>{}(value.text());
    }
};
