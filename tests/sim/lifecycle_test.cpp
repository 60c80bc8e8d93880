// Notices, diffusions and hits through bad days, watched by a model of cases and clocks.
// Way of the message: see cases_world.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#cases. Tests: this is one.
// Limits: half a minute; `scripts/sim --cases --seeds A..B` runs more.
#include "tests/sim/cases_world.hpp"
#include "tests/support/seed.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::sim {

namespace {
constexpr std::uint64_t fixed_seeds = 50, good_days = 5;

case_tally run_seeds(std::uint64_t first, std::uint64_t count) {
    case_tally sum;
    for (auto seed = first; seed < first + count; ++seed) {
        const auto found = run_cases({.seed = seed}, sum);
        BOOST_TEST(found.ok, "repeat: dhow-sim --cases --seed "
                                 << seed << " --trace: "
                                 << (found.problems.empty() ? "" : found.problems.front()));
    }
    return sum;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(lifecycle_test)

BOOST_AUTO_TEST_CASE(a_good_day_ends_every_case_and_answers_every_request) {
    case_tally sum;
    for (std::uint64_t seed = 1; seed <= good_days; ++seed) {
        const auto found = run_cases({.seed = seed, .faults = false}, sum);
        BOOST_TEST(found.ok, (found.problems.empty() ? "" : found.problems.front()));
    }
    BOOST_TEST(sum.ends > 0U);
    BOOST_TEST(sum.replies > 0U);
}

// What it has seen must be enough to have met what it is there for.
BOOST_AUTO_TEST_CASE(nobody_acts_on_what_has_ended_and_everybody_hears_of_it) {
    const auto sum = run_seeds(1, fixed_seeds);
    BOOST_TEST_MESSAGE("cases: " << sum.papers << " documents, " << sum.ends << " ends, "
                                 << sum.offers << " offers, " << sum.late_copies << " late copies, "
                                 << sum.removed << " removals, " << sum.requests << " requests, "
                                 << sum.replies << " replies, " << sum.fired << " clocks fired, "
                                 << sum.sent_again << " sent again");
    BOOST_TEST(sum.late_copies >= fixed_seeds / 20);
    BOOST_TEST(sum.ends_checked >= fixed_seeds / 2);
    BOOST_TEST(sum.fired >= fixed_seeds / 4);
    BOOST_TEST(sum.removed >= fixed_seeds / 2);
}

BOOST_AUTO_TEST_CASE(nor_on_days_that_nobody_has_seen) {
    run_seeds(1'000 + tests::seed() % 1'000'000, 3);
}

BOOST_AUTO_TEST_CASE(one_seed_gives_one_run) {
    case_tally sum;
    for (const std::uint64_t seed : {3U, 11U}) {
        const auto once = run_cases({.seed = seed}, sum);
        const auto twice = run_cases({.seed = seed}, sum);
        BOOST_TEST(once.trace_hash == twice.trace_hash);
        BOOST_TEST(once.seen.steps == twice.seen.steps);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
