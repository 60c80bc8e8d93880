// The paths of intake: submitting, uploads, what became of a message.
// Way of the message: agency -> router -> [intake] -> core.
// Not pure: handlers await the core. Net thread.
// Spec: docs/agency-api.md, docs/openapi.yaml. Tests: unit/api/endpoints_test.cpp.
// Limits: http_json_bytes_max, piece_bytes.
#include "daemon/intake/endpoints.hpp"

#include "daemon/http/answers.hpp"
#include "daemon/intake/case_json.hpp"
#include "daemon/intake/message_json.hpp"
#include "daemon/intake/submit.hpp"
#include "daemon/intake/uploads.hpp"

#include <boost/json.hpp>

namespace dhow::intake {

namespace asio = boost::asio;
namespace json = boost::json;
namespace request = route::request;
namespace response = route::response;
using http::connection_ptr;
using protocol::errc;

namespace {

/// Asks with the message of the path and sends the answer as it is.
template <class Request, class Response>
asio::awaitable<void> get_of_message(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (!id) {
        co_return;
    }
    const auto answer = co_await http::ask_for<Response>(client, Request{*id});
    if (answer) {
        co_await http::send_json(client, to_json(*answer));
    }
}

asio::awaitable<void> get_recipients(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (!id) {
        co_return;
    }
    const auto answer = co_await http::ask_for<response::status>(client, request::status{*id});
    if (answer) {
        json::object out;
        out["recipients"] = to_json(*answer)["recipients"];
        co_await http::send_json(client, std::move(out));
    }
}

asio::awaitable<void> cancel_message(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (!id) {
        co_return;
    }
    const auto body = co_await client->read_object();
    if (!body) {
        co_return;
    }
    if (auto fault = http::object_input{*body, ""}.finish()) {
        co_await http::send_fault(client, std::move(*fault));
        co_return;
    }
    const auto answer = co_await http::ask_for<response::done>(client, request::cancel{*id});
    if (answer) {
        json::object out;
        out["text"] = answer->text;
        co_await http::send_json(client, std::move(out));
    }
}

asio::awaitable<void> get_case(connection_ptr client) {
    request::case_of what{client->query("name").value_or("")};
    const auto answer = co_await http::ask_for<response::case_report>(client, std::move(what));
    if (answer) {
        co_await http::send_json(client, to_json(*answer));
    }
}

asio::awaitable<void> who_am_i(connection_ptr client) {
    const auto answer = co_await http::ask_for<response::identity>(client, request::who_am_i{});
    if (answer) {
        co_await http::send_json(client, to_json(*answer));
    }
}

asio::awaitable<void> list_bureaus(connection_ptr client) {
    const auto answer = co_await http::ask_for<response::bureaus>(client, request::list_bureaus{});
    if (answer) {
        co_await http::send_json(client, to_json(*answer));
    }
}

asio::awaitable<void> list_clocks(connection_ptr client) {
    const auto after = co_await http::query_number(client, "after", 0, INT64_MAX);
    if (!after) {
        co_return;
    }
    const auto limit =
        co_await http::query_number(client, "limit", 100, protocol::limits::page_rows_max);
    if (!limit) {
        co_return;
    }
    route::api_request what = request::list_clocks{*after, *limit};
    const auto answer = co_await http::ask_for<response::clocks>(client, std::move(what));
    if (answer) {
        co_await http::send_json(client, to_json(*answer));
    }
}

constexpr auto callers = http::access::callers;

constexpr http::endpoint table[] = {
    {"POST", "/v1/messages", callers, &post_message},
    {"POST", "/v1/uploads", callers, &post_upload},
    {"DELETE", "/v1/uploads/{id}", callers, &delete_upload},
    {"GET", "/v1/messages/{id}", callers, &get_of_message<request::status, response::status>},
    {"GET", "/v1/messages/{id}/recipients", callers, &get_recipients},
    {"GET", "/v1/messages/{id}/events", callers,
     &get_of_message<request::events, response::events>},
    {"GET", "/v1/messages/{id}/why", callers, &get_of_message<request::why, response::why>},
    {"GET", "/v1/messages/{id}/evidence", callers,
     &get_of_message<request::evidence, response::evidence>},
    {"POST", "/v1/messages/{id}/cancel", callers, &cancel_message},
    {"GET", "/v1/cases", callers, &get_case},
    {"GET", "/v1/clocks", callers, &list_clocks},
    {"GET", "/v1/whoami", callers, &who_am_i},
    {"GET", "/v1/bureaus", callers, &list_bureaus},
};

}  // namespace

std::span<const http::endpoint> endpoints() { return table; }

}  // namespace dhow::intake
