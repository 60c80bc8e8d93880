// Dates as messages carry them: whole days, and births of which only the year or month is known.
// Way of the message: checked at intake and at the addressee.
// Pure: no clock; "today" is an argument. Any thread.
// Spec: docs/kinds.md#dates. Tests: unit/kinds/names_test.cpp.
// Limits: years 1800 to 2199, so that a slip of a key is found.
#include "protocol/kinds/dates.hpp"

namespace dhow::kinds {

namespace {

namespace chrono = std::chrono;

// Exactly so many digits; nothing otherwise.
std::optional<int> digits(std::string_view text) {
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    return text.empty() ? std::nullopt : std::optional{value};
}

std::optional<int> year_in(std::string_view text) {
    const auto value = text.size() == 4 ? digits(text) : std::nullopt;
    return value && *value >= 1800 && *value <= 2199 ? value : std::nullopt;
}

std::optional<day> day_of(std::string_view year, std::string_view month, std::string_view number) {
    const auto y = year_in(year);
    const auto m = digits(month);
    const auto d = digits(number);
    if (!y || !m || !d) {
        return std::nullopt;
    }
    const chrono::year_month_day date{chrono::year{*y}, chrono::month{static_cast<unsigned>(*m)},
                                      chrono::day{static_cast<unsigned>(*d)}};
    return date.ok() ? std::optional{day{date}} : std::nullopt;
}

}  // namespace

std::optional<day> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    return day_of(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
}

std::optional<day_range> parse_partial_date(std::string_view text) {
    const bool slashes = (text.size() < 5 || text[4] == '/') && (text.size() < 8 || text[7] == '/');
    const auto year = year_in(text.substr(0, 4));
    if (!slashes || !year || (text.size() != 4 && text.size() != 7 && text.size() != 10)) {
        return std::nullopt;
    }
    const chrono::year y{*year};
    if (text.size() == 4) {
        return day_range{day{y / chrono::January / 1}, day{y / chrono::December / 31}};
    }
    const auto month = digits(text.substr(5, 2));
    if (!month || *month < 1 || *month > 12) {
        return std::nullopt;
    }
    const auto ym = y / chrono::month{static_cast<unsigned>(*month)};
    if (text.size() == 7) {
        return day_range{day{ym / 1}, day{ym / chrono::last}};
    }
    const auto exact = day_of(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
    return exact ? std::optional{day_range{*exact, *exact}} : std::nullopt;
}

std::optional<chrono::sys_time<chrono::milliseconds>> parse_time(std::string_view text) {
    const bool fits = text.size() >= 20 && text.size() <= 24 && text.size() != 21 &&
                      text[10] == 'T' && text[13] == ':' && text[16] == ':' && text.back() == 'Z' &&
                      (text.size() == 20 || text[19] == '.');
    if (!fits) {
        return std::nullopt;
    }
    const auto date = parse_date(text.substr(0, 10));
    const auto hour = digits(text.substr(11, 2));
    const auto minute = digits(text.substr(14, 2));
    const auto second = digits(text.substr(17, 2));
    auto fraction =
        text.size() == 20 ? std::optional{0} : digits(text.substr(20, text.size() - 21));
    if (!date || !hour || !minute || !second || !fraction || *hour > 23 || *minute > 59 ||
        *second > 59) {
        return std::nullopt;
    }
    for (auto size = text.size(); size > 20 && size < 24; ++size) {
        *fraction *= 10;
    }
    return chrono::sys_time<chrono::milliseconds>{*date} + chrono::hours{*hour} +
           chrono::minutes{*minute} + chrono::seconds{*second} + chrono::milliseconds{*fraction};
}

day latest_today(chrono::sys_time<chrono::milliseconds> now) {
    constexpr chrono::hours east_most{14};
    return chrono::floor<chrono::days>(now + east_most);
}

chrono::sys_time<chrono::milliseconds> end_everywhere(day last) {
    constexpr chrono::hours west_most{12};
    return chrono::sys_time<chrono::milliseconds>{last} + chrono::days{1} + west_most;
}

int least_age(const day_range& birth, day at) {
    const chrono::year_month_day born{birth.last};
    const chrono::year_month_day then{at};
    const int years = static_cast<int>(then.year()) - static_cast<int>(born.year());
    const bool passed =
        chrono::month_day{then.month(), then.day()} >= chrono::month_day{born.month(), born.day()};
    return passed ? years : years - 1;
}

}  // namespace dhow::kinds
