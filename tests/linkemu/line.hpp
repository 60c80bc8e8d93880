// The link: two pipes, what cuts it and for how long, and the commands that change it. Pure.
#pragma once

#include "tests/linkemu/flows.hpp"

namespace dhow::linkemu {

class line {
public:
    line(const settings& options, duration now);

    /// A packet from A (`up`) or from B (`down`).
    void on_packet(way from, packet one, duration now);
    struct arrival {
        way to;  ///< came this way: to B when `up`
        packet what;
    };
    std::optional<arrival> next_arrival(duration now);
    /// What follows from the time: cuts that begin or end, commands that are due.
    void on_time(duration now);
    duration deadline() const;

    /// Carries out a command; the answer, or throws `wrong_word`.
    std::string command(const std::string& words, duration now);
    std::string counters_json(duration now) const;

    bool is_quit() const { return x_is_quit; }
    /// What the devices are to show; changes by the command `carrier`.
    bool has_carrier() const { return x_has_carrier; }

private:
    bool is_up(way direction) const { return x_cut_until.at(direction) == duration{}; }
    void cut(cut_kind kind, duration until, duration now);
    void end_cuts(duration now);
    void plan_next_cut(duration now);
    double between(double least, double most);
    void count_up_time(duration now);
    bool change_pipes(const std::string& verb, const std::string& value, duration now);

    random_source x_chance;
    std::array<pipe, 2> x_pipes;
    std::optional<cut_plan> x_plan;
    std::vector<timed_command> x_commands;  ///< the latest first
    flows x_flows;
    std::vector<arrival> x_resets;
    std::array<duration, 2> x_cut_until{};  ///< zero: not cut
    duration x_next_cut = never;
    std::uint64_t x_cuts = 0;
    std::uint64_t x_resets_sent = 0;
    duration x_counted_at{};
    duration x_up_time{};
    bool x_is_quit = false;
    bool x_has_carrier = true;
};

}  // namespace dhow::linkemu
