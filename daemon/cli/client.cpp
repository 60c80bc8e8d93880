// Speaks HTTP with the daemon over its Unix socket, one request at a time, blocking.
// Way of the message: a verb of `dhow` -> [client] -> connection of the daemon.
// Not pure: sockets, files. One thread.
// Spec: docs/agency-api.md. Tests: system.
// Limits: replies in memory up to reply_bytes_max; attachments are streamed.
#include "daemon/cli/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>

namespace dhow::cli {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;
using local = asio::local::stream_protocol;

namespace {

constexpr std::size_t block_bytes = 64 * protocol::limits::kib;

using request_head = beast_http::request<beast_http::string_body>;

request_head make_request(beast_http::verb method, const std::string& target) {
    request_head out{method, target, 11};
    out.set(beast_http::field::host, "dhow");
    return out;
}

}  // namespace

struct client::state {
    asio::io_context io;
    local::socket socket{io};
    boost::beast::flat_buffer buffer;
    std::string why;

    bool failed(const error_code& error) {
        if (error) {
            why = error == beast_http::error::end_of_stream ? "the daemon closed the connection"
                                                            : error.message();
        }
        return static_cast<bool>(error);
    }

    std::optional<client_reply> read_reply() {
        beast_http::response_parser<beast_http::string_body> parser;
        parser.body_limit(protocol::limits::reply_bytes_max);
        error_code error;
        beast_http::read(socket, buffer, parser, error);
        if (failed(error)) {
            return std::nullopt;
        }
        auto& message = parser.get();
        return client_reply{message.result_int(),
                            std::string{message[beast_http::field::content_type]},
                            std::move(message.body())};
    }

    std::optional<client_reply> ask(const request_head& request) {
        error_code error;
        beast_http::write(socket, request, error);
        // The daemon may refuse before it has read all: its reply says more than the broken pipe.
        auto reply = read_reply();
        if (!reply && error) {
            failed(error);
        }
        return reply;
    }

    bool send_body(std::istream& from, std::uint64_t bytes, const progress& report) {
        std::array<char, block_bytes> block;
        std::uint64_t sent = 0;
        while (sent < bytes) {
            const auto want = std::min<std::uint64_t>(block.size(), bytes - sent);
            from.read(block.data(), static_cast<std::streamsize>(want));
            if (from.gcount() != static_cast<std::streamsize>(want)) {
                why = "the file became shorter while it was read";
                return false;
            }
            error_code error;
            asio::write(socket, asio::buffer(block.data(), want), error);
            if (failed(error)) {
                return false;
            }
            sent += want;
            report(sent);
        }
        return true;
    }
};

client::client(std::unique_ptr<state> with) : state_{std::move(with)} {}
client::client(client&&) noexcept = default;
client& client::operator=(client&&) noexcept = default;
client::~client() = default;

const std::string& client::why() const { return state_->why; }

std::optional<client> client::connect(const std::string& socket_path, std::string& why) {
    auto made = std::make_unique<state>();
    if (socket_path.empty() || socket_path.size() >= sizeof(sockaddr_un::sun_path)) {
        why = socket_path.empty() ? "no Unix socket is configured" : "the path is too long";
        return std::nullopt;
    }
    error_code error;
    made->socket.connect(local::endpoint{socket_path}, error);
    if (error) {
        why = error.message();
        return std::nullopt;
    }
    return client{std::move(made)};
}

std::optional<client_reply> client::get(const std::string& target) {
    return state_->ask(make_request(beast_http::verb::get, target));
}

std::optional<client_reply> client::remove(const std::string& target) {
    return state_->ask(make_request(beast_http::verb::delete_, target));
}

std::optional<client_reply> client::post(const std::string& target, const std::string& json,
                                         const std::string& idempotency_key) {
    auto request = make_request(beast_http::verb::post, target);
    if (!idempotency_key.empty()) {
        request.set("Idempotency-Key", idempotency_key);
    }
    if (!json.empty()) {
        request.set(beast_http::field::content_type, "application/json");
    }
    request.body() = json;
    request.content_length(json.size());
    return state_->ask(request);
}

std::optional<client_reply> client::upload(const std::string& target, const std::string& media_type,
                                           std::istream& from, std::uint64_t bytes,
                                           const progress& report) {
    beast_http::request<beast_http::empty_body> head{beast_http::verb::post, target, 11};
    head.set(beast_http::field::host, "dhow");
    head.set(beast_http::field::content_type, media_type);
    head.content_length(bytes);
    beast_http::request_serializer<beast_http::empty_body> serializer{head};
    error_code error;
    beast_http::write_header(state_->socket, serializer, error);
    if (state_->failed(error)) {
        return std::nullopt;
    }
    const bool sent = state_->send_body(from, bytes, report);
    const std::string first_reason = state_->why;
    if (!sent) {  // so that the daemon does not wait for the rest
        state_->socket.shutdown(asio::socket_base::shutdown_send, error);
    }
    auto reply = state_->read_reply();
    if (!reply && !sent) {
        state_->why = first_reason;
    }
    return reply;
}

std::optional<client_reply> client::download(const std::string& target, std::ostream& to,
                                             const progress& report) {
    error_code error;
    beast_http::write(state_->socket, make_request(beast_http::verb::get, target), error);
    if (state_->failed(error)) {
        return std::nullopt;
    }
    beast_http::response_parser<beast_http::buffer_body> parser;
    parser.body_limit(protocol::limits::attachment_bytes_max);
    beast_http::read_header(state_->socket, state_->buffer, parser, error);
    if (state_->failed(error)) {
        return std::nullopt;
    }
    auto& message = parser.get();
    client_reply reply{
        message.result_int(), std::string{message[beast_http::field::content_type]}, {}};
    std::array<char, block_bytes> block;
    std::uint64_t taken = 0;
    while (!parser.is_done()) {
        message.body().data = block.data();
        message.body().size = block.size();
        beast_http::read(state_->socket, state_->buffer, parser, error);
        if (error == beast_http::error::need_buffer) {
            error = {};
        }
        if (state_->failed(error)) {
            return std::nullopt;
        }
        const std::size_t count = block.size() - message.body().size;
        if (reply.ok()) {
            to.write(block.data(), static_cast<std::streamsize>(count));
            report(taken += count);
        } else if (reply.body.size() + count <= protocol::limits::reply_bytes_max) {
            reply.body.append(block.data(), count);
        }
    }
    return reply;
}

}  // namespace dhow::cli
