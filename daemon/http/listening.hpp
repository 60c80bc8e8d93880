// Opens listening sockets: a Unix path, a TCP address.
// Way of the message: none; used once at start by server.
// Not pure: sockets, files. Net thread.
// Spec: docs/agency-api.md#transport. Tests: drivers/http_test.cpp.
// Limits: none.
#pragma once

#include "daemon/http/problem.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace dhow::http {

/// All throw std::runtime_error that names the address.
boost::asio::local::stream_protocol::acceptor listen_on_path(boost::asio::io_context& io,
                                                             const std::string& path);
boost::asio::ip::tcp::acceptor listen_on_address(boost::asio::io_context& io,
                                                 const std::string& address);

/// A last word to a client that is not served; what the socket does not take at once is not sent.
void write_at_once(boost::asio::local::stream_protocol::socket& socket, const problem& what);

}  // namespace dhow::http
