// Dials a peer: name, connect, TLS, pin; then a tls_link.
// Way of the message: application -> [dialer] -> tls_link.
// Not pure: sockets. Net thread.
// Spec: docs/link-protocol.md#connecting. Tests: unit/link/tls_link_test.cpp.
// Limits: connect_time_max, then tls_time_max.
#pragma once

#include "daemon/link/tls_link.hpp"

#include <boost/asio/io_context.hpp>

#include <map>

namespace dhow::link {

class dialer {
public:
    dialer(boost::asio::io_context& io, link_handler& handler, const peer_pinning& pins)
        : x_io(io), x_handler(handler), x_pins(pins) {}
    void set_context(tls_context context) { x_context = std::move(context); }
    /// Its address: `tls://host:port`. Ends in link_handler::on_up() or on_dial_failed(), once; a
    /// trial in on_up() or an on_trial_step() that failed.
    void dial(route::command::dial order);

private:
    struct attempt;
    boost::asio::awaitable<void> run(std::shared_ptr<attempt> what);
    static void watch(const std::shared_ptr<attempt>& what, std::chrono::seconds time);
    boost::asio::awaitable<bool> connect(std::shared_ptr<attempt> what);
    boost::asio::awaitable<bool> shake_hands(std::shared_ptr<attempt> what);
    void pass(const attempt& what, route::trial_step step, const std::string& found);
    void fail(const attempt& what, route::trial_step step, protocol::errc code,
              const std::string& text);

    boost::asio::io_context& x_io;
    link_handler& x_handler;
    const peer_pinning& x_pins;
    tls_context x_context;
    std::map<std::string, std::shared_ptr<session_memory>> x_sessions;  ///< By address.
};

}  // namespace dhow::link
