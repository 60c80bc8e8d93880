// A run of cases and clocks: notices, diffusions and hits as real documents through bad days, and
// the model that watches.
// Way of the message: a story -> node -> network, couriers -> node -> inbox -> agency, and back.
// Pure but for SQLite in memory. One seed gives one run, to the byte.
// Spec: docs/simulator.md#cases. Tests: lifecycle_test; `dhow-sim --cases --seed N`.
// Limits: three bureaus and one or two hubs; the first hub is the General Secretariat.
#pragma once

#include "tests/sim/world.hpp"

namespace dhow::sim {

/// What the runs of some seeds have seen: a run in which nothing happens proves nothing.
struct case_tally {
    std::uint64_t papers = 0, ends = 0, offers = 0, late_copies = 0, removed = 0;
    std::uint64_t requests = 0, replies = 0, fired = 0, sent_again = 0, ends_checked = 0;
    void add(const case_tally& other);
};

verdict run_cases(const world_options& options, case_tally& seen);

}  // namespace dhow::sim
