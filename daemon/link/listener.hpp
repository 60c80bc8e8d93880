// Listens for peers: accept, TLS, pin; then a tls_link.
// Way of the message: peer -> [listener] -> tls_link.
// Not pure: sockets. Net thread.
// Spec: docs/link-protocol.md#connecting. Tests: unit/link/tls_link_test.cpp.
// Limits: half_open_max connections that are not pinned yet; handshake_time_max each.
#pragma once

#include "daemon/link/tls_link.hpp"

#include <boost/asio/io_context.hpp>

#include <list>

namespace dhow::link {

class listener {
public:
    listener(boost::asio::io_context& io, link_handler& handler, const peer_pinning& pins)
        : x_io(io), x_handler(handler), x_pins(pins) {}
    void set_context(tls_context context) { x_context = std::move(context); }
    /// `host:port`; port 0 takes a free one; its port. Peers that connect wait in the kernel until
    /// begin(). Throws boost::system::system_error.
    std::uint16_t listen(const std::string& address);
    /// Takes what connects to the addresses so far. Once.
    void begin();
    void stop();

private:
    struct visitor;
    boost::asio::awaitable<void> accept_loop(std::shared_ptr<boost::asio::ip::tcp::acceptor> from);
    boost::asio::awaitable<void> welcome(std::shared_ptr<visitor> who);
    boost::asio::awaitable<void> turn_away(std::shared_ptr<visitor> who, protocol::errc code);
    boost::asio::awaitable<void> judge(std::shared_ptr<visitor> who);

    boost::asio::io_context& x_io;
    link_handler& x_handler;
    const peer_pinning& x_pins;
    tls_context x_context;
    std::list<std::shared_ptr<boost::asio::ip::tcp::acceptor>> x_acceptors;
    std::size_t x_half_open = 0;
};

}  // namespace dhow::link
