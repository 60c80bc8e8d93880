// One client's bytes, whatever carries them: a Unix socket, TLS, or a test's script.
// Way of the message: server -> [byte_stream] -> connection.
// Not pure: sockets. Net thread.
// Spec: docs/agency-api.md#transport. Tests: drivers/http_test.cpp.
// Limits: one read and one write outstanding.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <tuple>

namespace dhow::http {

namespace asio = boost::asio;

/// Completes with a tuple instead of throwing.
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
using io_result = std::tuple<boost::system::error_code, std::size_t>;

class byte_stream {
public:
    virtual ~byte_stream() = default;
    virtual asio::awaitable<io_result> read_some(asio::mutable_buffer into) = 0;
    /// All of it, or an error.
    virtual asio::awaitable<io_result> write(asio::const_buffer data) = 0;
    /// Says that nothing more will be written; reading still works.
    virtual asio::awaitable<void> finish_writing() = 0;
    /// Ends what is outstanding with an error; the stream stays usable for a last word.
    virtual void cancel() = 0;
    /// At once; what is outstanding ends with an error.
    virtual void close() = 0;
};

}  // namespace dhow::http
