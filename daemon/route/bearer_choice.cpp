// Which of a peer's links should have its session.
// Way of the message: see bearer_choice.hpp.
// Pure.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/bearer_choice_test.cpp.
// Limits: none.
#include "daemon/route/bearer_choice.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

std::optional<utc_time> earlier(std::optional<utc_time> left, std::optional<utc_time> right) {
    if (!left || !right) {
        return left ? left : right;
    }
    return std::min(*left, *right);
}

bool is_open(const bearer_facts& one) {
    return std::ranges::any_of(one.open, [](bool open) { return open; });
}

}  // namespace

/// The last moment at which a cheaper one that carries the class had a session; nothing: there is
/// no such link.
std::optional<utc_time> bearer_choice::cheaper_carried_until(std::size_t which,
                                                             message_class cls) const {
    std::optional<utc_time> out;
    for (const auto& other : x_bearers) {
        if (other.cost < x_bearers[which].cost && other.carries[index_of(cls)]) {
            const auto until = other.is_up ? x_now : other.carried_until;
            out = out ? std::max(*out, until) : until;
        }
    }
    return out;
}

bool bearer_choice::is_cheaper_up(std::size_t which, message_class cls) const {
    return std::ranges::any_of(x_bearers, [&](const bearer_facts& other) {
        return other.cost < x_bearers[which].cost && other.carries[index_of(cls)] && other.is_up;
    });
}

std::optional<utc_time> bearer_choice::usable_from(std::size_t which, message_class cls,
                                                   utc_time since) const {
    if (!x_bearers[which].carries[index_of(cls)]) {
        return std::nullopt;
    }
    const auto gone_since = cheaper_carried_until(which, cls);
    if (!gone_since) {
        return x_now;
    }
    const auto wait = x_dearer_after[index_of(cls)];
    if (!wait) {
        return std::nullopt;
    }
    auto from = since + *wait;
    if (!is_cheaper_up(which, cls)) {
        from = std::min(from, *gone_since + *wait);
    }
    return std::max(from, x_now);
}

std::optional<milliseconds> bearer_choice::least_wait(std::size_t which, message_class cls) const {
    if (!x_bearers[which].carries[index_of(cls)]) {
        return std::nullopt;
    }
    const auto gone_since = cheaper_carried_until(which, cls);
    if (!gone_since) {
        return milliseconds{0};
    }
    const auto wait = x_dearer_after[index_of(cls)];
    const bool is_waited_out = wait && !is_cheaper_up(which, cls) && *gone_since + *wait <= x_now;
    return is_waited_out ? std::optional(milliseconds{0}) : wait;
}

std::optional<utc_time> bearer_choice::free_from(std::size_t which, message_class cls) const {
    const auto wait = least_wait(which, cls);
    const auto gone_since = cheaper_carried_until(which, cls);
    if (!wait || wait->count() == 0 || !gone_since || is_cheaper_up(which, cls)) {
        return std::nullopt;
    }
    return *gone_since + *wait;
}

std::vector<bearer_facts> as_for(std::span<const bearer_facts> bearers,
                                 protocol::confidentiality level) {
    std::vector<bearer_facts> out(bearers.begin(), bearers.end());
    for (auto& one : out) {
        if (one.level_max < level) {
            one.carries.fill(false);
            one.open.fill(false);
        }
    }
    return out;
}

std::optional<protocol::confidentiality> bearer_choice::cheaper_level(std::size_t which,
                                                                      message_class cls) const {
    std::optional<protocol::confidentiality> out;
    for (const auto& other : x_bearers) {
        if (other.cost < x_bearers[which].cost && other.carries[index_of(cls)]) {
            out = out ? std::max(*out, other.level_max) : other.level_max;
        }
    }
    return out;
}

bool bearer_choice::is_needed_elsewhere(std::size_t which, const class_waits& waits) const {
    const auto* up = cheapest_up();
    if (up == nullptr || up->cost <= x_bearers[which].cost) {
        return false;
    }
    const auto there = static_cast<std::size_t>(up - x_bearers.data());
    for (std::size_t i = 0; i < waits.size(); ++i) {
        const auto& wait = waits[i];
        if (wait && up->open[i] && !x_bearers[which].open[i]) {
            const auto from = usable_from(there, static_cast<message_class>(i), *wait);
            if (from && *from <= x_now) {
                return true;
            }
        }
    }
    return false;
}

const bearer_facts* bearer_choice::cheapest_up() const {
    const bearer_facts* out = nullptr;
    for (const auto& one : x_bearers) {
        if (one.is_up && (out == nullptr || one.cost < out->cost)) {
            out = &one;
        }
    }
    return out;
}

std::optional<utc_time> bearer_choice::wanted_without_session(std::size_t which,
                                                              const class_waits& waits) const {
    const auto& own = x_bearers[which];
    std::optional<utc_time> out;
    for (std::size_t i = 0; i < waits.size(); ++i) {
        if (const auto& wait = waits[i]; wait && own.open[i]) {
            out = earlier(out, usable_from(which, static_cast<message_class>(i), *wait));
        }
    }
    if (own.closes_when_idle) {
        return earlier(out, std::max(own.call_at, x_now));
    }
    // The peer may have something for us and no way to say so: as if it were flash.
    return earlier(out, usable_from(which, message_class::flash, x_now));
}

std::optional<utc_time> bearer_choice::wanted_from(std::size_t which,
                                                   const class_waits& waits) const {
    const auto& own = x_bearers[which];
    if (!own.may_dial || own.is_up || !is_open(own)) {
        return std::nullopt;
    }
    const auto* up = cheapest_up();
    if (up == nullptr) {
        return wanted_without_session(which, waits);
    }
    std::optional<utc_time> out;
    const bool is_way_back = own.cost < up->cost;
    const auto there = static_cast<std::size_t>(up - x_bearers.data());
    bool is_needed_there = false;  // By something that may not pass here.
    for (std::size_t i = 0; i < waits.size(); ++i) {
        const auto& wait = waits[i];
        if (wait && up->open[i] && !own.open[i]) {
            const auto from = usable_from(there, static_cast<message_class>(i), *wait);
            is_needed_there = is_needed_there || (from && *from <= x_now);
        }
        if (!wait || !own.open[i]) {
            continue;
        }
        if (is_way_back) {
            out = std::max(up->stay_until, x_now);
        } else if (!up->open[i]) {
            out = earlier(out, usable_from(which, static_cast<message_class>(i), *wait));
        }
    }
    if (is_way_back && is_needed_there) {
        return std::nullopt;
    }
    const bool is_kept_up = is_way_back && !own.closes_when_idle;
    return is_kept_up ? std::max(up->stay_until, x_now) : out;
}

}  // namespace dhow::route
