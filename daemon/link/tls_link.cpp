// Carries one link_session over one TLS connection.
// Way of the message: link_session <-> [tls_link] <-> socket.
// Not pure: sockets. Net thread.
// Spec: docs/link-protocol.md#session. Tests: unit/link/tls_link_test.cpp, system.
// Limits: see tls_link.hpp.
#include "daemon/link/tls_link.hpp"

#include "daemon/link/socket_reading.hpp"
#include "daemon/link/socket_traffic.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace dhow::link {

namespace asio = boost::asio;

namespace {

constexpr std::size_t read_bytes = 64 * 1024;

}  // namespace

tls_link::tls_link(tls_stream stream, link_handler& handler, protocol::session_options options)
    : x_stream(std::move(stream)),
      x_handler(handler),
      x_session(std::move(options), handler.now()),
      x_timer(x_stream.get_executor()),
      x_room_timer(x_stream.get_executor()) {
    x_session.set_frame_payload(x_pace.batch_bytes());
    x_handshake = read_traffic(x_stream.lowest_layer().native_handle());
}

void tls_link::start(std::uint64_t session) {
    x_number = session;
    auto begin = [self = shared_from_this()] { return self->read_loop(); };
    asio::co_spawn(x_stream.get_executor(), std::move(begin), asio::detached);
    x_handler.on_events(x_number);
    pump();
}

asio::awaitable<void> tls_link::read_loop() {
    const auto self = shared_from_this();
    protocol::bytes buffer(read_bytes);
    while (!x_ended) {
        boost::system::error_code error;
        const auto count = co_await x_stream.async_read_some(
            asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
        if (error) {
            end(error);
            co_return;
        }
        x_bytes_in += count;
        x_session.on_bytes(protocol::byte_view(buffer).first(count), x_handler.now());
        x_handler.on_events(x_number);
        pump();
    }
}

/// The frames of one write. Their events are told before it, so that reading ahead goes on
/// meanwhile.
void tls_link::gather() {
    x_out.clear();
    const auto batch_bytes = x_pace.batch_bytes();
    // The session cuts no frame shorter than frame_bytes_min: one more in little room would make
    // the write half as long again.
    constexpr auto room_min = protocol::limits::frame_bytes_min / 2;
    while (x_out.empty() || x_out.size() + room_min <= batch_bytes) {
        x_session.set_frame_payload(batch_bytes - x_out.size());
        const auto next = x_session.to_send(x_handler.now());
        if (next.empty()) {
            break;
        }
        x_out.insert(x_out.end(), next.begin(), next.end());
        x_session.mark_sent(next.size(), x_handler.now());
    }
    if (!x_out.empty()) {
        x_handler.on_events(x_number);
    }
}

void tls_link::pump() {
    if (x_ended) {
        return;
    }
    arm_timer();
    if (x_writing) {
        return;
    }
    x_writing = true;  // what the handler does meanwhile may pump again
    if (has_room()) {
        gather();
        if (x_out.empty()) {
            x_pace.on_idle();
            x_writing = false;
            hang_up();
            return;
        }
    }
    auto begin = [self = shared_from_this()] { return self->write_loop(); };
    asio::co_spawn(x_stream.get_executor(), std::move(begin), asio::detached);
}

/// Whether the line takes another write; what is chosen for it is chosen only then.
bool tls_link::has_room() {
    x_pace.on_reading(read_socket(x_stream.lowest_layer().native_handle()));
    return x_pace.wait().count() == 0;
}

asio::awaitable<void> tls_link::write_loop() {
    const auto self = shared_from_this();
    while (!x_ended) {
        boost::system::error_code error;
        if (!x_out.empty()) {
            const auto count = co_await asio::async_write(
                x_stream, asio::buffer(x_out), asio::redirect_error(asio::use_awaitable, error));
            x_bytes_out += count;
            if (error) {
                end(error);
                co_return;
            }
            x_out.clear();
        }
        const bool room = has_room();
        if (!room) {
            x_room_timer.expires_after(x_pace.wait());
            co_await x_room_timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        gather();
        if (x_out.empty()) {
            break;
        }
    }
    x_writing = false;
    if (!x_ended) {
        pump();
    }
}

}  // namespace dhow::link
