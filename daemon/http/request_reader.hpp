// Parses HTTP/1.1 requests from bytes as they come, without a socket.
// Way of the message: byte_stream -> [request_reader] -> connection.
// Pure: bytes in, values out. One thread.
// Spec: RFC 9112. Tests: unit/api/request_reader_test.cpp, fuzz/api*.
// Limits: http_header_bytes_max is also the size of the only buffer.
#pragma once

#include "protocol/limits.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace dhow::http {

/// One connection's requests, one after another; bytes of the next request wait in the buffer.
class request_reader {
public:
    enum class step {
        more,      ///< Give it more bytes.
        ready,     ///< The header is complete; or the body's bytes that were asked for are there.
        too_long,  ///< The header exceeds its limit.
        bad,       ///< Not HTTP/1.0 or 1.1. The connection cannot go on.
    };
    request_reader();
    ~request_reader();
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;

    /// Where the next bytes go; never empty when the last step was `more`.
    std::span<std::uint8_t> room();
    void commit(std::size_t count);
    /// Bytes that were read and not parsed yet.
    [[nodiscard]] bool has_input() const { return begin_ < end_; }

    /// Call after each commit(), and once before reading.
    step parse_header();

    // Valid once parse_header() said ready, until start_next().
    [[nodiscard]] std::string_view method() const;
    [[nodiscard]] std::string_view target() const;
    /// The first field of that name, any case; empty when absent.
    [[nodiscard]] std::string_view field(std::string_view name) const;
    [[nodiscard]] bool keep_alive() const;
    [[nodiscard]] bool wants_continue() const;
    [[nodiscard]] std::optional<std::uint64_t> content_length() const;
    /// The body's last byte has been parsed.
    [[nodiscard]] bool body_done() const;

    /// Moves body bytes from the buffer to `out`, sets `taken`. `ready`: out is full or the body is
    /// done.
    step parse_body(std::span<std::uint8_t> out, std::size_t& taken);

    /// Forgets the request; what lies behind it in the buffer is the next one.
    void start_next();

private:
    struct parser_holder;
    std::unique_ptr<parser_holder> parser_;
    std::unique_ptr<std::uint8_t[]> buffer_;
    std::size_t begin_ = 0, end_ = 0;
};

}  // namespace dhow::http
