// One way of the link: see pipe.hpp.
#include "tests/linkemu/pipe.hpp"

#include <algorithm>

namespace dhow::linkemu {

bool pipe::happens(double share) {
    return share > 0 && std::uniform_real_distribution<double>(0, 1)(x_chance) < share;
}

duration pipe::sending_ends(duration from) const {
    if (x_buffer.empty() || x_settings.bits_per_s <= 0) {
        return never;
    }
    const auto bits = static_cast<double>(x_buffer.front().size()) * 8;
    return from + from_seconds(bits / x_settings.bits_per_s);
}

void pipe::put(packet one, duration now) {
    send(now);
    ++x_counters.packets_in;
    x_counters.bytes_in += one.size();
    if (!x_buffer.empty() && x_buffered_bytes + one.size() > x_settings.buffer_bytes) {
        ++x_counters.packets_refused;
        return;
    }
    x_buffered_bytes += one.size();
    x_counters.buffer_bytes_max =
        std::max<std::uint64_t>(x_counters.buffer_bytes_max, x_buffered_bytes);
    x_buffer.push_back(std::move(one));
    if (x_buffer.size() == 1) {
        x_head_leaves_at = sending_ends(now);
    }
}

/// All that has left the buffer by now.
void pipe::send(duration now) {
    while (!x_buffer.empty() && x_head_leaves_at <= now) {
        const auto left_at = x_head_leaves_at;
        auto one = std::move(x_buffer.front());
        x_buffer.pop_front();
        x_buffered_bytes -= one.size();
        x_counters.bytes_sent += one.size();
        x_head_leaves_at = sending_ends(left_at);
        if (happens(x_settings.loss)) {
            ++x_counters.packets_lost;
        } else {
            fly(std::move(one), left_at);
        }
    }
}

void pipe::fly(packet one, duration left_at) {
    auto arrival = left_at + x_settings.delay;
    if (x_settings.jitter > duration{}) {
        const auto most = x_settings.jitter.count();
        arrival += duration{std::uniform_int_distribution<duration::rep>(0, most)(x_chance)};
    }
    if (happens(x_settings.reorder)) {
        ++x_counters.packets_reordered;
        x_flying.emplace(arrival + x_settings.reorder_delay, std::move(one));
        return;
    }
    x_last_arrival = std::max(x_last_arrival, arrival);
    x_flying.emplace(x_last_arrival, std::move(one));
}

std::optional<packet> pipe::next(duration now) {
    send(now);
    const auto first = x_flying.begin();
    if (first == x_flying.end() || first->first > now) {
        return std::nullopt;
    }
    auto out = std::move(first->second);
    x_flying.erase(first);
    ++x_counters.packets_out;
    x_counters.bytes_out += out.size();
    return out;
}

duration pipe::deadline() const {
    const auto leaves = x_buffer.empty() ? never : x_head_leaves_at;
    return x_flying.empty() ? leaves : std::min(leaves, x_flying.begin()->first);
}

void pipe::count_cut(std::size_t size) {
    ++x_counters.packets_cut;
    x_counters.bytes_cut += size;
}

void pipe::drop_all() {
    for (const auto& one : x_buffer) {
        count_cut(one.size());
    }
    for (const auto& [arrival, one] : x_flying) {
        count_cut(one.size());
    }
    x_buffer.clear();
    x_flying.clear();
    x_buffered_bytes = 0;
    x_head_leaves_at = never;
}

void pipe::set(const pipe_settings& options, duration now) {
    send(now);
    x_settings = options;
    x_head_leaves_at = sending_ends(now);
}

}  // namespace dhow::linkemu
