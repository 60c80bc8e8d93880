// How many of a month's bytes a link has used.
// Way of the message: see month_quota.hpp.
// Pure.
// Spec: docs/decisions/0010-bearers.md#quota. Tests: unit/route/month_quota_test.cpp.
// Limits: see month_quota.hpp.
#include "daemon/route/month_quota.hpp"

#include "daemon/route/bearer_schedule.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <charconv>

namespace dhow::route {

namespace {

namespace limits = protocol::limits;

std::chrono::year_month month_of(utc_time at) {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(at));
    return day.year() / day.month();
}

std::int32_t number_of(utc_time at) {
    const auto month = month_of(at);
    return static_cast<int>(month.year()) * 12 + static_cast<int>(unsigned{month.month()}) - 1;
}

template <class Number>
bool read(std::string_view& from, Number& out) {
    const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), out);
    const bool is_good = error == std::errc{};
    from.remove_prefix(is_good ? static_cast<std::size_t>(end - from.data()) : 0);
    return is_good;
}

}  // namespace

void month_quota::configure(const config::link_quota& settings) { x_settings = settings; }

void month_quota::restore(const std::string& text) {
    std::string_view rest(text);
    std::int32_t month = 0;
    std::uint64_t used = 0;
    if (!read(rest, month) || rest.empty() || rest.front() != ' ') {
        return;
    }
    rest.remove_prefix(1);
    if (!read(rest, used) || !rest.empty() || month <= 0 || used > limits::month_bytes_max) {
        return;
    }
    x_month = x_noted_month = month;
    x_used = x_noted = used;
}

// A clock that was ahead began a later month, and what it counted is of the right one: the count
// goes on, under the month that is.
void month_quota::roll(utc_time now, bool is_sure) {
    const auto month = number_of(now);
    if (x_month == 0) {
        x_month = month;
    }
    if (!is_sure || month == x_month) {
        return;
    }
    if (month > x_month) {
        x_used = 0;
        x_told = level::fine;
    }
    x_month = month;
}

void month_quota::add(std::uint64_t ip_bytes, utc_time now, bool is_sure) {
    roll(now, is_sure);
    note_burst(ip_bytes);
    x_used =
        std::min(x_used + std::min(ip_bytes, limits::month_bytes_max), limits::month_bytes_max);
}

void month_quota::correct(std::uint64_t used_bytes, utc_time now, bool is_sure) {
    roll(now, is_sure);
    x_used = std::min(used_bytes, limits::month_bytes_max);
    x_told = level::fine;
}

std::uint64_t month_quota::left() const {
    if (!is_limited()) {
        return any_size;
    }
    return limit() - std::min(limit(), x_used);
}

bool month_quota::is_free(message_class cls) const {
    return !is_limited() || std::ranges::find(x_settings.beyond, cls) != x_settings.beyond.end();
}

bool month_quota::allows(message_class cls) const {
    return is_free(cls) || left() > limits::quota_rest_bytes;
}

utc_time month_quota::next_month(utc_time now) {
    return std::chrono::sys_days((month_of(now) + std::chrono::months{1}) / std::chrono::day{1});
}

std::uint64_t month_quota::step() const {
    const auto usual = std::clamp<std::uint64_t>(limit() / 1000, limits::quota_step_bytes_min,
                                                 limits::quota_step_bytes_max);
    return std::max(usual, 4 * x_burst);  // Half of it is ahead at least: two looks.
}

void month_quota::note_burst(std::uint64_t ip_bytes) {
    constexpr std::uint64_t most = 1ULL << 40U;  // A second of 8 Tbit/s.
    x_burst = std::max(x_burst - x_burst / 16, std::min(ip_bytes, most));
}

bool month_quota::wants_note() const {
    return is_limited() && x_month != 0 &&
           (x_noted_month != x_month || x_used + step() / 2 > x_noted);
}

std::string month_quota::note(bool exact) {
    x_noted_month = x_month;
    x_noted = x_used + (exact ? 0 : step());
    return std::to_string(x_month) + " " + std::to_string(x_noted);
}

std::optional<month_quota::level> month_quota::take_news() {
    const auto warn_from =
        static_cast<std::uint64_t>(static_cast<double>(limit()) * x_settings.warn_at);
    const auto now = !is_limited()                        ? level::fine
                     : left() <= limits::quota_rest_bytes ? level::used_up
                     : x_used >= warn_from                ? level::warned
                                                          : level::fine;
    if (now <= x_told) {
        return std::nullopt;
    }
    x_told = now;
    return now;
}

}  // namespace dhow::route
