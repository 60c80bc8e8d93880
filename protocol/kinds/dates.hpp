// Dates as messages carry them: whole days, and births of which only the year or month is known.
// Way of the message: checked at intake and at the addressee.
// Pure: no clock; "today" is an argument. Any thread.
// Spec: docs/kinds.md#dates. Tests: unit/kinds/names_test.cpp.
// Limits: years 1800 to 2199, so that a slip of a key is found.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace dhow::kinds {

using day = std::chrono::sys_days;

/// All days on which something of which only year or month is known may have been; both ends
/// count.
struct day_range {
    day first;
    day last;
    bool operator==(const day_range&) const = default;
};

/// `2026-11-29`, a day that exists.
std::optional<day> parse_date(std::string_view text);
/// `1980`, `1980/05` or `1980/05/17`.
std::optional<day_range> parse_partial_date(std::string_view text);
/// `2026-11-29T18:09:58Z`, with up to three decimals; UTC and nothing else.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_time(std::string_view text);

/// The day that it is already somewhere (UTC+14): who writes there today writes this date.
day latest_today(std::chrono::sys_time<std::chrono::milliseconds> now);
/// When a day is over everywhere (UTC-12).
std::chrono::sys_time<std::chrono::milliseconds> end_everywhere(day last);

/// Whole years from a birth to a day; the least that they can be when the birth is not exact.
int least_age(const day_range& birth, day at);

}  // namespace dhow::kinds
