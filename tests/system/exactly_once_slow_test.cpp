// Every message arrives once, whoever is killed and when: 2,000 messages, 50 kills of each daemon.
// Way of the message: all of it.
// Not pure: processes.
// Spec: docs/overview.md. Tests: this is one.
// Limits: none.
#include "tests/support/seed.hpp"
#include "tests/system/storm.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ranges>

namespace dhow::tests {

namespace {
constexpr std::size_t kills_in_transfer_min = 40;
constexpr std::size_t kills_in_gap_min = 5;

/// Whether enough of the kills met what they are for; that is luck, and what they do is not.
bool met_enough(const storm_counts& counts) {
    const auto least_in_transfer = std::ranges::min(counts.kills_in_transfer | std::views::values);
    return least_in_transfer >= kills_in_transfer_min &&
           counts.kills_before_202 >= kills_in_gap_min &&
           sum(counts.kills_before_hubs_done) >= kills_in_gap_min &&
           sum(counts.kills_before_addressees_done) >= kills_in_gap_min &&
           counts.kills_before_taken >= kills_in_gap_min;
}

storm_counts storm_over_new_bureaus(std::uint64_t seed_of_it) {
    federation bureaus;
    bureaus.start_all();
    auto counts = run_storm(bureaus, {.messages = 2000, .kills = 50, .seed = seed_of_it});
    BOOST_TEST(counts.delivered_once == 2000U);
    BOOST_TEST(counts.lost == 0U);
    BOOST_TEST(counts.doubled == 0U);
    BOOST_TEST(counts.altered == 0U);
    BOOST_TEST(counts.without_receipt == 0U);
    BOOST_TEST(counts.taken_once == 2000U);
    BOOST_TEST(counts.not_taken == 0U);
    BOOST_TEST(counts.taken_twice == 0U);
    BOOST_TEST(counts.altered_when_taken == 0U);
    for (const auto* bureau : {"ZW", "IPSG", "MU"}) {
        const auto checked = bureaus[bureau].dhow({"db", "check", "--thorough"});
        BOOST_TEST(checked.code == 0, checked.out);
    }
    return counts;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(exactly_once_slow_test)

// In every storm nothing may be lost; in one of up to four, each of 2,000 messages and 50 kills of
// each daemon, the kills must have met transfers and gaps as often as is asked.
BOOST_AUTO_TEST_CASE(two_thousand_messages_arrive_once_while_each_daemon_is_killed_fifty_times) {
    constexpr std::uint64_t storms_max = 4;
    bool is_enough = false;
    for (std::uint64_t i = 0; i < storms_max && !is_enough; ++i) {
        is_enough = met_enough(storm_over_new_bureaus(seed() + i));
    }
    BOOST_TEST(is_enough);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
