// Deadlines and the end of a link: the last frames go out, the peer closes, and so do we.
// Way of the message: link_session <-> [tls_link] <-> socket.
// Not pure: sockets, timers. Net thread.
// Spec: docs/link-protocol.md#violations. Tests: unit/link/tls_link_test.cpp, system.
// Limits: close_time_max.
#include "daemon/link/bound_connect.hpp"
#include "daemon/link/congestion.hpp"
#include "daemon/link/socket_traffic.hpp"
#include "daemon/link/tls_link.hpp"

#include <boost/asio/ssl/error.hpp>

namespace dhow::link {

namespace asio = boost::asio;
using protocol::errc;

namespace {

errc code_of(const boost::system::error_code& why) {
    const bool by_tls = why.category() == asio::error::get_ssl_category();
    return by_tls ? errc::tls_failed : errc::connection_lost;
}

}  // namespace

/// After the last frame of a session that has ended: the peer reads it, closes, and so do we.
void tls_link::hang_up() {
    if (x_close_by && !x_ended) {
        boost::system::error_code ignored;
        x_stream.lowest_layer().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    }
}

void tls_link::arm_timer() {
    if (x_session.is_ended() && !x_close_by) {
        x_close_by = x_handler.now() + protocol::limits::close_time_max;
    }
    const auto next = x_close_by ? x_close_by : x_session.next_deadline();
    if (next == x_armed) {
        return;
    }
    x_armed = next;
    x_timer.cancel();
    if (!next) {
        return;
    }
    x_timer.expires_after(std::max(*next - x_handler.now(), protocol::milliseconds{1}));
    x_timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error && !self->x_ended) {
            self->on_timer();
        }
    });
}

void tls_link::on_timer() {
    x_armed.reset();
    const auto now = x_handler.now();
    if (x_close_by && now >= *x_close_by) {
        return end(protocol::make_error_code(errc::timed_out));
    }
    x_session.on_deadline(now);
    x_handler.on_events(x_number);
    pump();
}

route::line_traffic tls_link::traffic() {
    auto out = x_last_traffic;
    if (x_stream.lowest_layer().is_open()) {
        out = read_traffic(x_stream.lowest_layer().native_handle());
        out.out += x_out.size();  // With the kernel soon, or already.
    }
    out.handshake_in = x_handshake.in;
    out.handshake_out = x_handshake.out;
    out.payload_in = x_session.payload_read();
    out.payload_out = x_session.payload_written();
    return out;
}

boost::system::error_code tls_link::set_congestion(std::string_view name) {
    return link::set_congestion(x_stream.lowest_layer().native_handle(), name);
}

bytes_under_way tls_link::under_way() {
    auto& socket = x_stream.lowest_layer();
    return socket.is_open() ? read_under_way(socket.native_handle()) : bytes_under_way{};
}

void tls_link::reset() {
    boost::system::error_code ignored;
    x_stream.lowest_layer().set_option(asio::socket_base::linger(true, 0), ignored);
    cut();
}

std::string tls_link::congestion() {
    return congestion_of(x_stream.lowest_layer().native_handle());
}

std::string tls_link::local_address_of(tls_stream& stream) {
    boost::system::error_code error;
    const auto endpoint = stream.lowest_layer().local_endpoint(error);
    return error ? std::string{} : plain_address(endpoint.address());
}

void tls_link::close() {
    x_session.goodbye(errc::shutting_down, std::chrono::seconds{0}, x_handler.now());
    pump();
}

void tls_link::end(const boost::system::error_code& why) {
    if (std::exchange(x_ended, true)) {
        return;
    }
    x_timer.cancel();
    x_room_timer.cancel();
    if (x_on_end) {
        std::exchange(x_on_end, nullptr)(x_stream);
    }
    keep_resumable(x_stream);
    x_last_traffic = traffic();
    boost::system::error_code ignored;
    x_stream.lowest_layer().close(ignored);
    x_session.on_transport_closed(protocol::make_error_code(code_of(why)), x_handler.now());
    x_handler.on_events(x_number);
    x_handler.on_down(x_number);
}

}  // namespace dhow::link
