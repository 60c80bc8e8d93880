// The bad days of a run.
// Way of the message: see weather.hpp.
// Pure.
// Spec: docs/simulator.md#faults. Tests: sim.
// Limits: see weather.hpp.
#include "tests/sim/weather.hpp"

#include "tests/linkemu/profiles.hpp"

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;

/// Of a federation; its hubs are behind them.
constexpr std::size_t bureaus_of_a_run = 3;
constexpr std::chrono::hours ten_years{10 * 8766};
}  // namespace

node_limits weather::draw_limits() {
    node_limits out;
    if (x_random.chance(0.3)) {
        // The least that still lets a body of 16 KiB go with its offer beside the part of flash.
        out.implied_credit_bytes = static_cast<std::uint32_t>(x_random.between(40'000, 60'000));
        out.granted_credit_bytes = static_cast<std::uint32_t>(x_random.between(40'000, 60'000));
    }
    if (x_random.chance(0.3)) {
        out.window_bytes = static_cast<std::uint32_t>(x_random.between(4'000, 100'000));
    }
    if (x_random.chance(0.3)) {
        out.frame_payload_bytes = x_random.between(600, 8'000);
    }
    if (x_random.chance(0.3)) {
        out.batch.operations_max = x_random.between(1, 20);
    }
    if (x_random.chance(0.2)) {
        out.commit_time_max_us = 1'000'000;
    }
    return out;
}

void weather::draw_lines() {
    x_net.faults.latency = us(x_random.between(1'000, 750'000));
    x_net.faults.bytes_per_second = x_random.between(1'200, 2'000'000);
}

void weather::draw_faults(std::vector<node*> nodes) {
    x_nodes = std::move(nodes);
    if (x_random.chance(0.6)) {
        x_net.faults.cut_every = us(x_random.between(2, 120) * 1'000'000);
    }
    x_net.faults.refuse_dial = x_random.chance(0.4) ? 0.3 : 0.0;
    x_net.faults.split = x_random.chance(0.2) ? 0.2 : 0.0;
    x_net.faults.half_open = x_random.chance(0.4) ? 0.5 : 0.0;
    draw_power();
    draw_disks();
    draw_clocks();
    if (x_random.chance(0.15)) {
        plan_restore();
    }
}

void weather::draw_power() {
    x_days_off = x_random.chance(0.2);
    if (x_random.chance(0.7)) {
        plan_crash(x_random.between(5, 300));
    }
    if (x_random.chance(0.4)) {
        plan_partition();
    }
}

void weather::draw_disks() {
    if (x_random.chance(0.3)) {
        plan_full_disk();
    }
    if (x_random.chance(0.3)) {
        plan_io_error();
    }
}

void weather::draw_clocks() {
    x_wrong_clocks = x_random.chance(0.4);
    if (x_wrong_clocks) {
        plan_wall_jump();
    }
}

void weather::some_time(std::uint64_t seconds_max, std::function<void()> what) {
    x_clock.after(us(x_random.between(1, seconds_max * 1'000'000)), [this, what = std::move(what)] {
        if (!x_healing) {
            what();
        }
    });
}

void weather::plan_crash(std::uint64_t mean_seconds) {
    some_time(2 * mean_seconds, [this, mean_seconds] {
        auto& victim = any_node();
        if (victim.is_alive()) {
            x_note(victim.name(), "loses power");
            victim.crash();
            const bool is_long = x_days_off && x_random.chance(0.05);
            const auto rest = is_long ? us(x_random.between(60, 900) * 1'000'000)
                                      : us(x_random.between(1'000, 60'000'000));
            x_clock.after(rest, [this, &victim] { revive(victim); });
        }
        plan_crash(mean_seconds);
    });
}

void weather::revive(node& one) {
    if (one.is_alive() || x_off.contains(&one)) {
        return;
    }
    set_wall(one);
    x_note(one.name(), "starts");
    one.start();
}

void weather::plan_partition() {
    some_time(300, [this] {
        const std::size_t hub_at = x_random.between(bureaus_of_a_run, x_nodes.size() - 1);
        const auto& hub = x_nodes[hub_at]->name();
        const auto& away = x_nodes[x_random.below(hub_at)]->name();
        x_note(away, "is cut off from " + hub);
        x_net.partitions.insert({away, hub});
        x_net.cut_all();
        x_clock.after(us(x_random.between(1, 300'000'000)), [this, away, hub] {
            x_net.partitions.erase({away, hub});
            tell_of_line(away);
        });
        plan_partition();
    });
}

void weather::draw_bearers(prng own) {
    x_bearers = own;
    plan_dead_link();
}

void weather::plan_dead_link() {
    const auto wait = us(x_bearers->between(1, 120'000'000));
    x_clock.after(wait, [this] {
        if (x_healing) {
            return;
        }
        const auto& one = *x_nodes[x_bearers->below(bureaus_of_a_run)];
        const auto& links = one.config().links;
        const auto& link = links[x_bearers->below(links.size())].name;
        x_note(one.name(), "has no " + link + " any more");
        ++x_damage.dead_links;
        x_net.dead_links.insert({one.name(), link});
        x_net.cut_link(one.name(), link);
        x_clock.after(us(x_bearers->between(1, 240'000'000)), [this, name = one.name(), link] {
            x_net.dead_links.erase({name, link});
            tell_of_line(name);
        });
        plan_dead_link();
    });
}

void weather::draw_silences(prng own) {
    if (own.chance(0.3)) {
        x_silences = own;
        plan_silence();
    }
}

// A path behind a modem: no carrier goes, nothing is refused, nobody is told.
void weather::plan_silence() {
    const auto wait = us(x_silences->between(1, 120'000'000));
    x_clock.after(wait, [this] {
        if (x_healing) {
            return;
        }
        const auto& one = *x_nodes[x_silences->below(bureaus_of_a_run)];
        const auto& links = one.config().links;
        const auto& link = links[x_silences->below(links.size())].name;
        x_note(one.name(), "has a dead path on " + link);
        x_net.silent_links.insert({one.name(), link});
        const bool is_short = x_silences->chance(0.5);
        const auto length = us(x_silences->between(1, is_short ? 20'000'000 : 300'000'000));
        x_clock.after(length, [this, name = one.name(), link] {
            x_note(name, "has its path on " + link + " again");
            x_net.silent_links.erase({name, link});
        });
        plan_silence();
    });
}

void weather::draw_news(prng own) {
    auto apart = own;
    draw_silences(prng(apart.next() ^ 0x73696c65'6e636573ULL));
    if (own.chance(0.5)) {
        x_news = own;
    }
}

// Some are lost: the watch had to be opened again.
void weather::tell_of_line(const std::string& whose) {
    if (!x_news || x_news->chance(0.1)) {
        return;
    }
    for (auto* one : x_nodes) {
        if (one->name() == whose && one->is_alive()) {
            x_note(whose, "hears that its network has changed");
            one->network_changed();
        }
    }
}

void weather::plan_full_disk() {
    some_time(400, [this] {
        auto& victim = any_node();
        const auto left = x_random.chance(0.3) ? 0 : x_random.between(0, 2'000'000);
        x_note(victim.name(), "has " + std::to_string(left) + " bytes left on its disk");
        victim.set_free_space(left);
        ++x_damage.full_disks;
        x_clock.after(us(x_random.between(1, 240) * 1'000'000), [this, &victim] {
            x_note(victim.name(), "has space again");
            victim.set_free_space(std::nullopt);
        });
        plan_full_disk();
    });
}

void weather::plan_io_error() {
    some_time(400, [this] {
        auto& victim = any_node();
        if (victim.is_alive()) {
            const auto in = x_random.between(0, 60);
            x_note(victim.name(),
                   "will have an I/O error " + std::to_string(in) + " operations from now");
            victim.hardware().fail_at(victim.hardware().operations() + in, disk_fault::io_error,
                                      false);
            ++x_damage.io_errors;
        }
        plan_io_error();
    });
}

// Half of the starts find a clock that is some seconds off, the others one without a battery.
void weather::set_wall(node& one) {
    if (!x_wrong_clocks || x_healing) {
        return;
    }
    const auto kind = x_random.below(4);
    const auto seconds = std::chrono::seconds{static_cast<std::int64_t>(x_random.below(41)) - 20};
    protocol::milliseconds error = seconds;
    error += kind == 2 ? ten_years : kind == 3 ? -ten_years : std::chrono::hours{0};
    ++x_damage.clock_changes;
    x_note(one.name(), "has a clock that is wrong by " + std::to_string(error.count()) + " ms");
    one.set_wall_error(error);
}

void weather::plan_wall_jump() {
    some_time(600, [this] {
        set_wall(any_node());
        plan_wall_jump();
    });
}

void weather::draw_hard_times(prng own) {
    x_hard = own;
    if (x_hard->chance(0.25)) {
        draw_profile();
    }
    if (x_hard->chance(0.2)) {
        plan_dead_disk();
    }
    if (x_hard->chance(0.04)) {
        plan_days_off();
    }
}

void weather::draw_profile() {
    const auto& drawn = linkemu::profiles.at(x_hard->below(linkemu::profiles.size()));
    if (drawn.up_kbit == 0) {
        return;  // Nothing goes at all; partitions do that.
    }
    x_note("all", "have lines like " + std::string(drawn.name));
    const auto bytes_per_second = [](double kbit) {
        return static_cast<std::uint64_t>(kbit * 1000 / 8);
    };
    auto& to = x_net.faults;
    to.latency = us(static_cast<std::uint64_t>(drawn.rtt_ms * 500));
    to.bytes_per_second = bytes_per_second(drawn.down_kbit);
    to.up_bytes_per_second = bytes_per_second(drawn.up_kbit);
    to.loss = drawn.loss;
}

// Half of them can not write down for good what was written; the others answer nothing at all.
void weather::plan_dead_disk() {
    const auto wait = us(x_hard->between(1, 600'000'000));
    x_clock.after(wait, [this] {
        if (x_healing) {
            return;
        }
        auto& victim = *x_nodes[x_hard->below(x_nodes.size())];
        const auto fault = x_hard->chance(0.5) ? disk_fault::sync_error : disk_fault::io_error;
        x_note(victim.name(), fault == disk_fault::sync_error
                                  ? "has a disk that fails all syncs"
                                  : "has a disk that fails all operations");
        ++x_damage.dead_disks;
        victim.hardware().fail_at(victim.hardware().operations(), fault, true);
        x_clock.after(us(x_hard->between(1'000'000, 180'000'000)), [this, &victim] {
            x_note(victim.name(), "has a sound disk again");
            victim.hardware().heal();
        });
        plan_dead_disk();
    });
}

// One bureau, once in a run: no power, no diesel, a building that is locked.
void weather::plan_days_off() {
    auto& away = *x_nodes[x_hard->below(bureaus_of_a_run)];
    x_clock.after(us(x_hard->between(1, 1'200'000'000)), [this, &away] {
        const auto rest = us(x_hard->between(12, 96) * 3'600'000'000ULL);
        if (x_healing || x_off.contains(&away)) {
            return;
        }
        x_note(away.name(), "is off for days");
        ++x_damage.days_off;
        x_off.insert(&away);
        away.switch_off();
        x_all_back_at = std::max(x_all_back_at, x_clock.elapsed() + rest);
        x_clock.after(rest, [this, &away] {
            x_off.erase(&away);
            revive(away);
        });
    });
}

void weather::draw_months_ahead(prng own) {
    x_months = own;
    if (x_months->chance(0.06)) {
        plan_months_ahead();
    }
}

// A set clock that is wrong: more than may pass while a gateway is off, less than what nobody
// believes (gateway_clock::gap_max, ahead_max). Half of them are put right before healing; time
// never goes back in a life, so that takes a start.
void weather::plan_months_ahead() {
    x_clock.after(us(x_months->between(1, 600'000'000)), [this] {
        auto& victim = *x_nodes[x_months->below(x_nodes.size())];
        if (x_healing) {
            return;
        }
        if (victim.is_alive()) {
            const auto days = std::chrono::days{x_months->between(8, 399)};
            x_note(victim.name(),
                   "starts with a clock that is " + std::to_string(days.count()) + " days ahead");
            ++x_damage.clock_changes;
            start_again(victim, days);
            if (x_months->chance(0.5)) {
                x_clock.after(us(x_months->between(1, 600'000'000)), [this, &victim] {
                    if (victim.is_alive() && !x_healing) {
                        x_note(victim.name(), "starts with the right time");
                        start_again(victim, protocol::milliseconds{0});
                    }
                });
            }
        }
        plan_months_ahead();
    });
}

void weather::draw_dead_battery(prng own) {
    x_battery = own;
    if (!x_battery->chance(0.15)) {
        return;
    }
    auto& victim = *x_nodes[x_battery->below(bureaus_of_a_run)];
    x_clock.after(us(x_battery->between(1, 1'100'000'000)), [this, &victim] {
        if (x_healing || x_off.contains(&victim)) {
            return;
        }
        x_note(victim.name(), "is off for hours, and its battery is dead");
        x_off.insert(&victim);
        victim.switch_off();
        const auto rest = us(x_battery->between(3'600, 14'400) * 1'000'000);
        x_all_back_at = std::max(x_all_back_at, x_clock.elapsed() + rest + std::chrono::minutes{2});
        x_clock.after(rest, [this, &victim] { wake_without_battery(victim); });
    });
}

// Agencies submit at once; the lines are there a minute later, and so are those that know the time.
void weather::wake_without_battery(node& one) {
    x_note(one.name(), "starts, and does not know the time");
    ++x_damage.clock_changes;
    x_off.erase(&one);
    separate(one, true);
    one.switch_off();
    one.set_wall_error(-ten_years);
    one.start();
    if (x_battery->chance(0.5)) {
        x_clock.after(us(x_battery->between(1, 60'000'000)), [this, &one] {
            if (one.is_alive()) {
                x_note(one.name(), "is told the time by somebody, and starts again");
                start_again(one, protocol::milliseconds{0});
            }
        });
    }
    x_clock.after(std::chrono::minutes{1}, [this, &one] {
        separate(one, false);
        one.set_wall_error(protocol::milliseconds{0});
    });
}

void weather::draw_island(prng own) {
    if (!own.chance(0.6)) {
        return;
    }
    const auto& island = *x_nodes[own.below(bureaus_of_a_run)];
    x_clock.after(us(own.between(1, 300'000'000)), [this, &island] {
        if (!x_healing) {
            x_note(island.name(), "is an island: nothing reaches it but by hand");
            separate(island, true);
        }
    });
}

void weather::separate(const node& one, bool is_cut_off) {
    for (std::size_t i = 0; i < x_nodes.size(); ++i) {
        for (std::size_t j = i + 1; j < x_nodes.size(); ++j) {
            if (x_nodes[i] != &one && x_nodes[j] != &one) {
                continue;
            }
            const std::pair between{x_nodes[i]->name(), x_nodes[j]->name()};
            if (is_cut_off) {
                x_net.partitions.insert(between);
            } else {
                x_net.partitions.erase(between);
            }
        }
    }
}

void weather::start_again(node& one, protocol::milliseconds wall_error) {
    one.crash();
    one.set_wall_error(wall_error);
    one.start();
}

void weather::heal() {
    x_healing = true;
    x_note("all", "healing begins");
    x_net.faults = network_faults{};
    x_net.partitions.clear();
    x_net.dead_links.clear();
    x_net.silent_links.clear();
    x_net.cut_all();
    for (auto* one : x_nodes) {
        one->after_commits(0, nullptr);
        one->set_free_space(std::nullopt);
        one->hardware().heal();
        one->set_wall_error(protocol::milliseconds{0});
        if (one->is_alive() && one->is_ahead()) {
            x_note(one->name(), "is started again with the right time");
            start_again(*one, protocol::milliseconds{0});
        }
        revive(*one);
        tell_of_line(one->name());
    }
}

}  // namespace dhow::sim
