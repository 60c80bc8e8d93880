// Bureaus of the simulator that change keys, and gateways that hear of it one after the other.
// Way of the message: none; replaces the directories of nodes.
// Pure. A random generator of its own: what others draw stays as it was.
// Spec: docs/simulator.md#faults. Tests: sim.
// Limits: with the stand-in sealer only, which holds no private keys.
#pragma once

#include "tests/sim/people.hpp"

namespace dhow::sim {

class rotations {
public:
    rotations(clockwork& clock, prng random, const protocol::hasher& hash, people::noter note)
        : x_clock(clock), x_random(random), x_hash(hash), x_note(std::move(note)) {}
    /// The first directory: in some seeds with the keys that are to follow, which all know from
    /// the beginning.
    std::shared_ptr<const protocol::directory> begin_with(protocol::directory plain);
    /// Sometimes one gateway has the next directory, and the others minutes later.
    void plan(std::vector<node*> nodes);

private:
    using directory_ptr = std::shared_ptr<const protocol::directory>;
    void rotate();
    directory_ptr next_directory();
    void hand_to(node& to, const directory_ptr& what);

    clockwork& x_clock;
    prng x_random;
    const protocol::hasher& x_hash;
    people::noter x_note;
    std::vector<node*> x_nodes;
    bool x_is_drawn = false;
    protocol::directory x_newest;
};

}  // namespace dhow::sim
