// Attachments on their way in: a raw body, handed to the core piece by piece.
// Way of the message: agency -> [uploads] -> core -> seal -> store; the message names the upload
// later. Not pure: awaits the client and the core. Net thread. Spec: docs/agency-api.md#uploads.
// Tests: unit/api/endpoints_test.cpp, drivers/http_test.cpp. Limits: piece_bytes in memory,
// attachment_bytes_max in all.
#include "daemon/intake/uploads.hpp"

#include "daemon/http/answers.hpp"
#include "protocol/content.hpp"

#include <boost/json.hpp>

namespace dhow::intake {

namespace asio = boost::asio;
namespace limits = protocol::limits;
namespace request = route::request;
namespace response = route::response;
using http::connection_ptr;
using protocol::errc;

namespace {

bool is_file_name(const std::string& name) {
    return !name.empty() && name.size() <= limits::short_text_bytes_max && name != "." &&
           name != ".." && name.find_first_of("/\\") == std::string::npos &&
           protocol::is_clean_text(name, false);
}

/// What is wrong with the request before its body is read.
std::optional<http::problem> check(const http::connection& client, request::begin_upload& out) {
    out.file_name = client.query("name").value_or("");
    out.media_type = client.field("Content-Type");
    if (out.media_type.empty()) {
        out.media_type = "application/octet-stream";
    }
    if (!is_file_name(out.file_name)) {
        return http::make_problem(errc::bad_request,
                                  "the query must hold name=FILE, without directories");
    }
    if (out.media_type.size() > limits::short_text_bytes_max ||
        !protocol::is_clean_text(out.media_type, false)) {
        return http::make_problem(errc::bad_request, "the Content-Type is not usable");
    }
    if (client.content_length().value_or(0) > limits::attachment_bytes_max) {
        return http::make_problem(
            errc::too_large,
            "an attachment has at most " + std::to_string(limits::attachment_bytes_max) + " bytes");
    }
    return std::nullopt;
}

asio::awaitable<void> abandon(connection_ptr client, route::upload_id upload) {
    const auto answer = co_await client->ask(request::abandon_upload{upload});
    static_cast<void>(answer);  // the upload is gone either way
}

/// Nothing: a reply was sent, and the upload is abandoned.
asio::awaitable<std::optional<response::upload>> stream_body(connection_ptr client,
                                                             route::upload_id upload) {
    std::uint64_t total = 0;
    for (;;) {
        auto piece = co_await client->read_piece();
        if (!piece) {
            co_await abandon(client, upload);
            co_await client->refuse_body();
            co_return std::nullopt;
        }
        total += piece->plain.size();
        if (total > limits::attachment_bytes_max) {
            co_await abandon(client, upload);
            co_await client->send(http::make_problem(errc::too_large));
            co_return std::nullopt;
        }
        const bool last = piece->last;
        request::continue_upload step{upload, std::move(piece->plain), last};
        const route::api_response answer = co_await client->ask(std::move(step));
        const auto* stored = std::get_if<response::upload>(&answer);
        if (stored == nullptr) {
            co_await abandon(client, upload);
            co_await http::send_failure(client, &answer);
            co_return std::nullopt;
        }
        if (last) {
            co_return *stored;
        }
    }
}

}  // namespace

asio::awaitable<void> post_upload(connection_ptr client) {
    request::begin_upload begin;
    if (auto problem = check(*client, begin)) {
        co_await client->send(std::move(*problem));
        co_return;
    }
    const bool reserved = co_await client->reserve_piece();
    if (!reserved) {
        co_return;
    }
    const auto begun = co_await http::ask_for<response::upload>(client, std::move(begin));
    if (!begun) {
        co_return;
    }
    const auto done = co_await stream_body(client, begun->id);
    if (done) {
        const std::string id = std::to_string(begun->id);
        http::reply answer;
        answer.status = 201;
        answer.fields = "Location: /v1/uploads/" + id + "\r\n";
        answer.body =
            "{\"upload\":\"" + id + "\",\"bytes\":" + std::to_string(done->plain_bytes) + "}";
        co_await client->send(std::move(answer));
    }
}

asio::awaitable<void> delete_upload(connection_ptr client) {
    const auto upload = http::parse_number(client->path_value(0));
    if (!upload) {
        co_await client->send(http::make_problem(errc::not_found, "not an upload"));
        co_return;
    }
    const auto done =
        co_await http::ask_for<response::done>(client, request::abandon_upload{*upload});
    if (done) {
        http::reply answer;
        answer.status = 204;
        co_await client->send(std::move(answer));
    }
}

}  // namespace dhow::intake
