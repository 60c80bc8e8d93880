// The two real carriers of a connection: a Unix socket and TLS over TCP.
// Way of the message: server -> [unix_stream, tls_stream] -> connection.
// Not pure: sockets, OpenSSL. Net thread.
// Spec: docs/agency-api.md#transport. Tests: drivers/http_test.cpp.
// Limits: none of their own; connection sets the deadlines.
#pragma once

#include "daemon/http/byte_stream.hpp"
#include "daemon/http/tls_context.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace dhow::http {

class unix_stream final : public byte_stream {
public:
    explicit unix_stream(asio::local::stream_protocol::socket socket)
        : socket_{std::move(socket)} {}

    /// Of the process at the other end when it connected; nothing when the system does not say.
    std::optional<std::uint32_t> peer_user();

    asio::awaitable<io_result> read_some(asio::mutable_buffer into) override;
    asio::awaitable<io_result> write(asio::const_buffer data) override;
    asio::awaitable<void> finish_writing() override;
    void cancel() override;
    void close() override;

private:
    asio::local::stream_protocol::socket socket_;
};

class tls_stream final : public byte_stream {
public:
    /// Keeps the context: a reload may replace the server's.
    tls_stream(asio::ip::tcp::socket socket, tls_context_ptr context);

    asio::awaitable<boost::system::error_code> handshake();
    std::optional<protocol::digest> peer_key();

    asio::awaitable<io_result> read_some(asio::mutable_buffer into) override;
    asio::awaitable<io_result> write(asio::const_buffer data) override;
    asio::awaitable<void> finish_writing() override;
    void cancel() override;
    void close() override;

private:
    tls_context_ptr context_;
    asio::ssl::stream<asio::ip::tcp::socket> stream_;
    bool finished_ = false;
};

}  // namespace dhow::http
