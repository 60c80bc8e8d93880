// Carries one link_session over one TLS connection: read, write, deadline; it decides nothing.
// Way of the message: link_session <-> [tls_link] <-> socket.
// Not pure: sockets. Net thread; lives as long as one of its operations.
// Spec: docs/link-protocol.md#session. Tests: unit/link/tls_link_test.cpp, system.
// Limits: send_pace for what is under way, close_time_max to close.
#pragma once

#include "daemon/link/link_events.hpp"
#include "daemon/link/send_pace.hpp"
#include "daemon/link/socket_reading.hpp"
#include "daemon/link/tls_context.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string_view>

namespace dhow::link {

class tls_link : public std::enable_shared_from_this<tls_link> {
public:
    tls_link(tls_stream stream, link_handler& handler, protocol::session_options options);

    /// Begins to read and to write. `session` is the number that link_handler::on_up() gave.
    void start(std::uint64_t session);
    /// The session may have something to write, or another deadline, or have ended.
    void pump();
    /// Ends the session if it has not ended, and closes after what is still to be written.
    void close();
    /// Closes at once, as if the connection had failed.
    void cut() { end(boost::asio::error::operation_aborted); }
    /// The same, and the peer hears it at once, if its path lives: TCP's reset. What was written
    /// and has not arrived is thrown away.
    void reset();
    /// Called once before the stream closes; the dialer remembers the TLS session here.
    void set_on_end(std::function<void(tls_stream&)> on_end) { x_on_end = std::move(on_end); }

    [[nodiscard]] protocol::link_session& session() { return x_session; }
    [[nodiscard]] bool is_resumed() { return link::is_resumed(x_stream); }
    /// What the line carries, bytes a second; 0: not known yet.
    [[nodiscard]] std::uint64_t rate() const { return x_pace.rate(); }
    [[nodiscard]] protocol::milliseconds round_trip() const { return x_pace.round_trip(); }
    [[nodiscard]] std::uint64_t bytes_in() const { return x_bytes_in; }
    [[nodiscard]] std::uint64_t bytes_out() const { return x_bytes_out; }
    /// What the kernel holds for the peer; two system calls.
    [[nodiscard]] bytes_under_way under_way();
    /// What the connection has cost so far, at IP level; two system calls.
    [[nodiscard]] route::line_traffic traffic();
    /// TCP's congestion control from now on. Refused: it stays as it was.
    boost::system::error_code set_congestion(std::string_view name);
    /// The one in use; empty: not known.
    [[nodiscard]] std::string congestion();
    /// Of this machine, without port; empty: not known.
    [[nodiscard]] std::string local_address() { return local_address_of(x_stream); }
    [[nodiscard]] static std::string local_address_of(tls_stream& stream);

private:
    boost::asio::awaitable<void> read_loop();
    boost::asio::awaitable<void> write_loop();
    [[nodiscard]] bool has_room();
    void gather();
    void hang_up();
    void arm_timer();
    void on_timer();
    void end(const boost::system::error_code& why);

    tls_stream x_stream;
    link_handler& x_handler;
    protocol::link_session x_session;
    boost::asio::steady_timer x_timer;
    std::optional<protocol::utc_time> x_armed;
    std::optional<protocol::utc_time> x_close_by;  ///< The session has ended.
    protocol::bytes x_out;
    send_pace x_pace;
    boost::asio::steady_timer x_room_timer;
    std::uint64_t x_number = 0;
    std::uint64_t x_bytes_in = 0;
    std::uint64_t x_bytes_out = 0;
    route::line_traffic x_handshake;     ///< As the session began.
    route::line_traffic x_last_traffic;  ///< As the socket closed.
    bool x_writing = false;
    bool x_ended = false;
    std::function<void(tls_stream&)> x_on_end;
};

}  // namespace dhow::link
