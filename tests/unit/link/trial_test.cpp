// Trials over real TLS on the loopback: each step is told, and nothing is left behind.
// Way of the message: tests of the trials of daemon/link/dialer.
// Not pure: loopback sockets.
// Spec: docs/link-protocol.md#trials.
// Limits: each wait ends after 20 s at the latest, as a failure.
#include "tests/unit/link/link_fixture.hpp"

using dhow::tests::two_gateways;

BOOST_FIXTURE_TEST_SUITE(trial_test, two_gateways)

BOOST_AUTO_TEST_CASE(each_step_is_told_and_hello_says_what_it_is) {
    zw.try_link(address, "MU");
    wait_for_line(mu, "is tried");
    wait_for_line(zw, "established");
    const std::vector<std::string> wanted{"step 0 good", "step 1 good", "step 2 good",
                                          "step 3 good", "tried MU",    "established"};
    BOOST_TEST(zw.log == wanted, boost::test_tools::per_element());
    BOOST_TEST(mu.log.front() == "called by ZW");
    disconnect();
}

BOOST_AUTO_TEST_CASE(a_trial_resumes_nothing_and_spoils_no_resumption) {
    connect();
    disconnect();
    zw.try_link(address, "MU");
    wait_for_line(zw, "established", 2);
    BOOST_TEST(!zw.last_was_resumed);
    disconnect();
    connect();
    BOOST_TEST(zw.last_was_resumed);
    disconnect();
}

BOOST_AUTO_TEST_CASE(a_name_that_is_none_fails_at_the_first_step) {
    zw.try_link("http://127.0.0.1:1", "MU");
    wait_for_line(zw, "step 0 connect-failed");
    BOOST_TEST(zw.log.size() == 1U);
}

BOOST_AUTO_TEST_CASE(nobody_listening_fails_at_the_second_step_and_is_no_failed_dial) {
    mu.stop();
    io.poll();
    zw.try_link(address, "MU");
    wait_for_line(zw, "step 1 connect-failed");
    BOOST_TEST(zw.count("step 0 good") == 1U);
    BOOST_TEST(zw.log.size() == 2U);
}

//= LP-2
BOOST_AUTO_TEST_CASE(another_bureaus_certificate_fails_at_the_identity) {
    zw.trust(mu, "KE");
    zw.try_link(address, "MU");
    wait_for_line(zw, "step 3 peer-not-pinned");
    BOOST_TEST(zw.count("step 2 good") == 1U);
    BOOST_TEST(zw.links.empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_know_us_ends_it_before_hello) {
    mu.pins.clear();
    zw.try_link(address, "MU");
    wait_for_line(zw, "ended peer-not-pinned");
    BOOST_TEST(zw.count("step 3 good") == 1U);
    BOOST_TEST(zw.count("established") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
