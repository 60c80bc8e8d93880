// An operation day: many bureaus on lines as they have them, two hubs, checks that give hits, and
// the table of delays by class and link profile.
// Way of the message: bureau -> hub (-> hub) -> bureau; see operation_day.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#operation-day. Tests: this is one.
// Limits: ten bureaus and two hours; DHOW_FULL_SIZE in the environment makes it 54 and a day.
#include "tests/sim/operation_day.hpp"

#include "tests/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <sstream>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;

void check_day(const day_size& size, std::uint64_t seed) {
    operation_day day(size, seed);
    day.run();
    std::ostringstream table;
    day.print(table);
    BOOST_TEST_MESSAGE(table.str());
    const auto found = day.problems();
    BOOST_TEST(found.empty(), (found.empty() ? "" : found.front()));
    BOOST_TEST(day.hits() > 0U);
    BOOST_TEST(day.requests_checked() > 0U);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(operation_day_test)

BOOST_AUTO_TEST_CASE(every_hit_request_over_working_links_is_there_in_time) {
    const bool is_full = std::getenv("DHOW_FULL_SIZE") != nullptr;
    const day_size full{.bureaus = 54, .length = 24h, .messages_a_bureau = 300, .checks = 90'000};
#ifdef DHOW_SANITIZED  // Ten times as long there.
    const day_size small{.bureaus = 4, .length = 30min, .messages_a_bureau = 7, .checks = 8'000};
#else
    const day_size small{.bureaus = 11, .length = 2h, .messages_a_bureau = 25, .checks = 24'000};
#endif
    check_day(is_full ? full : small, 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
