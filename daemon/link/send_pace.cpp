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
/// No modem and no satellite answers so soon: until the rate is known, writes may be large.
constexpr milliseconds short_round_trip{20};
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
        return std::max<std::uint64_t>(first_bytes, 3 * on_the_line) + queue;
    }
    return on_the_line + queue;
}

milliseconds send_pace::wait() const {
    const auto allowed = allowed_bytes();
    if (x_last.under_way_bytes <= allowed) {
        return milliseconds{0};
    }
    const auto too_many = x_last.under_way_bytes - allowed;
    const auto speed = rate();
    const auto time = speed == 0 ? look_max
                                 : milliseconds{static_cast<std::int64_t>(
                                       std::min<std::uint64_t>(too_many * 1000 / speed, 60'000))};
    return std::clamp(time, look_min, look_max);
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
}

void send_pace::on_reading(const reading& what) {
    const auto length = std::max(window_min, is_steady() ? 4 * what.round_trip : what.round_trip);
    if (!std::exchange(x_is_busy, true)) {
        x_window = what;
    } else if (what.at - x_window.at >= length) {
        close_window(what);
    }
    const auto queue_seen = what.round_trip + std::max(queue_seen_min, what.round_trip);
    if (!is_steady() && !x_rates.empty() && what.usual_round_trip > queue_seen) {
        x_flat = flat_windows;
    }
    x_last = what;
}

}  // namespace dhow::link
