// Parses HTTP/1.1 requests from bytes as they come, without a socket.
// Way of the message: byte_stream -> [request_reader] -> connection.
// Pure: bytes in, values out. One thread.
// Spec: RFC 9112. Tests: unit/api/request_reader_test.cpp, fuzz/api*.
// Limits: http_header_bytes_max is also the size of the only buffer.
#include "daemon/http/request_reader.hpp"

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstring>

namespace dhow::http {

namespace beast_http = boost::beast::http;

namespace {

constexpr std::size_t buffer_bytes = protocol::limits::http_header_bytes_max;

boost::beast::string_view to_beast(std::string_view text) { return {text.data(), text.size()}; }
std::string_view from_beast(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

struct request_reader::parser_holder {
    std::optional<beast_http::request_parser<beast_http::buffer_body>> parser;

    void renew() {
        parser.emplace();
        parser->header_limit(static_cast<std::uint32_t>(buffer_bytes));
        parser->body_limit(boost::none);  // each reader of a body counts for itself
    }
};

request_reader::request_reader()
    : parser_{std::make_unique<parser_holder>()},
      buffer_{std::make_unique<std::uint8_t[]>(buffer_bytes)} {
    parser_->renew();
}

request_reader::~request_reader() = default;

std::span<std::uint8_t> request_reader::room() {
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    return {buffer_.get() + end_, buffer_bytes - end_};
}

void request_reader::commit(std::size_t count) { end_ += count; }

request_reader::step request_reader::parse_header() {
    auto& parser = *parser_->parser;
    while (!parser.is_header_done()) {
        boost::system::error_code error;
        begin_ +=
            parser.put(boost::asio::const_buffer{buffer_.get() + begin_, end_ - begin_}, error);
        if (error == beast_http::error::need_more) {
            const bool full = end_ - begin_ == buffer_bytes;
            return full ? step::too_long : step::more;
        }
        if (error) {
            return error == beast_http::error::header_limit ? step::too_long : step::bad;
        }
    }
    return step::ready;
}

std::string_view request_reader::method() const {
    return from_beast(parser_->parser->get().method_string());
}

std::string_view request_reader::target() const {
    return from_beast(parser_->parser->get().target());
}

std::string_view request_reader::field(std::string_view name) const {
    return from_beast(parser_->parser->get()[to_beast(name)]);
}

bool request_reader::keep_alive() const {
    return parser_->parser->keep_alive() && parser_->parser->get().version() == 11;
}

bool request_reader::wants_continue() const {
    const auto& fields = parser_->parser->get();
    return fields.version() == 11 &&
           boost::beast::iequals(fields[beast_http::field::expect], "100-continue");
}

std::optional<std::uint64_t> request_reader::content_length() const {
    const auto length = parser_->parser->content_length();
    return length ? std::optional<std::uint64_t>{*length} : std::nullopt;
}

bool request_reader::body_done() const { return parser_->parser->is_done(); }

request_reader::step request_reader::parse_body(std::span<std::uint8_t> out, std::size_t& taken) {
    auto& parser = *parser_->parser;
    taken = 0;
    while (!parser.is_done() && taken < out.size()) {
        auto& body = parser.get().body();
        body.data = out.data() + taken;
        body.size = out.size() - taken;
        body.more = true;
        boost::system::error_code error;
        begin_ +=
            parser.put(boost::asio::const_buffer{buffer_.get() + begin_, end_ - begin_}, error);
        taken = out.size() - body.size;
        if (error == beast_http::error::need_buffer) {
            continue;  // full, or the chunk's end: the loop's condition knows
        }
        if (error == beast_http::error::need_more) {
            const bool full =
                end_ - begin_ == buffer_bytes;  // endless chunk extensions or trailers
            return full ? step::bad : step::more;
        }
        if (error) {
            return step::bad;
        }
        if (begin_ == end_ && !parser.is_done() && taken < out.size()) {
            return step::more;
        }
    }
    return step::ready;
}

void request_reader::start_next() { parser_->renew(); }

}  // namespace dhow::http
