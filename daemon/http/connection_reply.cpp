// The writing half of a connection: heads, bodies, deadlines, the end.
// Way of the message: handler -> [connection] -> byte_stream.
// Not pure: drives a stream. Net thread.
// Spec: docs/agency-api.md#transport. Tests: unit/api/endpoints_test.cpp, drivers/http_test.cpp.
// Limits: http_progress_time_max for each block written.
#include "daemon/http/connection.hpp"

#include <algorithm>

namespace dhow::http {

namespace limits = protocol::limits;

namespace {

/// Written at once; each such block must be through within http_progress_time_max.
constexpr std::size_t write_block_bytes = 64 * limits::kib;

}  // namespace

std::string connection::head_text(const reply& head, std::uint64_t length) const {
    std::string out;
    out.reserve(256 + head.fields.size() + (length <= write_block_bytes ? head.body.size() : 0));
    out += "HTTP/1.1 ";
    out += std::to_string(head.status);
    out += ' ';
    out += reason_of(head.status);
    out += "\r\nDate: ";
    out += shared_->date;
    if (head.status != 204) {
        out += "\r\nContent-Type: ";
        out += head.content_type;
        out += "\r\nContent-Length: ";
        out += std::to_string(length);
    }
    out += "\r\nCache-Control: no-store\r\n";
    if (!keep_alive_) {
        out += "Connection: close\r\n";
    }
    out += head.fields;
    out += "\r\n";
    return out;
}

asio::awaitable<void> connection::send(reply answer) {
    replied_ = true;
    // keep_alive_ is only ever true once a header was read.
    keep_alive_ = keep_alive_ && !shared_->draining && reader_.body_done();
    std::string text = head_text(answer, answer.body.size());
    const bool together = answer.body.size() <= write_block_bytes;
    if (!without_body_ && together) {
        text += answer.body;
    }
    bool ok = co_await write(text.data(), text.size());
    if (ok && !without_body_ && !together) {
        ok = co_await write(answer.body.data(), answer.body.size());
    }
    keep_alive_ = keep_alive_ && ok;
}

asio::awaitable<void> connection::send(problem what) {
    reply answer;
    answer.status = what.status;
    answer.content_type = "application/problem+json";
    answer.body = to_json(what);
    if (what.retry_after) {
        answer.fields = "Retry-After: " + std::to_string(what.retry_after->count()) + "\r\n";
    }
    co_await send(std::move(answer));
}

asio::awaitable<bool> connection::send_head(reply head, std::uint64_t length) {
    replied_ = true;
    keep_alive_ = keep_alive_ && !shared_->draining && reader_.body_done();
    const std::string text = head_text(head, length);
    const bool ok = co_await write(text.data(), text.size());
    keep_alive_ = keep_alive_ && ok;
    co_return ok;
}

asio::awaitable<bool> connection::send_piece(const protocol::bytes* piece, std::size_t first,
                                             std::size_t size) {
    const bool ok = co_await write(piece->data() + first, size);
    keep_alive_ = keep_alive_ && ok;
    co_return ok;
}

asio::awaitable<bool> connection::write(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    while (size > 0 && !closed_) {
        const std::size_t count = std::min(size, write_block_bytes);
        allow(limits::http_progress_time_max);
        const io_result outcome = co_await stream_->write(asio::buffer(bytes, count));
        deadline_ = steady_time::max();
        if (std::get<0>(outcome)) {
            co_return false;
        }
        bytes += count;
        size -= count;
    }
    co_return size == 0;
}

const std::string& connection::owner() const {
    static const std::string operators = " operators";  // no agency has that name
    return who_.agency.empty() ? operators : who_.agency;
}

void connection::allow(std::chrono::seconds time) {
    deadline_ = std::chrono::steady_clock::now() + time;
}

void connection::check_deadline(steady_time now) {
    if (closed_ || now < deadline_) {
        return;
    }
    if (timed_out_) {
        close();
        return;
    }
    timed_out_ = true;
    ++shared_->counters.timeouts;
    allow(limits::http_linger_time_max);
    stream_->cancel();
}

void connection::drain() {
    if (idle_since_) {
        close();
        return;
    }
    wake();
}

void connection::close() {
    if (!closed_) {
        closed_ = true;
        deadline_ = steady_time::max();
        stream_->close();
        wake();
    }
}

}  // namespace dhow::http
