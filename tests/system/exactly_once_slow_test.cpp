// Every message arrives once, whoever is killed and when: 2,000 messages, 50 kills of each daemon.
// Way of the message: all of it.
// Not pure: processes.
// Spec: docs/overview.md. Tests: this is one.
// Limits: none.
#include "tests/support/seed.hpp"
#include "tests/system/storm.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

BOOST_AUTO_TEST_SUITE(exactly_once_slow_test)

BOOST_AUTO_TEST_CASE(two_thousand_messages_arrive_once_while_each_daemon_is_killed_fifty_times) {
    constexpr std::size_t kills_in_transfer_min = 40;
    constexpr std::size_t kills_in_gap_min = 5;
    federation bureaus;
    bureaus.start_all();
    auto counts = run_storm(bureaus, {.messages = 2000, .kills = 50, .seed = seed()});
    BOOST_TEST(counts.delivered_once == 2000U);
    BOOST_TEST(counts.lost == 0U);
    BOOST_TEST(counts.doubled == 0U);
    BOOST_TEST(counts.altered == 0U);
    BOOST_TEST(counts.without_receipt == 0U);
    BOOST_TEST(counts.taken_once == 2000U);
    BOOST_TEST(counts.not_taken == 0U);
    BOOST_TEST(counts.taken_twice == 0U);
    BOOST_TEST(counts.altered_when_taken == 0U);
    BOOST_TEST(counts.kills_before_202 >= kills_in_gap_min);
    BOOST_TEST(sum(counts.kills_before_hubs_done) >= kills_in_gap_min);
    BOOST_TEST(sum(counts.kills_before_addressees_done) >= kills_in_gap_min);
    BOOST_TEST(counts.kills_before_taken >= kills_in_gap_min);
    for (const auto* bureau : {"ZW", "IPSG", "MU"}) {
        BOOST_TEST(counts.kills_in_transfer[bureau] >= kills_in_transfer_min);
        const auto checked = bureaus[bureau].dhow({"db", "check", "--thorough"});
        BOOST_TEST(checked.code == 0, checked.out);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
