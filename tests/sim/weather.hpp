// The bad days of a run: which faults a seed draws, when they strike, and the healing.
// Way of the message: against it.
// Pure.
// Spec: docs/simulator.md#faults. Tests: sim.
// Limits: a random subset a seed, so that each fault is also seen without the others.
#pragma once

#include "tests/sim/people.hpp"

namespace dhow::sim {

/// Of a drawn number.
inline microseconds us(std::uint64_t count) {
    return microseconds{static_cast<std::int64_t>(count)};
}

/// What befell the federation.
struct damage {
    std::uint64_t full_disks = 0, io_errors = 0, clock_changes = 0, restored = 0, dead_links = 0,
                  dead_disks = 0, days_off = 0;
};

class weather {
public:
    weather(clockwork& clock, prng& random, network& net, people::noter note)
        : x_clock(clock), x_random(random), x_net(net), x_note(std::move(note)) {}

    /// Before the nodes are made, since some limits are theirs for life.
    node_limits draw_limits();
    /// Latency and rate only.
    void draw_lines();
    /// The rest; `hub` is the last of the nodes.
    void draw_faults(std::vector<node*> nodes);
    /// Links die and come back, each by itself. Draws from `own`, so that seeds of old stay as they
    /// were.
    void draw_bearers(prng own);
    /// Lines of a kind that people have, disks that fail until they are replaced, a bureau that is
    /// off for days. After draw_faults(). Draws from `own`.
    void draw_hard_times(prng own);
    /// Machines start with clocks that are months ahead. After draw_faults(). Draws from `own`.
    void draw_months_ahead(prng own);
    /// A bureau whose power fails for hours loses its clock as well. Draws from `own`.
    void draw_dead_battery(prng own);
    /// One bureau has no line at all for the rest of the bad days. Draws from `own`.
    void draw_island(prng own);
    /// Paths die without a word and come back. Draws from `own`.
    void draw_silences(prng own);
    /// Machines hear from their kernels when a line of theirs is back. Draws from `own`.
    void draw_news(prng own);
    /// A node is backed up while it has no lines, hands on what waits, is lost, and its successor
    /// has no lines for a while. Draws from `own`.
    void draw_put_back(prng own);
    /// Power that fails when a commit is on disk and nobody has heard of it. Draws from `own`.
    void draw_unheard_commits(prng own);
    /// Disks that are full from the end of a commit on. Draws from `own`.
    void draw_last_commits(prng own);
    /// All is well from now on: lines, disks, clocks, power; but who is off for long stays off.
    void heal();
    /// When the last one who is off for hours or days is back, since the start.
    [[nodiscard]] microseconds all_back_at() const { return x_all_back_at; }
    [[nodiscard]] const damage& done() const { return x_damage; }

private:
    void draw_power();
    void draw_disks();
    void draw_clocks();
    void plan_crash(std::uint64_t mean_seconds);
    void plan_unheard_commit();
    void plan_last_commit();
    void plan_partition();
    void plan_dead_link();
    void plan_silence();
    void plan_dead_disk();
    void plan_days_off();
    void draw_profile();
    void plan_restore();
    void plan_put_back();
    void put_back(node& one);
    void plan_full_disk();
    void plan_io_error();
    void plan_wall_jump();
    void plan_months_ahead();
    void wake_without_battery(node& one);
    void separate(const node& one, bool is_cut_off);
    void tell_of_line(const std::string& whose);
    void start_again(node& one, protocol::milliseconds wall_error);
    void set_wall(node& one);
    void revive(node& one);
    node& any_node() { return *x_nodes[x_random.below(x_nodes.size())]; }
    /// Does it after a random time, unless healing has come.
    void some_time(std::uint64_t seconds_max, std::function<void()> what);

    clockwork& x_clock;
    prng& x_random;
    network& x_net;
    people::noter x_note;
    std::vector<node*> x_nodes;
    damage x_damage;
    std::optional<prng> x_bearers, x_hard, x_months, x_battery, x_news, x_unheard, x_last,
        x_put_back, x_silences;
    std::set<const node*> x_off;  ///< For hours or days.
    microseconds x_all_back_at{0};
    bool x_wrong_clocks = false;
    bool x_days_off = false;
    bool x_healing = false;
};

}  // namespace dhow::sim
