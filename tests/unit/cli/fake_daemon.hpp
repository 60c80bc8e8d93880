// A daemon that answers one connection with what a test says, and keeps what it was asked.
// Way of the message: none; support of unit/cli.
// Not pure: a Unix socket in a temporary folder, a thread that ends with the object.
// Spec: docs/man/dhow.1. Tests: used by unit/cli.
// Limits: one connection.
#pragma once

#include "daemon/cli/commands.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <mutex>
#include <sstream>
#include <thread>

namespace dhow::tests {

using verb_function = int (*)(cli::arguments args, cli::io& streams);

struct verb_outcome {
    int code = -1;
    std::string out, err;
};

inline verb_outcome run_verb(verb_function verb, const std::vector<std::string>& args) {
    std::istringstream in;
    std::ostringstream out, err;
    cli::io streams{in, out, err, false};
    const int code = verb(args, streams);
    return {code, out.str(), err.str()};
}

inline bool contains(const std::string& text, const std::string& wanted) {
    return text.find(wanted) != std::string::npos;
}

struct canned_reply {
    unsigned status = 200;
    std::string body;
};

class fake_daemon {
public:
    /// Answers with these, in order; breaks off at a request for which there is none.
    explicit fake_daemon(std::vector<canned_reply> replies) : x_replies(std::move(replies)) {
        x_acceptor.async_accept([this](const error_code& error, local::socket client) {
            if (!error) {
                serve(client);
            }
        });
        x_thread = std::jthread([this] { x_io.run(); });
    }
    ~fake_daemon() { x_io.stop(); }
    fake_daemon(const fake_daemon&) = delete;
    fake_daemon& operator=(const fake_daemon&) = delete;

    [[nodiscard]] std::string socket() const { return (x_folder / "api.sock").string(); }
    [[nodiscard]] std::string file(std::string_view name) const {
        return (x_folder / name).string();
    }
    void write(std::string_view name, std::string_view text) const { x_folder.write(name, text); }
    /// Runs a verb that speaks to this daemon.
    [[nodiscard]] verb_outcome run(verb_function verb, std::vector<std::string> args) const {
        args.insert(args.end(), {"--socket", socket()});
        return run_verb(verb, args);
    }
    /// `METHOD TARGET BODY` of each request.
    std::vector<std::string> requests() {
        const std::lock_guard lock(x_mutex);
        return x_requests;
    }

private:
    using local = boost::asio::local::stream_protocol;
    using error_code = boost::system::error_code;

    void serve(local::socket& client) {
        namespace beast_http = boost::beast::http;
        boost::beast::flat_buffer buffer;
        error_code error;
        for (const auto& one : x_replies) {
            if (!hear(client, buffer)) {
                return;
            }
            beast_http::response<beast_http::string_body> reply;
            reply.result(one.status);
            reply.body() = one.body;
            reply.prepare_payload();
            beast_http::write(client, reply, error);
        }
        hear(client, buffer);
    }
    /// False when the client has gone.
    bool hear(local::socket& client, boost::beast::flat_buffer& buffer) {
        namespace beast_http = boost::beast::http;
        beast_http::request<beast_http::string_body> request;
        error_code error;
        beast_http::read(client, buffer, request, error);
        if (error) {
            return false;
        }
        const std::lock_guard lock(x_mutex);
        x_requests.push_back(std::string(request.method_string()) + ' ' +
                             std::string(request.target()) + ' ' + request.body());
        return true;
    }

    temporary_folder x_folder;
    boost::asio::io_context x_io;
    local::acceptor x_acceptor{x_io, local::endpoint(socket())};
    std::vector<canned_reply> x_replies;
    std::mutex x_mutex;
    std::vector<std::string> x_requests;  ///< Guarded by x_mutex.
    std::jthread x_thread;
};

}  // namespace dhow::tests
