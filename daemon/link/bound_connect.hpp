// TCP from an address of this machine, so that the routing tables choose the bearer by it.
// Way of the message: dialer -> [bound_connect] -> socket.
// Not pure: sockets. Net thread.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/link/bound_connect_test.cpp.
// Limits: none; the dialer's timer closes the socket.
#pragma once

#include "daemon/link/tls_context.hpp"

#include <boost/asio/awaitable.hpp>

namespace dhow::link {

/// Connects to the first of `found` that answers. `local`: an address of this machine without port;
/// empty: whatever the kernel takes. Addresses of the other family are left out then. The error is
/// that of the last one.
boost::asio::awaitable<boost::system::error_code> connect_from(
    std::shared_ptr<tls_stream> stream, boost::asio::ip::tcp::resolver::results_type found,
    std::string local);

/// As people write it: an IPv4 address that came as one of IPv6 is IPv4.
std::string plain_address(const boost::asio::ip::address& address);

}  // namespace dhow::link
