// The gateway's own time.
// Way of the message: see gateway_clock.hpp.
// Pure.
// Spec: docs/overview.md#time. Tests: unit/app/gateway_clock_test.cpp, system/dark_site_test.cpp.
// Limits: see gateway_clock.hpp.
#include "daemon/app/gateway_clock.hpp"

#include <algorithm>

namespace dhow::app {

namespace {
milliseconds difference(utc_time one, utc_time other) {
    return one > other ? one - other : other - one;
}
}  // namespace

gateway_clock::gateway_clock(const readings& start)
    : x_offset(start.wall - start.monotonic),
      x_wall(start.wall - start.monotonic),
      x_started(start.monotonic) {
    const auto known = std::max(start.stored.value_or(utc_time::min()),
                                start.newest_signed.value_or(utc_time::min()));
    if (known == utc_time::min()) {
        return;
    }
    if (start.wall < known) {
        x_offset = known - start.monotonic;  // Time does not go back: the wall clock lost some.
        x_doubtful = known - start.wall > agreement;
    } else if (start.wall > known + ahead_max) {
        x_offset = known - start.monotonic;
        x_doubtful = true;
    } else if (start.wall > known + gap_max) {
        x_is_walls = true;
        x_doubtful = true;
    }
}

milliseconds gateway_clock::positive(milliseconds monotonic) const {
    return std::max(monotonic, x_started);
}

void gateway_clock::on_wall(utc_time wall, milliseconds monotonic) {
    x_wall = wall - positive(monotonic);
    judge(monotonic);
}

void gateway_clock::on_peer(bureau_id peer, utc_time time, milliseconds monotonic) {
    x_peers[peer] = time - positive(monotonic);
    judge(monotonic);
}

// The largest group that agrees, the earliest of equals: what comes too late expires later, what
// comes too early is lost.
std::optional<utc_time> gateway_clock::find_agreement() const {
    std::vector<utc_time> said{x_wall};
    for (const auto& [peer, offset] : x_peers) {
        said.push_back(offset);
    }
    std::sort(said.begin(), said.end());
    std::optional<utc_time> best;
    std::ptrdiff_t most = 1;
    for (auto first = said.begin(); first != said.end(); ++first) {
        const auto count = std::upper_bound(first, said.end(), *first + agreement) - first;
        if (count > most) {
            most = count;
            best = *first;
        }
    }
    return best;
}

void gateway_clock::judge(milliseconds monotonic) {
    if (const auto agreed = find_agreement()) {
        agreed_on(*agreed, monotonic);
    } else {
        judge_alone(monotonic);
    }
}

void gateway_clock::agreed_on(utc_time offset, milliseconds monotonic) {
    const auto near = x_doubtful ? agreement : agreement + tolerance;
    if (difference(offset, x_offset) <= near) {
        x_doubtful = false;
    } else if (offset > x_offset) {
        move_to(offset, monotonic);
        x_doubtful = false;
    } else {
        x_doubtful = true;  // Ours is ahead, and never goes back: it waits for the others.
    }
    x_is_walls = x_is_walls && x_doubtful;
    x_is_hearsay = x_is_hearsay && x_doubtful;
}

void gateway_clock::judge_alone(milliseconds monotonic) {
    if (difference(x_wall, x_offset) <= agreement) {
        x_doubtful = x_is_walls;
        x_is_hearsay = false;
        return;
    }
    if (!x_doubtful && x_wall > x_offset && x_wall - x_offset <= step_max) {
        x_offset = x_wall;
        return;
    }
    x_doubtful = true;
    // The only peer of a site whose own clock is dead is the best guess there is. It is not
    // confirmed, so the doubt stays.
    if (x_peers.size() == 1) {
        const auto guess = x_peers.begin()->second;
        if (guess > x_offset + agreement && guess < x_offset + ahead_max && x_wall < x_offset) {
            move_to(guess, monotonic);
            x_is_hearsay = true;
        }
    }
}

void gateway_clock::move_to(utc_time offset, milliseconds monotonic) {
    const auto from = x_jump ? x_jump->from : now(monotonic);
    x_offset = offset;
    x_jump = jump{from, now(monotonic)};
}

}  // namespace dhow::app
