// Sessions beside others over real TLS on the loopback: HELLO says so, and a dial that fails is
// told apart from one for the session of the peer.
// Way of the message: tests of daemon/link/dialer.
// Not pure: loopback sockets.
// Spec: docs/link-protocol.md#sessions-beside.
// Limits: each wait ends after 20 s at the latest, as a failure.
#include "tests/unit/link/link_fixture.hpp"

using dhow::tests::two_gateways;

BOOST_FIXTURE_TEST_SUITE(beside_test, two_gateways)

//= LP-58
BOOST_AUTO_TEST_CASE(a_session_beside_says_so_and_the_other_stays) {
    connect();
    zw.dial_beside(address, "MU");
    wait_for_line(mu, "stands beside");
    wait_for_line(zw, "established", 2);
    BOOST_TEST(zw.links.size() == 2U);
    BOOST_TEST(mu.links.size() == 2U);
    const auto second = zw.links.rbegin()->second;
    second->close();
    disconnect();
}

BOOST_AUTO_TEST_CASE(a_dial_beside_that_failed_is_no_failed_dial) {
    mu.stop();
    io.poll();
    zw.dial_beside(address, "MU");
    wait_for_line(zw, "beside failed connect-failed");
    BOOST_TEST(zw.log.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
