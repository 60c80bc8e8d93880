// Which classes and sizes may pass on a link at which time.
// Way of the message: see bearer_schedule.hpp.
// Pure.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/bearer_schedule_test.cpp.
// Limits: see bearer_schedule.hpp.
#include "daemon/route/bearer_schedule.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

using std::chrono::days;
using std::chrono::sys_days;

/// A window of yesterday may still be open, and each opens again within a week of today.
constexpr int days_back = 1;
constexpr int days_ahead = 8;

sys_days calendar_day(utc_time at) { return std::chrono::floor<days>(at); }

void set(std::array<bool, protocol::message_class_count>& to,
         const std::vector<message_class>& classes) {
    for (const auto cls : classes) {
        to[index_of(cls)] = true;
    }
}

}  // namespace

bearer_schedule::bearer_schedule(const config::link& settings) {
    if (!settings.classes.empty()) {
        x_carried = {};
        set(x_carried, settings.classes);
    }
    for (const auto& one : settings.windows) {
        window made;
        made.days = one.days;
        made.opens = one.opens;
        made.lasts = one.closes - one.opens;
        if (made.lasts.count() <= 0) {
            made.lasts += days{1};
        }
        if (!one.classes.empty()) {
            made.classes = {};
            set(made.classes, one.classes);
        }
        made.size_max_bytes = one.size_max_bytes == 0 ? any_size : one.size_max_bytes;
        for (std::size_t i = 0; i < x_bound.size(); ++i) {
            x_bound[i] = x_bound[i] || made.classes[i];
        }
        x_windows.push_back(made);
    }
}

bool bearer_schedule::begins_on(const window& which, sys_days day) {
    const unsigned weekday = std::chrono::weekday(day).iso_encoding() - 1;  // Monday is 0.
    return (which.days & 1U << weekday) != 0;
}

bool bearer_schedule::is_open(const window& which, utc_time at) {
    for (int back = 0; back <= days_back; ++back) {
        const auto day = calendar_day(at) - days{back};
        const utc_time begin = day + which.opens;
        if (begins_on(which, day) && begin <= at && at < begin + which.lasts) {
            return true;
        }
    }
    return false;
}

bool bearer_schedule::carries(message_class cls) const { return x_carried[index_of(cls)]; }

std::uint64_t bearer_schedule::size_max(message_class cls, utc_time at) const {
    const auto which = index_of(cls);
    if (!x_carried[which]) {
        return 0;
    }
    if (!x_bound[which]) {
        return any_size;
    }
    std::uint64_t out = 0;
    for (const auto& one : x_windows) {
        if (one.classes[which] && one.size_max_bytes > out && is_open(one, at)) {
            out = one.size_max_bytes;
        }
    }
    return out;
}

std::optional<utc_time> bearer_schedule::opens(message_class cls, std::uint64_t size_bytes,
                                               utc_time from) const {
    if (size_max(cls, from) >= size_bytes && carries(cls)) {
        return from;
    }
    std::optional<utc_time> first;
    for (const auto& one : x_windows) {
        if (!carries(cls) || !one.classes[index_of(cls)] || one.size_max_bytes < size_bytes) {
            continue;
        }
        for (int ahead = 0; ahead <= days_ahead; ++ahead) {
            const auto day = calendar_day(from) + days{ahead};
            const utc_time begin = day + one.opens;
            if (begins_on(one, day) && begin >= from) {
                first = first ? std::min(*first, begin) : begin;
                break;
            }
        }
    }
    return first;
}

std::optional<utc_time> bearer_schedule::next_change(utc_time from) const {
    std::optional<utc_time> first;
    const auto take = [&](utc_time at) {
        if (at > from && (!first || at < *first)) {
            first = at;
        }
    };
    for (const auto& one : x_windows) {
        for (int ahead = -days_back; ahead <= days_ahead; ++ahead) {
            const auto day = calendar_day(from) + days{ahead};
            if (begins_on(one, day)) {
                take(day + one.opens);
                take(day + one.opens + one.lasts);
            }
        }
    }
    return first;
}

}  // namespace dhow::route
