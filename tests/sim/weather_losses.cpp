// The bad days of a run: machines that are lost, and power and space that end with a commit.
// Way of the message: see weather.hpp.
// Pure.
// Spec: docs/simulator.md#faults. Tests: sim.
// Limits: see weather.hpp.
#include "tests/sim/weather.hpp"

namespace dhow::sim {

void weather::plan_restore() {
    some_time(600, [this] {
        auto& one = any_node();
        if (!one.is_alive() || !one.back_up()) {
            plan_restore();
            return;
        }
        x_note(one.name(), "is backed up");
        some_time(600, [this, &one] {
            if (x_off.contains(&one)) {
                plan_restore();
                return;
            }
            x_note(one.name(), "is restored to its backup");
            ++x_damage.restored;
            one.restore();
            plan_restore();
        });
    });
}

void weather::draw_put_back(prng own) {
    x_put_back = own;
    plan_put_back();
}

void weather::plan_put_back() {
    x_clock.after(us(x_put_back->between(1, 240'000'000)), [this] {
        if (x_healing) {
            return;
        }
        auto& one = *x_nodes[x_put_back->below(x_nodes.size())];
        x_note(one.name(), "has no lines");
        separate(one, true);
        x_net.cut_all();
        x_clock.after(us(x_put_back->between(10'000'000, 180'000'000)), [this, &one] {
            separate(one, false);
            if (!x_healing && one.is_alive() && one.back_up()) {
                x_note(one.name(), "is backed up, and has lines again");
                put_back(one);
            }
        });
        plan_put_back();
    });
}

void weather::put_back(node& one) {
    x_clock.after(us(x_put_back->between(10'000'000, 180'000'000)), [this, &one] {
        if (x_healing || x_off.contains(&one)) {
            return;
        }
        x_note(one.name(), "is restored to its backup, without lines");
        ++x_damage.restored;
        one.restore();
        separate(one, true);
        x_clock.after(us(x_put_back->between(1, 600'000'000)),
                      [this, &one] { separate(one, false); });
    });
}

void weather::draw_unheard_commits(prng own) {
    x_unheard = own;
    if (x_unheard->chance(0.1)) {
        plan_unheard_commit();
    }
}

// A crash at a random time mostly finds a gateway that waits for its lines. This one meets the
// instants at which a step is on disk and the next one is not.
void weather::plan_unheard_commit() {
    x_clock.after(us(x_unheard->between(1, 20'000'000)), [this] {
        if (x_healing) {
            return;
        }
        auto& victim = *x_nodes[x_unheard->below(x_nodes.size())];
        if (victim.is_alive()) {
            const auto rest = us(x_unheard->between(1'000, 5'000'000));
            victim.after_commits(x_unheard->between(1, 4), [this, &victim, rest] {
                x_note(victim.name(), "loses power as a commit ends");
                victim.crash();
                x_clock.after(rest, [this, &victim] { revive(victim); });
            });
        }
        plan_unheard_commit();
    });
}

void weather::draw_last_commits(prng own) {
    x_last = own;
    if (x_last->chance(0.1)) {
        plan_last_commit();
    }
}

// A disk that fills up by itself is mostly full before a message comes, which so is not taken. This
// one has it, and no room for what follows.
void weather::plan_last_commit() {
    x_clock.after(us(x_last->between(1, 60'000'000)), [this] {
        if (x_healing) {
            return;
        }
        auto& victim = *x_nodes[x_last->below(x_nodes.size())];
        const auto rest = us(x_last->between(1'000'000, 120'000'000));
        victim.after_commits(x_last->between(1, 4), [this, &victim, rest] {
            x_note(victim.name(), "has nothing left on its disk as a commit ends");
            victim.set_free_space(0);
            ++x_damage.full_disks;
            x_clock.after(rest, [this, &victim] {
                x_note(victim.name(), "has space again");
                victim.set_free_space(std::nullopt);
            });
        });
        plan_last_commit();
    });
}

}  // namespace dhow::sim
