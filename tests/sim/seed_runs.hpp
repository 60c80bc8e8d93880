// Ranges of seeds as tests, in more than one file so that each core takes one.
// Way of the message: see world.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#seeds. Tests: world_test, more_seeds_test.
// Limits: kept below a minute together; `scripts/sim` runs more.
#pragma once

#include "tests/sim/world.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::sim {

#ifdef DHOW_SANITIZED
inline constexpr std::uint64_t seeds_per_file = 8;  // Sanitizers make a run ten times as long.
inline constexpr std::uint64_t seeds_run_twice = 1;
#else
inline constexpr std::uint64_t seeds_per_file = 100;
inline constexpr std::uint64_t seeds_run_twice = 3;
#endif

inline void check_seeds(std::uint64_t first, std::uint64_t count) {
    for (auto seed = first; seed < first + count; ++seed) {
        const auto found = run_world({.seed = seed});
        BOOST_TEST(found.ok, "seed " << seed << ": "
                                     << (found.problems.empty() ? "" : found.problems.front()));
    }
}

}  // namespace dhow::sim
