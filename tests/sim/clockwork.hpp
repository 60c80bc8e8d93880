// Virtual time: a heap of events by (time, order of planning), and nothing else that moves.
// Way of the message: the simulator's only engine.
// Pure.
// Spec: docs/simulator.md. Tests: sim.
// Limits: an event is a closure; planned ones of a dead node check its life themselves.
#pragma once

#include "protocol/ids.hpp"

#include <functional>
#include <queue>

namespace dhow::sim {

using protocol::milliseconds;
using protocol::utc_time;
using std::chrono::microseconds;

class clockwork {
public:
    explicit clockwork(utc_time start) : x_start(start) {}
    /// The true time; what a node believes is its own affair.
    [[nodiscard]] utc_time now() const {
        return x_start + std::chrono::duration_cast<milliseconds>(x_elapsed);
    }
    [[nodiscard]] microseconds elapsed() const { return x_elapsed; }
    void after(microseconds delay, std::function<void()> what) {
        x_events.push({x_elapsed + delay, ++x_order, std::move(what)});
    }
    /// Runs the next event; false when there is none.
    bool step() {
        if (x_events.empty()) {
            return false;
        }
        auto next = x_events.top();
        x_events.pop();
        x_elapsed = std::max(x_elapsed, next.when);
        ++x_steps;
        next.what();
        return true;
    }
    [[nodiscard]] std::uint64_t steps() const { return x_steps; }

private:
    struct event {
        microseconds when;
        std::uint64_t order;
        std::function<void()> what;
        bool operator<(const event& other) const {
            return when != other.when ? when > other.when : order > other.order;
        }
    };
    utc_time x_start;
    microseconds x_elapsed{0};
    std::uint64_t x_order = 0;
    std::uint64_t x_steps = 0;
    std::priority_queue<event> x_events;
};

}  // namespace dhow::sim
