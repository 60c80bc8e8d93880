// TCP from an address of this machine, so that the routing tables choose the bearer by it.
// Way of the message: dialer -> [bound_connect] -> socket.
// Not pure: sockets. Net thread.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/link/bound_connect_test.cpp.
// Limits: none; the dialer's timer closes the socket.
#pragma once

#include "daemon/link/tls_context.hpp"
#include "daemon/route/line_traffic.hpp"
#include "protocol/ids.hpp"

#include <boost/asio/awaitable.hpp>

namespace dhow::link {

struct connect_order {
    std::string local;  ///< An address of this machine without port; empty: the kernel's choice.
    /// Not 0: while nothing answers, another SYN goes out after so long, and again.
    protocol::milliseconds again_after{0};
};
struct connect_outcome {
    boost::system::error_code error;  ///< Of the last address.
    route::line_traffic beside;       ///< What sockets have cost that were not used.
};
/// Connects to the first of `found` that answers. Addresses of another family than `local` are left
/// out.
boost::asio::awaitable<connect_outcome> connect_from(
    std::shared_ptr<tls_stream> stream, boost::asio::ip::tcp::resolver::results_type found,
    connect_order how);

/// A new socket that leaves from there.
boost::system::error_code open_from(boost::asio::ip::tcp::socket::lowest_layer_type& socket,
                                    const boost::asio::ip::tcp::endpoint& target,
                                    const std::string& local);

/// As people write it: an IPv4 address that came as one of IPv6 is IPv4.
std::string plain_address(const boost::asio::ip::address& address);

}  // namespace dhow::link
