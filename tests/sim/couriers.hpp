// People who carry sticks between the bureaus of the simulator, and what happens to sticks.
// Way of the message: node -> [couriers] -> node, beside the network.
// Pure. A random generator of their own: what others draw stays as it was.
// Spec: docs/simulator.md#couriers. Tests: sim.
// Limits: volumes of the least size; a stick that is not read by the end of the run is lost.
#pragma once

#include "protocol/courier.hpp"
#include "tests/sim/people.hpp"

namespace dhow::sim {

class couriers {
public:
    struct deeds {
        std::uint64_t sticks = 0, read = 0, lost = 0, damaged = 0, twice = 0, records = 0;
    };
    couriers(clockwork& clock, prng random, people::noter note)
        : x_clock(clock), x_random(random), x_note(std::move(note)) {}
    /// One sets out now and then, until stop(). How often, and how long they are under way, is
    /// drawn.
    void plan(std::vector<node*> nodes);
    /// Nobody sets out any more; who is on the way arrives.
    void stop() { x_is_over = true; }
    [[nodiscard]] const deeds& done() const { return x_done; }

private:
    struct stick {
        node* from = nullptr;
        node* to = nullptr;
        std::uint64_t from_life = 0, to_life = 0;
        std::uint64_t job = 0;
        std::vector<protocol::bytes> volumes;
        bool is_twice = false;
        std::size_t volume = 0;  ///< Being read.
        std::uint64_t place = 0;
        protocol::volume_layout layout;
    };
    using stick_ptr = std::shared_ptr<stick>;

    void plan_next();
    void set_out();
    void write_on(const stick_ptr& what, std::uint32_t part);
    void travel(const stick_ptr& what);
    void arrive(const stick_ptr& what);
    void read_volume(const stick_ptr& what);
    void begin_volume(const stick_ptr& what, bool front);
    void read_on(const stick_ptr& what);
    void end_volume(const stick_ptr& what);
    /// Only while the node is what it was: whoever died does not answer.
    template <class Response, class Function>
    void ask(node& at, route::api_request what, Function then);
    microseconds some_time(std::uint64_t seconds_max);

    clockwork& x_clock;
    prng x_random;
    people::noter x_note;
    std::vector<node*> x_nodes;
    std::uint64_t x_rest_s_max = 0;  ///< Between two of them.
    std::uint64_t x_way_s_max = 0;
    deeds x_done;
    bool x_is_over = false;
};

}  // namespace dhow::sim
