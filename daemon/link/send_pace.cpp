// How many bytes may be under way to the peer.
// Way of the message: see send_pace.hpp.
// Pure.
// Spec: docs/link-protocol.md#order. Tests: unit/link/send_pace_test.cpp.
// Limits: see send_pace.hpp.
#include "daemon/link/send_pace.hpp"

#include <algorithm>
#include <utility>

namespace dhow::link {

using protocol::milliseconds;
namespace limits = protocol::limits;

namespace {
/// Shorter windows measure the clock's grain.
constexpr milliseconds window_min{100};
/// A look at the kernel costs two system calls.
constexpr milliseconds look_min{1};
constexpr milliseconds look_max{25};
/// While TCP's window grows, its acknowledgements come in bursts that leave it idle.
constexpr milliseconds look_growing_max{5};
/// A handshake of so many bytes makes the smoothed round trip (of which it is an eighth) so much
/// longer on a line below some 30 kbit/s.
constexpr milliseconds slow_handshake{10};
constexpr std::uint64_t handshake_bytes_min = 250;
/// No modem and no satellite answers so soon: until the rate is known, writes may be large.
constexpr milliseconds short_round_trip{20};
/// Of what TCP has not sent yet, where a frame is shorter than a few looks are apart.
constexpr milliseconds unsent_time{4};
/// What may stand in the queue, a frame included.
constexpr milliseconds queue_time{250};
/// A round trip that is longer than the shortest by all of that, and by this, has met a queue of a
/// whole line: a burst into an empty line makes a shorter one.
constexpr milliseconds queue_seen_min{150};

std::uint64_t in_time(std::uint64_t rate, milliseconds time) {
    return rate * static_cast<std::uint64_t>(time.count()) / 1000;
}
}  // namespace

std::uint64_t send_pace::rate() const {
    return x_rates.empty() ? 0 : *std::max_element(x_rates.begin(), x_rates.end());
}

std::size_t send_pace::batch_bytes() const {
    if (x_rates.empty()) {
        return x_last.round_trip < short_round_trip ? std::size_t{16} * limits::kib
                                                    : std::size_t{2} * limits::frame_bytes_min;
    }
    return std::clamp<std::size_t>(in_time(rate(), limits::frame_time_max), limits::frame_bytes_min,
                                   batch_bytes_max);
}

std::uint64_t send_pace::allowed_bytes() const {
    const auto on_the_line = in_time(rate(), x_last.round_trip);
    const auto queue = std::max<std::uint64_t>(in_time(rate(), queue_time), batch_bytes());
    if (!is_steady()) {
        const bool is_fast = x_last.acked_bytes >= handshake_bytes_min &&
                             x_last.usual_round_trip < x_last.round_trip + slow_handshake;
        const auto first = is_fast ? first_bytes_fast : first_bytes;
        return std::max<std::uint64_t>(first, 3 * on_the_line) + queue;
    }
    return on_the_line + queue;
}

std::uint64_t send_pace::unsent_bytes_max() const {
    return std::max<std::uint64_t>(batch_bytes(), in_time(rate(), unsent_time));
}

milliseconds send_pace::time_of(std::uint64_t bytes) const {
    const auto speed = rate();
    return speed == 0 ? look_max
                      : milliseconds{static_cast<std::int64_t>(
                            std::min<std::uint64_t>(bytes * 1000 / speed, 60'000))};
}

milliseconds send_pace::wait() const {
    const auto allowed = allowed_bytes();
    const auto unsent_max = unsent_bytes_max();
    const auto too_many = std::max(std::max(x_last.under_way_bytes, allowed) - allowed,
                                   std::max(x_last.unsent_bytes, unsent_max) - unsent_max);
    if (too_many == 0) {
        return milliseconds{0};
    }
    return std::clamp(time_of(too_many), look_min, is_steady() ? look_max : look_growing_max);
}

void send_pace::close_window(const reading& at) {
    const auto time = static_cast<std::uint64_t>((at.at - x_window.at).count());
    const auto rate_now =
        (at.acked_bytes - x_window.acked_bytes) * 1000 / std::max<std::uint64_t>(time, 1);
    x_rates.push_back(rate_now);
    if (x_rates.size() > windows_kept) {
        x_rates.pop_front();
    }
    if (rate_now > x_best + x_best / 4) {
        x_best = rate_now;
        x_flat = 0;
    } else if (!is_steady()) {
        ++x_flat;
    }
    x_window = at;
    x_is_measured = true;
}

/// Grows again where the rate was believed too low: see the class. Room that is filled at once does
/// not end the time for which the bound has held. What the last growth brought is measured before
/// the next: else bursts would follow each other and no window would ever close.
void send_pace::look_for_more(const reading& at) {
    const bool tcp_holds = at.unsent_bytes > unsent_bytes_max();
    const bool has_queue = at.usual_round_trip >= at.round_trip + queue_time / 2;
    if (tcp_holds || has_queue || !is_steady() || !x_is_measured) {
        x_held_since.reset();
        return;
    }
    if (at.under_way_bytes <= allowed_bytes()) {
        return;
    }
    x_held_since = x_held_since.value_or(at.at);
    if (at.at - *x_held_since >= std::max(window_min, at.round_trip)) {
        x_flat = 0;
        x_best = rate();
        x_window = at;
        x_is_measured = false;
        x_held_since.reset();
    }
}

void send_pace::on_reading(const reading& reported) {
    auto what = reported;
    // An estimate among the kernel's numbers may shrink; what has arrived does not go back.
    what.acked_bytes = std::max(what.acked_bytes, x_last.acked_bytes);
    const auto length = std::max(window_min, is_steady() ? 4 * what.round_trip : what.round_trip);
    if (!std::exchange(x_is_busy, true)) {
        x_window = what;
    } else if (what.at - x_window.at >= length) {
        close_window(what);
    }
    const auto queue = what.usual_round_trip - what.round_trip;
    if (!is_steady() && !x_rates.empty() && queue > std::max(queue_seen_min, what.round_trip)) {
        x_flat = flat_windows;
        x_is_measured = false;
    }
    x_last = what;
    look_for_more(what);
}

}  // namespace dhow::link
