// Text forms of the things that two gateways speak of: hexadecimal, UUIDs, times, bureaus, classes.
// Way of the message: at its edges, where people and files name messages; never inside a parcel.
// Pure: no I/O, no clock, any thread.
// Spec: docs/parcel-format.md#identifiers. Tests: unit/protocol/ids_test.cpp.
// Limits: bureau ids have 1 to 8 characters; times end with the year 9999.
#include "protocol/ids.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::array<std::string_view, message_class_count> class_names{"flash", "urgent",
                                                                        "routine", "bulk"};
// Where the dashes of a UUID stand.
constexpr std::array<std::size_t, 4> dash_places{8, 13, 18, 23};
constexpr std::size_t uuid_characters = 36;

std::optional<std::uint8_t> hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<std::uint8_t>(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<std::uint8_t>(c - 'a' + 10);
    }
    if (c >= 'A' && c <= 'F') {
        return static_cast<std::uint8_t>(c - 'A' + 10);
    }
    return std::nullopt;
}

void append_number(std::string& out, std::int64_t value, std::size_t width) {
    const auto digits = std::to_string(value);
    out.append(width > digits.size() ? width - digits.size() : 0, '0').append(digits);
}

// Decimal digits only; nothing when another character is among them.
std::optional<unsigned> parse_number(std::string_view text) {
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

}  // namespace

//= PF-7
std::optional<bureau_id> bureau_id::parse(std::string_view text) {
    if (text.empty() || text.size() > max_characters) {
        return std::nullopt;
    }
    const bool allowed = std::ranges::all_of(
        text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
    if (!allowed) {
        return std::nullopt;
    }
    bureau_id id;
    std::ranges::copy(text, id.x_text.begin());
    id.x_size = static_cast<std::uint8_t>(text.size());
    return id;
}

std::string_view to_text(message_class value) {
    const auto index = static_cast<std::size_t>(value);
    return index < class_names.size() ? class_names[index] : "unknown";
}

std::optional<message_class> parse_class(std::string_view text) {
    const auto found = std::ranges::find(class_names, text);
    if (found == class_names.end()) {
        return std::nullopt;
    }
    return static_cast<message_class>(found - class_names.begin());
}

std::string to_hex(byte_view value) {
    std::string out;
    out.reserve(value.size() * 2);
    for (const auto byte : value) {
        out.push_back(hex_digits[byte >> 4]);
        out.push_back(hex_digits[byte & 0x0F]);
    }
    return out;
}

std::optional<bytes> bytes_from_hex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = hex_value(text[i]);
        const auto low = hex_value(text[i + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        out.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
    return out;
}

std::string to_text(const message_id& id) {
    auto out = to_hex(id.view());
    for (const auto place : dash_places) {
        out.insert(place, 1, '-');
    }
    return out;
}

std::optional<message_id> parse_message_id(std::string_view text) {
    if (text.size() != uuid_characters) {
        return std::nullopt;
    }
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = std::ranges::find(dash_places, i) != dash_places.end();
        if (dash != (text[i] == '-')) {
            return std::nullopt;
        }
        if (!dash) {
            digits.push_back(text[i]);
        }
    }
    return from_hex<message_id>(digits);
}

message_id make_message_id(utc_time created, std::span<const std::uint8_t, 10> random) {
    message_id id;
    const auto time = static_cast<std::uint64_t>(created.time_since_epoch().count());
    for (std::size_t i = 0; i < 6; ++i) {
        id.value[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
    }
    std::ranges::copy(random, id.value.begin() + 6);
    id.value[6] = static_cast<std::uint8_t>(0x70 | (id.value[6] & 0x0F));  // version 7
    id.value[8] = static_cast<std::uint8_t>(0x80 | (id.value[8] & 0x3F));  // variant of RFC 9562
    return id;
}

std::string to_text(utc_time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    std::string out;
    append_number(out, static_cast<int>(date.year()), 4);
    out.push_back('-');
    append_number(out, static_cast<unsigned>(date.month()), 2);
    out.push_back('-');
    append_number(out, static_cast<unsigned>(date.day()), 2);
    out.push_back('T');
    append_number(out, clock.hours().count(), 2);
    out.push_back(':');
    append_number(out, clock.minutes().count(), 2);
    out.push_back(':');
    append_number(out, clock.seconds().count(), 2);
    out.push_back('.');
    append_number(out, clock.subseconds().count(), 3);
    out.push_back('Z');
    return out;
}

std::optional<utc_time> parse_utc(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
    if (text.size() != shape.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] != '0' && shape[i] != text[i]) {
            return std::nullopt;
        }
    }
    const auto year = parse_number(text.substr(0, 4));
    const auto month = parse_number(text.substr(5, 2));
    const auto day = parse_number(text.substr(8, 2));
    const auto hour = parse_number(text.substr(11, 2));
    const auto minute = parse_number(text.substr(14, 2));
    const auto second = parse_number(text.substr(17, 2));
    const auto fraction = parse_number(text.substr(20, 3));
    if (!year || !month || !day || !hour || !minute || !second || !fraction) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                           std::chrono::month{*month}, std::chrono::day{*day}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second} + milliseconds{*fraction};
}

}  // namespace dhow::protocol
