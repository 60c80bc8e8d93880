// Every message arrives once, whoever is killed and when: the short form.
// Way of the message: all of it.
// Not pure: processes.
// Spec: docs/overview.md. Tests: this is one; exactly_once_slow_test is the long form.
// Limits: none.
#include "tests/support/seed.hpp"
#include "tests/system/storm.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

BOOST_AUTO_TEST_SUITE(exactly_once_test)

BOOST_AUTO_TEST_CASE(sixty_messages_arrive_once_while_each_daemon_is_killed_five_times) {
    federation bureaus;
    bureaus.start_all();
    const auto counts =
        run_storm(bureaus, {.messages = 60, .kills = 5, .with_attachment = 0.2, .seed = seed()});
    BOOST_TEST(counts.delivered_once == 60U);
    BOOST_TEST(counts.lost == 0U);
    BOOST_TEST(counts.doubled == 0U);
    BOOST_TEST(counts.altered == 0U);
    BOOST_TEST(counts.without_receipt == 0U);
    BOOST_TEST(counts.taken_once == 60U);
    BOOST_TEST(counts.not_taken == 0U);
    BOOST_TEST(counts.taken_twice == 0U);
    BOOST_TEST(counts.altered_when_taken == 0U);
    for (const auto* bureau : {"ZW", "IPSG", "MU"}) {
        const auto checked = bureaus[bureau].dhow({"db", "check", "--thorough"});
        BOOST_TEST(checked.code == 0, checked.out);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
