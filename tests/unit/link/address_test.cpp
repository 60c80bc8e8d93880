// Addresses of peers and of listeners.
// Way of the message: none; a test.
// Pure.
// Spec: docs/operations.md.
// Limits: none.
#include "daemon/link/address.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::link;

BOOST_AUTO_TEST_SUITE(address_test)

BOOST_AUTO_TEST_CASE(splits_names_and_numbers) {
    BOOST_TEST((split_address("gw.example:8443") == host_and_port{"gw.example", "8443"}));
    BOOST_TEST((split_address("[2001:db8::1]:8443") == host_and_port{"2001:db8::1", "8443"}));
    BOOST_TEST((split_peer_address("tls://10.0.0.1:1") == host_and_port{"10.0.0.1", "1"}));
}

BOOST_AUTO_TEST_CASE(refuses_what_has_no_host_or_no_port) {
    for (const auto* text : {"", ":", "host", "host:", ":8443"}) {
        BOOST_TEST(!split_address(text).has_value(), text);
    }
    for (const auto* text : {"host:1", "http://host:1", "tls://", "tls://host"}) {
        BOOST_TEST(!split_peer_address(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
