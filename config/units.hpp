// Reads what people write with units: durations, sizes, rates, times of day, percentages,
// addresses, names.
// Way of the message: none; used by the loader and by options of the command.
// Pure.
// Spec: docs/configuration.md#values. Tests: unit/config/units_test.cpp.
// Limits: numbers that do not fit their type are refused, never wrapped.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dhow::config {

/// A whole number and one of s, m, h, d, w: `90s`, `10m`, `24h`, `30d`, `2w`.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
/// In the largest unit that divides it; `0s` for nothing.
std::string duration_text(std::chrono::seconds value);

/// A whole number and one of B, KiB, MiB, GiB, TiB: `512KiB`. In bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// In the largest unit that divides it.
std::string size_text(std::uint64_t bytes);

/// A whole number and one of bit/s, kbit/s, Mbit/s, Gbit/s (powers of 1000): `64kbit/s`. In bytes a
/// second, 1 at least.
std::optional<std::uint64_t> parse_rate(std::string_view text);

/// `22:00` or `22:00:30`, to `24:00`; two digits each. Since midnight.
std::optional<std::chrono::seconds> parse_time_of_day(std::string_view text);

/// A whole number from 0 to 100 and a percent sign. As a fraction.
std::optional<double> parse_percent(std::string_view text);

/// Digits only, no sign.
std::optional<std::uint64_t> parse_number(std::string_view text);

struct host_port {
    std::string host;        ///< Name or address; IPv6 without its brackets.
    std::uint16_t port = 0;  ///< 1 to 65535.
};

/// `gw.example:7443`, `192.0.2.1:7443`, `[2001:db8::1]:7443`.
std::optional<host_port> parse_host_port(std::string_view text);

/// What YAML 1.1 programs take for a boolean or null when it has no quotes: NO, on, Y, true, ~ …
bool is_yaml11_word(std::string_view text);

/// [A-Za-z0-9_-], starting with a letter or digit, at most config_name_bytes_max.
bool is_name(std::string_view text);

/// A kind or a pattern of kinds: `hit.request`, `notice.*`, `*`.
bool is_kind_pattern(std::string_view text);

}  // namespace dhow::config
