// One client's connection: reads a request, lets its handler answer, and so on until it closes.
// Way of the message: byte_stream -> [connection] -> handler -> core, and back.
// Not pure: drives a stream. Net thread; all of it in one coroutine.
// Spec: docs/agency-api.md#transport. Tests: unit/api/endpoints_test.cpp, drivers/http_test.cpp.
// Limits: http_*; never more than one body or piece in memory.
#pragma once

#include "daemon/http/byte_stream.hpp"
#include "daemon/http/json_input.hpp"
#include "daemon/http/problem.hpp"
#include "daemon/http/request_reader.hpp"
#include "daemon/http/service.hpp"
#include "daemon/http/url.hpp"

#include <boost/asio/steady_timer.hpp>

namespace dhow::http {

using steady_time = std::chrono::steady_clock::time_point;

struct reply {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::string fields;  ///< Further header fields, each ended by CR LF.
};

/// Part of a streamed request body.
struct body_piece {
    protocol::bytes plain;
    bool last = false;
};

class connection : public std::enable_shared_from_this<connection> {
public:
    connection(std::unique_ptr<byte_stream> stream, std::shared_ptr<service> shared,
               const asio::any_io_executor& executor);

    /// Serves requests of this caller until the client or the server ends it, then closes the
    /// stream.
    static asio::awaitable<void> run(connection_ptr self, route::caller who);
    /// Says why this client is not served, without reading a byte of what it has to say.
    static asio::awaitable<void> turn_away(connection_ptr self, problem why);

    // For handlers ----------------------------------------------------------------------------
    [[nodiscard]] const route::caller& who() const { return who_; }
    /// A value of the path, decoded; empty when badly encoded.
    [[nodiscard]] std::string path_value(std::size_t index) const;
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const;
    [[nodiscard]] std::string_view field(std::string_view name) const {
        return reader_.field(name);
    }
    [[nodiscard]] std::optional<std::uint64_t> content_length() const;
    [[nodiscard]] bool has_body() const { return !reader_.body_done(); }

    /// For watches; requests go through ask().
    [[nodiscard]] route::api& core() const { return *shared_->core; }
    /// Asks the core as this caller and waits for its answer.
    asio::awaitable<route::api_response> ask(route::api_request what);

    /// The body as a JSON object. Nothing: a reply was sent already. No body counts as {}.
    asio::awaitable<std::optional<boost::json::object>> read_object();
    /// Reserves memory for one piece, for the rest of the request. False: a reply was sent already.
    asio::awaitable<bool> reserve_piece();
    /// The next piece_bytes of the body, fewer at its end. Nothing: the client failed, no reply can
    /// help.
    asio::awaitable<std::optional<body_piece>> read_piece();

    /// The reply after read_piece() gave nothing.
    asio::awaitable<void> refuse_body();

    asio::awaitable<void> send(reply answer);
    asio::awaitable<void> send(problem what);
    /// A head whose body follows in pieces of altogether `length` bytes. False: the client is gone.
    asio::awaitable<bool> send_head(reply head, std::uint64_t length);
    asio::awaitable<bool> send_piece(const protocol::bytes* piece, std::size_t first,
                                     std::size_t size);
    /// After a failure in the middle of a body: the connection must end.
    void give_up() { keep_alive_ = false; }

    /// Waits until wake(), or that long, or the server's end.
    asio::awaitable<void> pause(std::chrono::milliseconds time);
    void wake();
    /// The server or this connection ends; a handler that waits should reply now.
    [[nodiscard]] bool is_ending() const { return closed_ || shared_->draining; }

    // For the server --------------------------------------------------------------------------
    /// Between two requests, since then.
    [[nodiscard]] std::optional<steady_time> idle_since() const { return idle_since_; }
    /// Closes when the client's time is over.
    void check_deadline(steady_time now);
    /// Ends the connection: now when idle, else after the reply at hand.
    void drain();
    void close();
    /// The client's next step may take this long.
    void allow(std::chrono::seconds time);

private:
    asio::awaitable<bool> read_header();
    asio::awaitable<bool> receive();
    asio::awaitable<void> serve_request();
    asio::awaitable<void> refuse_header(request_reader::step fault);
    asio::awaitable<void> dispatch();
    asio::awaitable<bool> read_text(std::string* out);
    asio::awaitable<bool> fill(std::uint8_t* out, std::size_t size, std::size_t* taken);
    asio::awaitable<bool> invite_body();
    asio::awaitable<bool> write(const void* data, std::size_t size);
    asio::awaitable<void> linger();
    [[nodiscard]] std::string head_text(const reply& head, std::uint64_t length) const;
    [[nodiscard]] const std::string& owner() const;
    [[nodiscard]] route::caller asking_as() const;

    std::unique_ptr<byte_stream> stream_;
    std::shared_ptr<service> shared_;
    route::caller who_;
    request_reader reader_;
    asio::steady_timer pause_;
    memory_share memory_;

    steady_time deadline_ = steady_time::max();
    steady_time body_deadline_ = steady_time::max();  ///< Of the body or piece at hand.
    std::optional<steady_time> idle_since_;
    bool closed_ = false;
    bool timed_out_ = false;
    bool served_ = false;  ///< At least one request.

    // Of the request at hand.
    endpoint_match match_;
    target target_;
    bool keep_alive_ = false;
    bool without_body_ = false;  ///< HEAD.
    bool replied_ = false;
    bool invited_ = false;
    std::uint64_t body_taken_ = 0;
    std::optional<std::uint8_t> carried_;  ///< First byte of the next piece.
    bool woken_ = false;
};

}  // namespace dhow::http
