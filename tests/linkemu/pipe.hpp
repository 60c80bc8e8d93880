// One way of the link: a drop-tail buffer before a line of some rate, then the delay. Pure: times
// are passed in.
#pragma once

#include "tests/linkemu/settings.hpp"

#include <deque>
#include <map>
#include <random>
#include <utility>

namespace dhow::linkemu {

using packet = std::vector<std::uint8_t>;
using random_source = std::mt19937_64;

/// Bytes are of IP packets with their headers.
struct pipe_counters {
    std::uint64_t packets_in = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t packets_out = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t bytes_sent = 0;       ///< left the buffer: what a meter at the modem counts
    std::uint64_t packets_lost = 0;     ///< by chance
    std::uint64_t packets_refused = 0;  ///< the buffer was full
    std::uint64_t packets_cut = 0;      ///< the link was cut
    std::uint64_t bytes_cut = 0;
    std::uint64_t packets_reordered = 0;
    std::uint64_t buffer_bytes_max = 0;
};

class pipe {
public:
    pipe(const pipe_settings& options, random_source& chance)
        : x_settings(options), x_chance(chance) {}

    void put(packet one, duration now);
    /// The next packet that has arrived by now.
    std::optional<packet> next(duration now);
    /// When something happens next.
    duration deadline() const;

    /// What is in the buffer and on the line is gone.
    void drop_all();
    /// A packet that came while the link was cut.
    void count_cut(std::size_t size);
    /// The packet being sent begins anew.
    void set(const pipe_settings& options, duration now);

    const pipe_settings& options() const { return x_settings; }
    const pipe_counters& counters() const { return x_counters; }
    std::size_t buffered_bytes() const { return x_buffered_bytes; }

private:
    duration sending_ends(duration from) const;
    void send(duration now);
    void fly(packet one, duration left_at);
    bool happens(double share);

    pipe_settings x_settings;
    random_source& x_chance;
    pipe_counters x_counters;
    std::deque<packet> x_buffer;
    std::size_t x_buffered_bytes = 0;
    duration x_head_leaves_at = never;
    std::multimap<duration, packet> x_flying;  ///< by the time of arrival
    duration x_last_arrival{};
};

}  // namespace dhow::linkemu
