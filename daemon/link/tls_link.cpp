// Carries one link_session over one TLS connection.
// Way of the message: see tls_link.hpp.
// Not pure: sockets.
// Spec: docs/link-protocol.md. Tests: drivers/tls_link_test.cpp, system.
// Limits: see below.
#include "daemon/link/tls_link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace dhow::link {

namespace asio = boost::asio;

namespace {
constexpr std::size_t read_bytes = 64 * 1024;
/// Frames gathered into one write: few system calls on a fast line, and at most this much is bound early.
constexpr std::size_t write_bytes_max = 64 * 1024;
}  // namespace

tls_link::tls_link(tls_stream stream, link_handler& handler, protocol::session_options options)
    : x_stream(std::move(stream)),
      x_handler(handler),
      x_session(std::move(options), handler.now()),
      x_timer(x_stream.get_executor()) {}

void tls_link::start(std::uint64_t session) {
    x_number = session;
    asio::co_spawn(
        x_stream.get_executor(), [self = shared_from_this()] { return self->read_loop(); },
        asio::detached);
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

void tls_link::gather() {
    x_out.clear();
    while (x_out.size() < write_bytes_max) {
        const auto next = x_session.to_send(x_handler.now());
        if (next.empty()) {
            return;
        }
        x_out.insert(x_out.end(), next.begin(), next.end());
        x_session.mark_sent(next.size(), x_handler.now());
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
    gather();
    if (x_out.empty()) {
        if (x_closing) {
            end({});
        }
        return;
    }
    x_writing = true;
    asio::co_spawn(
        x_stream.get_executor(), [self = shared_from_this()] { return self->write_loop(); },
        asio::detached);
}

asio::awaitable<void> tls_link::write_loop() {
    const auto self = shared_from_this();
    while (!x_out.empty() && !x_ended) {
        boost::system::error_code error;
        const auto count = co_await asio::async_write(
            x_stream, asio::buffer(x_out), asio::redirect_error(asio::use_awaitable, error));
        x_bytes_out += count;
        if (error) {
            x_writing = false;
            end(error);
            co_return;
        }
        x_handler.on_events(x_number);
        gather();
    }
    x_writing = false;
    pump();
}

void tls_link::arm_timer() {
    const auto next = x_session.next_deadline();
    if (next == x_armed) {
        return;
    }
    x_armed = next;
    if (!next) {
        x_timer.cancel();
        return;
    }
    x_timer.expires_after(std::max(*next - x_handler.now(), protocol::milliseconds{1}));
    x_timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error || self->x_ended) {
            return;
        }
        self->x_armed.reset();
        self->x_session.on_deadline(self->x_handler.now());
        self->x_handler.on_events(self->x_number);
        self->pump();
    });
}

void tls_link::close() {
    x_closing = true;
    pump();
}

void tls_link::end(const boost::system::error_code& why) {
    if (x_ended) {
        return;
    }
    x_ended = true;
    const auto self = shared_from_this();
    x_timer.cancel();
    if (x_on_end) {
        std::exchange(x_on_end, nullptr)(x_stream);
    }
    boost::system::error_code ignored;
    x_stream.lowest_layer().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    x_stream.lowest_layer().close(ignored);
    x_session.on_transport_closed(why ? protocol::make_error_code(protocol::errc::connection_lost) : why,
                                  x_handler.now());
    x_handler.on_down(x_number);
}

}  // namespace dhow::link
