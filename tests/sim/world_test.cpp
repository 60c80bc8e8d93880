// The simulator's seeds as tests: a share of them at each run, the same run twice, and proof that
// it notices. Way of the message: see world.hpp. Pure but for SQLite in memory. Spec:
// docs/simulator.md. Tests: this is one. Limits: see seed_runs.hpp.
#include "tests/sim/seed_runs.hpp"

using namespace dhow::sim;

BOOST_AUTO_TEST_SUITE(world_test)

BOOST_AUTO_TEST_CASE(every_message_arrives_once_on_good_days) {
    const auto found = run_world({.seed = 1, .messages = 40, .faults = false});
    BOOST_TEST(found.ok, (found.problems.empty() ? "" : found.problems.front()));
}

BOOST_AUTO_TEST_CASE(every_message_arrives_once_on_bad_days) { check_seeds(1, seeds_per_file); }

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_run_twice) {
    for (std::uint64_t seed = 7; seed < 7 + seeds_run_twice; ++seed) {
        BOOST_TEST(run_world({.seed = seed}).trace_hash == run_world({.seed = seed}).trace_hash);
    }
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_sync_is_found_out) {
    bool found_out = false;
    for (std::uint64_t seed = 1; seed <= 200 && !found_out; ++seed) {
        found_out = !run_world({.seed = seed, .synchronous = "OFF"}).ok;
    }
    BOOST_TEST(found_out);
}

BOOST_AUTO_TEST_SUITE_END()
