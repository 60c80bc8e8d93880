// Whether each gateway keeps to windows and quotas of its links.
// Way of the message: see bearer_watch.hpp.
// Pure.
// Spec: docs/simulator.md#checks. Tests: sim, sim/bearer_watch_test.cpp.
// Limits: see bearer_watch.hpp.
#include "tests/sim/bearer_watch.hpp"

#include "tests/sim/heap.hpp"

#include <algorithm>

namespace dhow::sim {

namespace {

using protocol::message_class;
using protocol::utc_time;

bool holds(const std::vector<message_class>& classes, message_class cls) {
    return classes.empty() || std::ranges::find(classes, cls) != classes.end();
}

/// Second by second of the week, as somebody with a calendar would.
bool is_open(const config::link_window& window, utc_time at) {
    constexpr std::int64_t day_seconds = 86'400;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    const auto day = seconds / day_seconds;
    const auto of_day = seconds % day_seconds;
    const auto weekday = (day + 3) % 7;  // 1970 began on a Thursday; Monday is 0.
    const auto is_on = [&](std::int64_t which) { return (window.days >> which & 1) != 0; };
    const auto opens = window.opens.count();
    const auto closes = window.closes.count();
    if (opens < closes) {
        return is_on(weekday) && of_day >= opens && of_day < closes;
    }
    const bool is_evening = is_on(weekday) && of_day >= opens;
    const bool is_morning = is_on((weekday + 6) % 7) && of_day < closes;
    return is_evening || is_morning;
}

bool may_pass(const config::link& link, message_class cls, std::uint64_t bytes, utc_time at) {
    bool is_named = false;
    for (const auto& window : link.windows) {
        if (!holds(window.classes, cls)) {
            continue;
        }
        is_named = true;
        const bool fits = window.size_max_bytes == 0 || bytes <= window.size_max_bytes;
        if (fits && is_open(window, at)) {
            return true;
        }
    }
    return !is_named;
}

}  // namespace

void bearer_watch::on_written(const std::string& node, const config::link& link,
                              std::uint64_t session, protocol::byte_view data, utc_time now) {
    const heap_scope nobodys(nullptr);
    auto& on = x_lines[{node, session}];
    if (on.rest.empty()) {
        on.began = now;
        on.used_then = x_used[{node, link.name}];
    }
    on.rest.insert(on.rest.end(), data.begin(), data.end());
    std::size_t at = 0;
    while (at < on.rest.size()) {
        const auto decoded = protocol::decode_frame(protocol::byte_view(on.rest).subspan(at));
        if (!decoded || !decoded->value) {
            break;
        }
        if (const auto* offer = std::get_if<protocol::offer_frame>(&*decoded->value)) {
            on.streams[offer->stream] = {offer->cls, offer->body_bytes};
            judge(node, link, on, on.streams[offer->stream], decoded->consumed_bytes);
        } else if (const auto* part = std::get_if<protocol::data_frame>(&*decoded->value)) {
            judge(node, link, on, on.streams[part->stream], decoded->consumed_bytes);
        }
        at += decoded->consumed_bytes;
        on.began = now;
    }
    on.rest.erase(on.rest.begin(), on.rest.begin() + static_cast<std::ptrdiff_t>(at));
    if (on.rest.empty()) {
        on.rest.shrink_to_fit();  // Of thousands of sessions a day.
    }
}

void bearer_watch::judge(const std::string& node, const config::link& link, const line& on,
                         const stream& what, std::uint64_t frame_bytes) {
    const auto say = [&](const std::string& text) {
        x_problems.push_back(node + ": a frame of class " + std::string(to_text(what.cls)) +
                             " on link " + link.name + " " + text);
    };
    x_watched += link.windows.empty() && link.quota.month_bytes == 0 ? 0 : 1;
    // What falls due in the same millisecond may come after it.
    const auto just_before = on.began - std::chrono::milliseconds{1};
    if (!may_pass(link, what.cls, what.body_bytes, on.began) &&
        !may_pass(link, what.cls, what.body_bytes, just_before)) {
        say("outside its windows");
    }
    const auto& quota = link.quota;
    const bool is_bound =
        quota.month_bytes != 0 && std::ranges::find(quota.beyond, what.cls) == quota.beyond.end();
    if (is_bound && !x_forgotten.contains(node) && on.used_then + frame_bytes > quota.month_bytes) {
        say("beyond its quota");
    }
}

}  // namespace dhow::sim
