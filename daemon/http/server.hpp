// Listens for agencies and operators: a Unix socket, TLS over TCP, the same routes on both.
// Way of the message: a client -> [server] -> connection -> handlers.
// Not pure: sockets, timers. Net thread.
// Spec: docs/agency-api.md#transport. Tests: drivers/http_test.cpp.
// Limits: http_connections_max on each listener, so that one cannot starve the other.
#pragma once

#include "daemon/http/service.hpp"
#include "daemon/http/tls_context.hpp"

#include <boost/asio/io_context.hpp>

namespace dhow::http {

class server {
public:
    /// All but `io`'s thread must leave it alone. The core, the table and the lookup outlive the
    /// server and its last connection.
    server(boost::asio::io_context& io, route::api& core, const router& routes,
           const caller_lookup& callers, log_line log);
    ~server();  ///< As stop(), and all connections closed.
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Both throw std::runtime_error when the address cannot be used. A socket file that nobody
    /// listens on any more is replaced. Everybody may connect to it: the peer's user decides.
    void listen_unix(const std::string& path);
    /// `host:port`, `[::1]:port`; port 0 takes a free one.
    void listen_tls(const std::string& address, tls_context_ptr context);
    /// For new connections, after a reload.
    void replace_context(tls_context_ptr context);
    [[nodiscard]] std::uint16_t tls_port() const;

    /// No new connections; idle ones close, others after the reply at hand.
    void stop();
    /// Those that are left close now. Their handlers end when the core has answered.
    void close_all();
    /// Ends clients whose time is over at `now`; the server asks itself every second.
    void check_deadlines(std::chrono::steady_clock::time_point now);
    [[nodiscard]] std::size_t open_connections() const;
    [[nodiscard]] const service_counters& counters() const;

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace dhow::http
