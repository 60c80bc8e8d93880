// Attachments on their way out: streamed piece by piece, whole or one range.
// Way of the message: store -> seal -> core -> [attachments] -> agency.
// Not pure: awaits the client and the core. Net thread.
// Spec: docs/agency-api.md#attachments. Tests: unit/api/endpoints_test.cpp, drivers/http_test.cpp.
// Limits: one piece in memory.
#include "daemon/handover/attachments.hpp"

#include "daemon/handover/inbox_json.hpp"
#include "daemon/http/answers.hpp"

#include <algorithm>

namespace dhow::handover {

namespace asio = boost::asio;
namespace limits = protocol::limits;
namespace request = route::request;
namespace response = route::response;
using http::connection_ptr;
using protocol::errc;

namespace {

http::problem unsatisfiable(std::uint64_t length) {
    http::problem out;
    out.status = 416;
    out.code = "range-not-satisfiable";
    out.title = "the range begins behind the end";
    out.detail = "the attachment has " + std::to_string(length) + " bytes";
    out.hint = "Ask for bytes before the end.";
    return out;
}

struct download {
    protocol::message_id id;
    std::uint16_t position = 1;
    protocol::attachment_entry entry;
};

/// Nothing: a reply was sent already.
asio::awaitable<std::optional<download>> find(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (!id) {
        co_return std::nullopt;
    }
    const auto position = http::parse_number(client->path_value(1));
    auto opened = co_await http::ask_for<response::opened>(client, request::open_inbox{*id});
    if (!opened) {
        co_return std::nullopt;
    }
    auto& attachments = opened->content.attachments;
    if (!position || *position == 0 || *position > attachments.size()) {
        co_await client->send(http::make_problem(errc::not_found, "no such attachment"));
        co_return std::nullopt;
    }
    download out;
    out.id = *id;
    out.position = static_cast<std::uint16_t>(*position);
    out.entry = std::move(attachments[out.position - 1U]);
    co_return out;
}

http::reply head_of(const download& what, const http::range_request& range) {
    http::reply head;
    head.content_type = safe_media_type(what.entry.media_type);
    head.fields = disposition(what.entry.file_name) + "Accept-Ranges: bytes\r\n";
    if (range.kind == http::range_kind::part) {
        head.status = 206;
        head.fields += "Content-Range: bytes " + std::to_string(range.range.first) + "-" +
                       std::to_string(range.range.last) + "/" + std::to_string(what.entry.bytes) +
                       "\r\n";
    }
    return head;
}

/// A reply can be sent only before the first piece; later the connection ends short, which clients
/// see.
asio::awaitable<void> stream(connection_ptr client, download what, http::byte_range bytes,
                             http::reply head) {
    const std::uint64_t last_piece = bytes.last / limits::piece_bytes;
    bool started = false;
    for (std::uint64_t index = bytes.first / limits::piece_bytes; index <= last_piece; ++index) {
        const route::api_response answer = co_await client->ask(
            request::read_attachment{what.id, what.position, static_cast<std::uint32_t>(index)});
        const auto* piece = std::get_if<response::attachment_piece>(&answer);
        const piece_part part =
            piece != nullptr ? part_of_piece(bytes, index, piece->plain.size()) : piece_part{};
        if (part.size == 0) {
            client->give_up();
            if (!started) {
                co_await http::send_failure(client, &answer);
            }
            co_return;
        }
        if (!started) {
            started = true;
            const bool sent = co_await client->send_head(head, bytes.last - bytes.first + 1);
            if (!sent) {
                co_return;
            }
        }
        const bool sent = co_await client->send_piece(&piece->plain, part.offset, part.size);
        if (!sent) {
            co_return;
        }
    }
}

}  // namespace

piece_part part_of_piece(http::byte_range range, std::uint64_t index, std::size_t piece_size) {
    const std::uint64_t begin = index * limits::piece_bytes;
    const std::uint64_t end = begin + piece_size;
    const std::uint64_t from = std::max(begin, range.first);
    const std::uint64_t upto = std::min(end, range.last + 1);
    if (upto <= from) {
        return {};
    }
    return {static_cast<std::size_t>(from - begin), static_cast<std::size_t>(upto - from)};
}

asio::awaitable<void> get_attachment(connection_ptr client) {
    const bool reserved = co_await client->reserve_piece();
    if (!reserved) {
        co_return;
    }
    auto found = co_await find(client);
    if (!found) {
        co_return;
    }
    const std::uint64_t length = found->entry.bytes;
    const auto range = http::parse_range(client->field("Range"), length);
    if (range.kind == http::range_kind::unsatisfiable) {
        co_await client->send(unsatisfiable(length));
        co_return;
    }
    http::reply head = head_of(*found, range);
    if (length == 0) {
        co_await client->send(std::move(head));
        co_return;
    }
    const bool whole = range.kind == http::range_kind::whole;
    const http::byte_range bytes = whole ? http::byte_range{0, length - 1} : range.range;
    co_await stream(client, std::move(*found), bytes, std::move(head));
}

}  // namespace dhow::handover
