// The two real carriers of a connection: a Unix socket and TLS over TCP.
// Way of the message: server -> [unix_stream, tls_stream] -> connection.
// Not pure: sockets, OpenSSL. Net thread.
// Spec: docs/agency-api.md#transport. Tests: drivers/http_test.cpp.
// Limits: none of their own; connection sets the deadlines.
#include "daemon/http/streams.hpp"

#include <boost/asio/write.hpp>

#include <sys/socket.h>

namespace dhow::http {

using boost::system::error_code;

// Unix ------------------------------------------------------------------------------------------

std::optional<std::uint32_t> unix_stream::peer_user() {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return std::nullopt;
    }
    return credentials.uid;
}

asio::awaitable<io_result> unix_stream::read_some(asio::mutable_buffer into) {
    return socket_.async_read_some(into, as_result);
}

asio::awaitable<io_result> unix_stream::write(asio::const_buffer data) {
    return asio::async_write(socket_, data, as_result);
}

asio::awaitable<void> unix_stream::finish_writing() {
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    co_return;
}

void unix_stream::cancel() {
    error_code ignored;
    socket_.cancel(ignored);
}

void unix_stream::close() {
    error_code ignored;
    socket_.close(ignored);
}

// TLS -------------------------------------------------------------------------------------------

tls_stream::tls_stream(asio::ip::tcp::socket socket, tls_context_ptr context)
    : context_{std::move(context)}, stream_{std::move(socket), *context_} {}

asio::awaitable<error_code> tls_stream::handshake() {
    const std::tuple<error_code> outcome =
        co_await stream_.async_handshake(asio::ssl::stream_base::server, as_result);
    co_return std::get<0>(outcome);
}

std::optional<protocol::digest> tls_stream::peer_key() {
    return public_key_digest(stream_.native_handle());
}

asio::awaitable<io_result> tls_stream::read_some(asio::mutable_buffer into) {
    if (finished_) {  // what comes now is only waited for, not read
        return stream_.next_layer().async_read_some(into, as_result);
    }
    return stream_.async_read_some(into, as_result);
}

asio::awaitable<io_result> tls_stream::write(asio::const_buffer data) {
    return asio::async_write(stream_, data, as_result);
}

asio::awaitable<void> tls_stream::finish_writing() {
    finished_ = true;
    // Ends when the client has said goodbye too, or says something else, or at the deadline.
    const std::tuple<error_code> outcome = co_await stream_.async_shutdown(as_result);
    static_cast<void>(outcome);
    error_code ignored;
    stream_.next_layer().shutdown(asio::socket_base::shutdown_send, ignored);
}

void tls_stream::cancel() {
    error_code ignored;
    stream_.next_layer().cancel(ignored);
}

void tls_stream::close() {
    error_code ignored;
    stream_.next_layer().close(ignored);
}

}  // namespace dhow::http
