// One dial under way; for dialer*.cpp only.
// Way of the message: see dialer.hpp.
// Not pure: sockets. Net thread; lives as long as one of its operations.
// Spec: docs/link-protocol.md#connecting. Tests: unit/link/tls_link_test.cpp.
// Limits: see dialer.hpp.
#pragma once

#include "daemon/link/dialer.hpp"

namespace dhow::link {

struct dialer::attempt {
    attempt(boost::asio::io_context& io, boost::asio::ssl::context& context)
        : stream(boost::asio::ip::tcp::socket(io), context), timer(io), resolver(io) {}
    route::command::dial order;
    tls_stream stream;
    boost::asio::steady_timer timer;
    boost::asio::ip::tcp::resolver resolver;
    tls_context keep;  ///< The context outlives its streams, also across a reload.
    std::shared_ptr<session_memory> memory;
    route::line_traffic cost;    ///< When it failed.
    route::line_traffic beside;  ///< Of sockets that were tried and not used.
    bool timed_out = false;
    bool is_over = false;  ///< The timer must not touch the stream any more.
};

}  // namespace dhow::link
