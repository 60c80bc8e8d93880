// One client's connection: reads a request, lets its handler answer, and so on until it closes.
// Way of the message: byte_stream -> [connection] -> handler -> core, and back.
// Not pure: drives a stream. Net thread; all of it in one coroutine.
// Spec: docs/agency-api.md#transport. Tests: unit/api/endpoints_test.cpp, drivers/http_test.cpp.
// Limits: http_*; never more than one body or piece in memory.
#include "daemon/http/connection.hpp"

#include <algorithm>

namespace dhow::http {

namespace limits = protocol::limits;

namespace {

steady_time now() { return std::chrono::steady_clock::now(); }

problem not_allowed_method(const std::string& allowed) {
    problem out;
    out.status = 405;
    out.code = "method-not-allowed";
    out.title = "this path has other methods";
    out.detail = "allowed: " + allowed;
    out.hint = "Use one of the methods of the Allow field.";
    return out;
}

}  // namespace

connection::connection(std::unique_ptr<byte_stream> stream, std::shared_ptr<service> shared,
                       const asio::any_io_executor& executor)
    : stream_{std::move(stream)}, shared_{std::move(shared)}, pause_{executor} {}

// The loop --------------------------------------------------------------------------------------

asio::awaitable<void> connection::run(connection_ptr self, route::caller who) {
    self->who_ = std::move(who);
    while (!self->closed_) {
        const bool has_request = co_await self->read_header();
        if (!has_request) {
            break;
        }
        co_await self->serve_request();
        self->memory_.release();
        if (!self->keep_alive_) {
            break;
        }
        self->reader_.start_next();
        self->served_ = true;
    }
    co_await self->linger();
    self->close();
}

asio::awaitable<void> connection::turn_away(connection_ptr self, problem why) {
    co_await self->send(std::move(why));
    co_await self->linger();
    self->close();
}

asio::awaitable<bool> connection::read_header() {
    idle_since_ = now();
    allow(served_ ? limits::http_idle_time_max : limits::http_header_time_max);
    body_deadline_ = steady_time::max();
    bool started = false;
    for (;;) {
        if (!started && reader_.has_input()) {
            started = true;
            idle_since_.reset();
            allow(limits::http_header_time_max);
        }
        const auto step = reader_.parse_header();
        if (step == request_reader::step::ready) {
            deadline_ = steady_time::max();
            co_return true;
        }
        if (step != request_reader::step::more) {
            co_await refuse_header(step);
            co_return false;
        }
        if (shared_->draining && !started) {
            co_return false;
        }
        const bool received = co_await receive();
        if (!received) {
            if (timed_out_ && started) {
                keep_alive_ = false;
                co_await send(make_problem(errc::timed_out, "the header took too long"));
            }
            co_return false;
        }
    }
}

asio::awaitable<bool> connection::receive() {
    if (body_deadline_ != steady_time::max()) {
        deadline_ = std::min(now() + limits::http_progress_time_max, body_deadline_);
    }
    const auto room = reader_.room();
    const io_result outcome = co_await stream_->read_some(asio::buffer(room.data(), room.size()));
    reader_.commit(std::get<1>(outcome));
    co_return !std::get<0>(outcome) && !closed_;
}

asio::awaitable<void> connection::refuse_header(request_reader::step fault) {
    keep_alive_ = false;
    problem what = make_problem(errc::bad_request, "not HTTP/1.1");
    if (fault == request_reader::step::too_long) {
        what = make_problem(
            errc::too_large,
            "the header has more than " + std::to_string(limits::http_header_bytes_max) + " bytes");
        what.status = 431;
    }
    co_await send(std::move(what));
}

asio::awaitable<void> connection::serve_request() {
    ++shared_->counters.requests;
    keep_alive_ = reader_.keep_alive();
    without_body_ = reader_.method() == "HEAD";
    replied_ = invited_ = woken_ = false;
    body_taken_ = 0;
    carried_.reset();
    co_await dispatch();
    if (!replied_) {
        keep_alive_ = false;
        if (!closed_ && !timed_out_) {
            co_await send(make_problem(errc::internal));
        }
    }
    keep_alive_ = keep_alive_ && reader_.body_done();
}

asio::awaitable<void> connection::dispatch() {
    const auto parts = split_target(reader_.target());
    if (!parts) {
        co_await send(make_problem(errc::bad_request, "the target must be a path"));
        co_return;
    }
    target_ = *parts;
    match_ = shared_->routes->match(reader_.method(), target_.path);
    if (match_.found == nullptr) {
        if (match_.allowed.empty()) {
            co_await send(make_problem(errc::not_found, "no such path"));
            co_return;
        }
        reply answer;
        answer.status = 405;
        answer.content_type = "application/problem+json";
        answer.fields = "Allow: " + match_.allowed + "\r\n";
        answer.body = to_json(not_allowed_method(match_.allowed));
        co_await send(std::move(answer));
        co_return;
    }
    if (match_.found->who == access::operators && !who_.is_operator) {
        co_await send(make_problem(errc::unauthorised, "only for operators"));
        co_return;
    }
    co_await match_.found->run(shared_from_this());
}

// Reads on for a moment, so that the reply is not lost to a reset for bytes that nobody read.
asio::awaitable<void> connection::linger() {
    if (closed_) {
        co_return;
    }
    idle_since_.reset();
    allow(limits::http_linger_time_max);
    co_await stream_->finish_writing();
    std::array<std::uint8_t, 4096> rest;
    while (!closed_) {
        const io_result outcome = co_await stream_->read_some(asio::buffer(rest));
        if (std::get<0>(outcome)) {
            break;
        }
    }
}

// Request ---------------------------------------------------------------------------------------

std::string connection::path_value(std::size_t index) const {
    return percent_decode(match_.values[index]).value_or("");
}

std::optional<std::string> connection::query(std::string_view name) const {
    return query_value(target_.query, name);
}

std::optional<std::uint64_t> connection::content_length() const { return reader_.content_length(); }

route::caller connection::asking_as() const {
    const bool as_operator = match_.found != nullptr && match_.found->who == access::operators;
    return as_operator ? route::caller{{}, true, who_.user} : who_;
}

asio::awaitable<route::api_response> connection::ask(route::api_request what) {
    auto answer = std::make_shared<std::optional<route::api_response>>();
    const std::weak_ptr<connection> weak = weak_from_this();
    std::function<void(route::api_response)> take = [answer, weak](route::api_response value) {
        *answer = std::move(value);
        if (const auto self = weak.lock()) {
            self->wake();
        }
    };
    shared_->core->request(asking_as(), std::move(what), std::move(take));
    while (!*answer) {
        co_await pause(std::chrono::hours{24});
    }
    co_return std::move(**answer);
}

asio::awaitable<bool> connection::invite_body() {
    if (invited_ || !reader_.wants_continue() || reader_.body_done() || reader_.has_input()) {
        co_return true;
    }
    invited_ = true;
    constexpr std::string_view invitation = "HTTP/1.1 100 Continue\r\n\r\n";
    co_return co_await write(invitation.data(), invitation.size());
}

asio::awaitable<bool> connection::fill(std::uint8_t* out, std::size_t size, std::size_t* taken) {
    body_deadline_ = now() + limits::http_body_time_max;
    bool ok = true;
    for (;;) {
        std::size_t count = 0;
        const auto step = reader_.parse_body({out + *taken, size - *taken}, count);
        *taken += count;
        body_taken_ += count;
        if (step != request_reader::step::more) {
            ok = step == request_reader::step::ready;
            break;
        }
        const bool received = co_await receive();
        if (!received) {
            ok = false;
            break;
        }
    }
    body_deadline_ = deadline_ = steady_time::max();
    co_return ok;
}

asio::awaitable<void> connection::refuse_body() {
    keep_alive_ = false;
    // Named first: GCC 12 destroys the temporaries of ?: in a co_await twice.
    problem report = make_problem(errc::bad_request, "the body is not complete");
    if (timed_out_) {
        report = make_problem(errc::timed_out, "the body took too long");
    }
    co_await send(std::move(report));
}

asio::awaitable<bool> connection::read_text(std::string* out) {
    constexpr std::uint64_t bytes_max = limits::http_json_bytes_max;
    const std::uint64_t expected = reader_.body_done() ? 0 : content_length().value_or(bytes_max);
    if (expected > bytes_max) {
        co_await send(make_problem(
            errc::too_large, "the body has more than " + std::to_string(bytes_max) + " bytes"));
        co_return false;
    }
    const auto size = static_cast<std::size_t>(expected);
    // The body, its values, and what is decoded of them.
    if (!memory_.take(shared_->memory, owner(), 3 * size)) {
        co_await send(make_problem(errc::overloaded, "too many large requests at once"));
        co_return false;
    }
    const bool invited = co_await invite_body();
    if (!invited) {
        co_return false;
    }
    out->resize(size);
    std::size_t taken = 0;
    auto* bytes = reinterpret_cast<std::uint8_t*>(out->data());
    const bool filled = co_await fill(bytes, size, &taken);
    if (!filled) {
        co_await refuse_body();
        co_return false;
    }
    out->resize(taken);
    std::uint8_t extra = 0;
    std::size_t more = 0;
    const bool at_end = reader_.body_done();
    bool went_on = true;
    if (!at_end) {
        went_on = co_await fill(&extra, 1, &more);
    }
    if (!went_on || more > 0) {
        co_await send(make_problem(errc::too_large, "the body is longer than allowed"));
        co_return false;
    }
    co_return true;
}

asio::awaitable<std::optional<boost::json::object>> connection::read_object() {
    std::string text;
    const bool has_text = co_await read_text(&text);
    if (!has_text) {
        co_return std::nullopt;
    }
    if (text.empty()) {
        co_return boost::json::object{};
    }
    json_fault fault;
    auto object = parse_object(text, fault);
    if (!object) {
        co_await send(make_problem(errc::bad_request, fault.what));
    }
    co_return object;
}

asio::awaitable<bool> connection::reserve_piece() {
    if (memory_.take(shared_->memory, owner(), limits::piece_bytes)) {
        co_return true;
    }
    co_await send(make_problem(errc::overloaded, "too many transfers at once"));
    co_return false;
}

asio::awaitable<std::optional<body_piece>> connection::read_piece() {
    const bool invited = co_await invite_body();
    if (!invited) {
        co_return std::nullopt;
    }
    body_piece piece;
    const std::uint64_t carried = carried_ ? 1 : 0;
    const auto length = content_length();
    const std::uint64_t left = length ? *length - body_taken_ + carried : limits::piece_bytes;
    piece.plain.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(left, limits::piece_bytes)));
    std::size_t taken = 0;
    if (carried_) {
        piece.plain[taken++] = *carried_;
        carried_.reset();
    }
    const bool filled = co_await fill(piece.plain.data(), piece.plain.size(), &taken);
    if (!filled) {
        co_return std::nullopt;
    }
    piece.plain.resize(taken);
    std::uint8_t next = 0;
    std::size_t more = 0;
    if (!reader_.body_done()) {
        const bool looked = co_await fill(&next, 1, &more);
        if (!looked) {
            co_return std::nullopt;
        }
        if (more > 0) {
            carried_ = next;
        }
    }
    piece.last = more == 0;
    co_return piece;
}

asio::awaitable<void> connection::pause(std::chrono::milliseconds time) {
    if (!woken_) {
        pause_.expires_after(time);
        const auto outcome = co_await pause_.async_wait(as_result);
        static_cast<void>(outcome);  // over, woken or closed: the caller looks for itself
    }
    woken_ = false;
}

void connection::wake() {
    woken_ = true;
    pause_.cancel();
}

}  // namespace dhow::http
