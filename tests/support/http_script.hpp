// One HTTP connection without a socket: bytes in by steps of any size, all replies out.
#pragma once

#include "daemon/control/endpoints.hpp"
#include "daemon/handover/endpoints.hpp"
#include "daemon/http/connection.hpp"
#include "daemon/intake/endpoints.hpp"
#include "tests/support/scripted_api.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace dhow::tests {

/// Gives its input in steps, then end of file; keeps what is written.
class scripted_stream final : public http::byte_stream {
public:
    scripted_stream(std::string input, std::size_t step, std::string* output)
        : input_{std::move(input)}, step_{step}, output_{output} {}

    http::asio::awaitable<http::io_result> read_some(http::asio::mutable_buffer into) override {
        const std::size_t count = std::min({step_, into.size(), input_.size() - at_});
        if (count == 0 || closed_) {
            co_return http::io_result{http::asio::error::eof, 0};
        }
        std::memcpy(into.data(), input_.data() + at_, count);
        at_ += count;
        co_return http::io_result{boost::system::error_code{}, count};
    }
    http::asio::awaitable<http::io_result> write(http::asio::const_buffer data) override {
        if (closed_) {
            co_return http::io_result{http::asio::error::operation_aborted, 0};
        }
        output_->append(static_cast<const char*>(data.data()), data.size());
        co_return http::io_result{boost::system::error_code{}, data.size()};
    }
    http::asio::awaitable<void> finish_writing() override { co_return; }
    void cancel() override {}
    void close() override { closed_ = true; }

private:
    std::string input_;
    std::size_t step_;
    std::string* output_;
    std::size_t at_ = 0;
    bool closed_ = false;
};

/// One reply, taken apart.
struct parsed_reply {
    unsigned status = 0;
    std::string head;  ///< Status line and fields.
    std::string body;
};

/// Splits a string of replies by their Content-Length.
inline std::vector<parsed_reply> split_replies(std::string_view all) {
    std::vector<parsed_reply> out;
    while (all.starts_with("HTTP/1.1 ")) {
        const std::size_t end = all.find("\r\n\r\n");
        if (end == std::string_view::npos) {
            break;
        }
        parsed_reply one;
        one.head = all.substr(0, end + 2);
        one.status = static_cast<unsigned>(std::stoul(one.head.substr(9, 3)));
        all.remove_prefix(end + 4);
        const std::size_t field = one.head.find("Content-Length: ");
        if (field != std::string::npos) {
            const auto size = std::stoul(one.head.substr(field + 16));
            one.body = all.substr(0, size);
            all.remove_prefix(std::min<std::size_t>(size, all.size()));
        }
        out.push_back(std::move(one));
    }
    return out;
}

/// The scripted core behind the real table of routes.
class http_script {
public:
    scripted_api core;
    route::caller who{"border", true};
    bool answers_later =
        false;  ///< Answers come in a later turn of the loop, as from the real core.
    http::service_counters counters;

    http_script() {
        routes_.add(intake::endpoints());
        routes_.add(handover::endpoints());
        routes_.add(control::endpoints());
        routes_.add(control::courier_endpoints());
    }

    /// All replies to these bytes, as one string.
    std::string run(const std::string& input, std::size_t step = SIZE_MAX) {
        boost::asio::io_context io{1};
        if (answers_later) {
            core.later = [&io](std::function<void()> answer) { boost::asio::post(io, answer); };
        }
        std::string output;
        auto shared = std::make_shared<http::service>();
        shared->core = &core;
        shared->routes = &routes_;
        shared->log = [](const std::string&) {};
        shared->date = "Tue, 24 Nov 2026 18:09:58 GMT";
        auto client = std::make_shared<http::connection>(
            std::make_unique<scripted_stream>(input, step, &output), shared, io.get_executor());
        std::exception_ptr failure;
        boost::asio::co_spawn(io, http::connection::run(client, who),
                              [&failure](std::exception_ptr e) { failure = e; });
        if (during) {
            boost::asio::post(io, during);
        }
        io.run();
        if (failure) {
            std::rethrow_exception(failure);
        }
        counters = shared->counters;
        memory_left_taken = shared->memory.taken();
        return output;
    }

    std::vector<parsed_reply> ask(const std::string& input, std::size_t step = SIZE_MAX) {
        return split_replies(run(input, step));
    }
    /// One request with a body, its one reply.
    parsed_reply ask_one(const std::string& method, const std::string& target,
                         const std::string& body = {}, const std::string& fields = {}) {
        const auto replies = ask(text_of(method, target, body, fields));
        return replies.empty() ? parsed_reply{} : replies.front();
    }
    static std::string text_of(const std::string& method, const std::string& target,
                               const std::string& body = {}, const std::string& fields = {}) {
        return method + " " + target + " HTTP/1.1\r\nHost: dhow\r\n" + fields +
               (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") +
               "\r\n" + body;
    }

    const http::router& routes() const { return routes_; }
    std::function<void()> during;       ///< Called once while the connection runs.
    std::size_t memory_left_taken = 0;  ///< Of the last run; 0 when all was given back.

private:
    http::router routes_;
};

}  // namespace dhow::tests
