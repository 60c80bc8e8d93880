// Jumps of this gateway's time.
// Way of the message: see clock_jumps.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#time. Tests: unit/route/deadlines_test.cpp, sim.
// Limits: clock_jumps_max.
#include "daemon/route/clock_jumps.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace dhow::route {

void clock_jumps::add(protocol::utc_time since, protocol::utc_time from, protocol::utc_time to) {
    if (x_jumps.size() == protocol::limits::clock_jumps_max) {
        x_jumps.erase(x_jumps.begin());
    }
    x_jumps.push_back({since, from, to});
}

void clock_jumps::bring_back(protocol::utc_time now) {
    for (auto& one : x_jumps) {
        one.to = std::min(one.to, now);
    }
    std::erase_if(x_jumps, [](const jump& one) { return one.to <= one.from; });
}

// One after the other: what one jump has moved is where the next one finds it.
protocol::milliseconds clock_jumps::shift(protocol::utc_time noted) const {
    auto at = noted;
    for (const auto& one : x_jumps) {
        if (one.since <= at && at <= one.from) {
            at += one.to - one.from;
        } else if (one.from < at && at < one.to) {
            at = one.to;  // Of an earlier life in the same doubt: as if it came just now.
        }
    }
    return at - noted;
}

std::string clock_jumps::text() const {
    std::string out;
    for (const auto& one : x_jumps) {
        out += protocol::to_text(one.since) + " " + protocol::to_text(one.from) + " " +
               protocol::to_text(one.to) + ";";
    }
    return out;
}

clock_jumps clock_jumps::parse(std::string_view text) {
    clock_jumps out;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line, ';');) {
        std::istringstream words(line);
        std::array<std::string, 3> word;
        words >> word[0] >> word[1] >> word[2];
        const auto since = protocol::parse_utc(word[0]);
        const auto from = protocol::parse_utc(word[1]);
        const auto to = protocol::parse_utc(word[2]);
        if (since && from && to) {
            out.add(*since, *from, *to);
        }
    }
    return out;
}

}  // namespace dhow::route
