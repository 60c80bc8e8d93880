// The second half of the simulator's seeds. Way of the message: see world.hpp. Pure but for SQLite
// in memory. Spec: docs/simulator.md#seeds. Tests: this is one. Limits: see seed_runs.hpp.
#include "tests/sim/seed_runs.hpp"

using namespace dhow::sim;

BOOST_AUTO_TEST_SUITE(more_seeds_test)

BOOST_AUTO_TEST_CASE(every_message_arrives_once_on_other_bad_days) {
    check_seeds(seeds_per_file + 1, seeds_per_file);
}

BOOST_AUTO_TEST_SUITE_END()
