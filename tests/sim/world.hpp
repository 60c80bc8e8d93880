// A run: some bureaus and a hub, people who send, faults drawn from the seed, healing, and the
// checks. Way of the message: agency -> node -> network -> hub -> network -> node -> inbox, and
// receipts back. Pure but for SQLite in memory. One seed gives one run, to the byte. Spec:
// docs/simulator.md (faults, checks). Tests: sim_tests; `dhow-sim --seed N`. Limits: small on
// purpose, so that seeds are many.
#pragma once

#include "tests/sim/node.hpp"

#include <ostream>

namespace dhow::sim {

struct world_options {
    std::uint64_t seed = 1;
    std::size_t messages = 20;
    bool faults = true;
    std::string synchronous = "FULL";
    std::ostream* trace = nullptr;  ///< A line per event worth reading; nothing: silent.
};

struct verdict {
    bool ok = true;
    std::vector<std::string> problems;
    std::uint64_t messages = 0, deliveries = 0, crashes = 0, cuts = 0, steps = 0;
    protocol::milliseconds simulated{0};
    std::uint64_t trace_hash = 0;  ///< Of every event's time and text: two runs of a seed agree.
};

verdict run_world(const world_options& options);

}  // namespace dhow::sim
