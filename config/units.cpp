// Reads and writes numbers with units, addresses and names.
// Way of the message: see units.hpp.
// Pure.
// Spec: docs/configuration.md#values. Tests: unit/config/units_test.cpp.
// Limits: config_name_bytes_max; arithmetic is checked.
#include "config/units.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace dhow::config {

namespace {

struct unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array duration_units{unit{"w", 604'800}, unit{"d", 86'400}, unit{"h", 3'600},
                                    unit{"m", 60}, unit{"s", 1}};
constexpr std::array size_units{unit{"TiB", 1ULL << 40}, unit{"GiB", 1ULL << 30},
                                unit{"MiB", 1ULL << 20}, unit{"KiB", 1ULL << 10}, unit{"B", 1}};

constexpr std::array rate_units{unit{"Gbit/s", 1'000'000'000}, unit{"Mbit/s", 1'000'000},
                                unit{"kbit/s", 1'000}, unit{"bit/s", 1}};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const unit> units) {
    const auto digits = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    const auto number = parse_number(text.substr(0, digits));
    if (!number) {
        return std::nullopt;
    }
    for (const auto& one : units) {
        if (one.name == text.substr(digits)) {
            constexpr auto largest = std::numeric_limits<std::int64_t>::max();
            if (*number > static_cast<std::uint64_t>(largest) / one.factor) {
                return std::nullopt;
            }
            return *number * one.factor;
        }
    }
    return std::nullopt;
}

std::string text_with_unit(std::uint64_t value, std::span<const unit> units) {
    for (const auto& one : units) {
        if (value != 0 && value % one.factor == 0) {
            return std::to_string(value / one.factor) + std::string(one.name);
        }
    }
    return "0" + std::string(units.back().name);
}

bool is_host_character(char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
}

bool is_ipv6_character(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    const auto value = parse_with_unit(text, duration_units);
    return value ? std::optional(std::chrono::seconds(static_cast<std::int64_t>(*value)))
                 : std::nullopt;
}

std::string duration_text(std::chrono::seconds value) {
    // Weeks are read, but 30d says more than 4w and two days would, so days are the largest unit.
    return text_with_unit(static_cast<std::uint64_t>(value.count()),
                          std::span(duration_units).subspan(1));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    return parse_with_unit(text, size_units);
}

std::string size_text(std::uint64_t bytes) { return text_with_unit(bytes, size_units); }

std::optional<std::uint64_t> parse_rate(std::string_view text) {
    const auto bits = parse_with_unit(text, rate_units);
    return bits && *bits >= 8 ? std::optional(*bits / 8) : std::nullopt;
}

std::optional<std::chrono::seconds> parse_time_of_day(std::string_view text) {
    constexpr std::size_t with_minutes = 5;
    constexpr std::size_t with_seconds = 8;
    const bool has_seconds = text.size() == with_seconds;
    if ((text.size() != with_minutes && !has_seconds) || text[2] != ':' ||
        (has_seconds && text[5] != ':')) {
        return std::nullopt;
    }
    const auto hours = parse_number(text.substr(0, 2));
    const auto minutes = parse_number(text.substr(3, 2));
    const auto second =
        has_seconds ? parse_number(text.substr(6)) : std::optional<std::uint64_t>(0);
    if (!hours || !minutes || !second || *minutes > 59 || *second > 59) {
        return std::nullopt;
    }
    const std::chrono::seconds out{
        static_cast<std::int64_t>(*hours * 3600 + *minutes * 60 + *second)};
    return out <= std::chrono::hours{24} ? std::optional(out) : std::nullopt;
}

std::optional<double> parse_percent(std::string_view text) {
    if (!text.ends_with('%')) {
        return std::nullopt;
    }
    const auto value = parse_number(text.substr(0, text.size() - 1));
    if (!value || *value > 100) {
        return std::nullopt;
    }
    return static_cast<double>(*value) / 100.0;
}

std::optional<host_port> parse_host_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 253 + 2) {
        return std::nullopt;
    }
    const auto port = parse_number(text.substr(colon + 1));
    if (!port || *port < 1 || *port > 65'535) {
        return std::nullopt;
    }
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        if (host.find(':') == std::string_view::npos ||
            !std::all_of(host.begin(), host.end(), is_ipv6_character)) {
            return std::nullopt;
        }
    } else if (!std::all_of(host.begin(), host.end(), is_host_character)) {
        return std::nullopt;
    }
    return host_port{std::string(host), static_cast<std::uint16_t>(*port)};
}

bool is_yaml11_word(std::string_view text) {
    // yaml.org/type/bool.html and yaml.org/type/null.html, compared without regard to case.
    constexpr std::array<std::string_view, 10> words{"y",     "n",  "yes", "no",   "true",
                                                     "false", "on", "off", "null", "~"};
    std::string lower(text.substr(0, 8));
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text.size() <= 8 && std::find(words.begin(), words.end(), lower) != words.end();
}

bool is_name(std::string_view text) {
    const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
    return !text.empty() && text.size() <= protocol::limits::config_name_bytes_max &&
           text.front() != '-' && text.front() != '_' &&
           std::all_of(text.begin(), text.end(), allowed);
}

bool is_kind_pattern(std::string_view text) {
    if (text == "*") {
        return true;
    }
    if (text.ends_with(".*")) {
        text.remove_suffix(2);
    }
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= protocol::limits::config_name_bytes_max &&
           is_letter(text.front()) && text.back() != '.' &&
           text.find("..") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace dhow::config
