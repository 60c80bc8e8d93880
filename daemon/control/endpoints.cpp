// The paths of operators: queues, links, peers, messages, routes, the database, health, metrics.
// Way of the message: operator -> router -> [control] -> core.
// Not pure: handlers await the core. Net thread.
// Spec: docs/agency-api.md#operators, docs/openapi.yaml. Tests: unit/api/endpoints_test.cpp.
// Limits: page_rows_max.
#include "daemon/control/endpoints.hpp"

#include "config/units.hpp"
#include "daemon/control/control_json.hpp"
#include "daemon/http/answers.hpp"
#include "daemon/http/json_output.hpp"

#include <boost/json.hpp>

namespace dhow::control {

namespace asio = boost::asio;
namespace json = boost::json;
namespace limits = protocol::limits;
namespace request = route::request;
namespace response = route::response;
using http::connection_ptr;
using protocol::errc;

namespace {

template <class Response>
asio::awaitable<void> relay(connection_ptr client, route::api_request what) {
    const auto answer = co_await http::ask_for<Response>(client, std::move(what));
    if (answer) {
        co_await http::send_json(client, to_json(*answer));
    }
}

/// Reads the body, lets `read` take its members, and refuses what is left.
using body_reader = void (*)(http::object_input& input, route::api_request& out);
asio::awaitable<bool> read_body(connection_ptr client, body_reader read, route::api_request* out) {
    const auto body = co_await client->read_object();
    if (!body) {
        co_return false;
    }
    http::object_input input{*body, ""};
    read(input, *out);
    if (auto fault = input.finish()) {
        co_await http::send_fault(client, std::move(*fault));
        co_return false;
    }
    co_return true;
}

void read_nothing(http::object_input&, route::api_request&) {}

/// Reads a body, asks, relays what was done. Callers name the request first: GCC 12 copies an
/// aggregate that is made inside a co_await expression bit by bit.
asio::awaitable<void> act(connection_ptr client, route::api_request what,
                          body_reader read = &read_nothing) {
    const bool readable = co_await read_body(client, read, &what);
    if (readable) {
        co_await relay<response::done>(client, std::move(what));
    }
}

// Queues and links ------------------------------------------------------------------------------

asio::awaitable<void> get_queues(connection_ptr client) {
    return relay<response::queue_summary>(client, request::queue_summary{});
}

asio::awaitable<void> get_queue(connection_ptr client) {
    const auto peer = co_await http::path_bureau(client);
    if (!peer) {
        co_return;
    }
    const auto after = co_await http::query_number(client, "after", 0, INT64_MAX);
    if (!after) {
        co_return;
    }
    const auto limit = co_await http::query_number(client, "limit", 100, limits::page_rows_max);
    if (limit) {
        route::api_request what = request::list_queue{*peer, *after, *limit};
        co_await relay<response::queue>(client, std::move(what));
    }
}

asio::awaitable<void> get_links(connection_ptr client) {
    return relay<response::links>(client, request::list_links{});
}

asio::awaitable<void> call_link(connection_ptr client) {
    return act(client, request::call_link{client->path_value(0)});
}

asio::awaitable<void> test_link(connection_ptr client) {
    route::api_request what = request::test_link{client->path_value(0)};
    const bool readable = co_await read_body(client, &read_nothing, &what);
    if (readable) {
        co_await relay<response::trial_report>(client, std::move(what));
    }
}

void read_used(http::object_input& input, route::api_request& out) {
    input.number("used_bytes", std::get<request::set_quota>(out).used_bytes, 0,
                 limits::month_bytes_max);
}

asio::awaitable<void> set_quota(connection_ptr client) {
    return act(client, request::set_quota{client->path_value(0), UINT64_MAX}, &read_used);
}

// Peers -----------------------------------------------------------------------------------------

void read_suspension(http::object_input& input, route::api_request& out) {
    auto& what = std::get<request::suspend_peer>(out);
    input.text("reason", what.reason, limits::short_text_bytes_max);
    std::string until;
    input.text("until", until, limits::short_text_bytes_max);
    if (!until.empty()) {
        what.until = protocol::parse_utc(until);
        if (!what.until) {
            input.refuse("until", "must be a time like 2026-11-24T18:09:58.123Z");
        }
    }
    std::string lasts;
    input.text("for", lasts, limits::short_text_bytes_max);
    if (!lasts.empty()) {
        what.lasts = config::parse_duration(lasts);
        if (!what.lasts) {
            input.refuse("for", "must be a time like 90m, 12h or 3d");
        }
    }
}

asio::awaitable<void> suspend_peer(connection_ptr client) {
    const auto peer = co_await http::path_bureau(client);
    if (peer) {
        route::api_request what = request::suspend_peer{*peer, {}, {}, true};
        co_await act(client, std::move(what), &read_suspension);
    }
}

asio::awaitable<void> resume_peer(connection_ptr client) {
    const auto peer = co_await http::path_bureau(client);
    if (peer) {
        route::api_request what = request::suspend_peer{*peer, {}, {}, false};
        co_await act(client, std::move(what));
    }
}

template <bool Hold>
asio::awaitable<void> hold_peer(connection_ptr client) {
    const auto peer = co_await http::path_bureau(client);
    if (peer) {
        route::api_request what = request::hold{std::nullopt, *peer, Hold};
        co_await act(client, std::move(what));
    }
}

// Messages --------------------------------------------------------------------------------------

template <bool Hold>
asio::awaitable<void> hold_message(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (id) {
        route::api_request what = request::hold{*id, {}, Hold};
        co_await act(client, std::move(what));
    }
}

asio::awaitable<void> cancel_message(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (id) {
        route::api_request what = request::cancel{*id};
        co_await act(client, std::move(what));
    }
}

void read_recipient(http::object_input& input, route::api_request& out) {
    std::string text;
    input.text("recipient", text, limits::short_text_bytes_max, true);
    const auto bureau = protocol::bureau_id::parse(text);
    if (bureau) {
        std::get<request::send_again>(out).recipient = *bureau;
    } else {
        input.refuse("recipient", "must be a bureau");
    }
}

asio::awaitable<void> send_again(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (id) {
        route::api_request what = request::send_again{*id, {}};
        co_await act(client, std::move(what), &read_recipient);
    }
}

// Routes and the database -----------------------------------------------------------------------

asio::awaitable<void> explain_route(connection_ptr client) {
    const auto to = protocol::bureau_id::parse(client->query("to").value_or(""));
    const auto cls = protocol::parse_class(client->query("class").value_or("routine"));
    if (!to || !cls) {
        co_await client->send(http::make_problem(
            errc::bad_request, "the query must hold to=BUREAU and may hold class=CLASS"));
        co_return;
    }
    route::api_request what = request::explain_route{*to, *cls};
    co_await relay<response::route_explanation>(client, std::move(what));
}

void read_path(http::object_input& input, route::api_request& out) {
    std::string& path = std::get<request::back_up>(out).path;
    input.text("path", path, limits::short_text_bytes_max, true);
    if (!path.starts_with('/')) {
        input.refuse("path", "must be an absolute path");
    }
}

asio::awaitable<void> back_up(connection_ptr client) {
    return act(client, request::back_up{}, &read_path);
}

void read_thorough(http::object_input& input, route::api_request& out) {
    input.boolean("thorough", std::get<request::check_store>(out).thorough);
}

asio::awaitable<void> check_store(connection_ptr client) {
    route::api_request what = request::check_store{};
    const bool readable = co_await read_body(client, &read_thorough, &what);
    if (readable) {
        co_await relay<response::verdict>(client, std::move(what));
    }
}

// Health ----------------------------------------------------------------------------------------

/// `healthz` says that the process works; `readyz` also that it takes messages.
template <bool Ready>
asio::awaitable<void> health(connection_ptr client) {
    const auto answer = co_await http::ask_for<response::health>(client, request::health{});
    if (answer) {
        json::object out;
        out["ready"] = answer->ready;
        out["problems"] = http::text_values(answer->problems);
        co_await http::send_json(client, std::move(out), Ready && !answer->ready ? 503 : 200);
    }
}

asio::awaitable<void> metrics(connection_ptr client) {
    auto answer = co_await http::ask_for<response::metrics>(client, request::metrics{});
    if (answer) {
        http::reply out;
        out.content_type = "text/plain; version=0.0.4; charset=utf-8";
        out.body = std::move(answer->text);
        co_await client->send(std::move(out));
    }
}

constexpr auto operators = http::access::operators;
constexpr auto callers = http::access::callers;

constexpr http::endpoint table[] = {
    {"GET", "/healthz", callers, &health<false>},
    {"HEAD", "/healthz", callers, &health<false>},
    {"GET", "/readyz", callers, &health<true>},
    {"HEAD", "/readyz", callers, &health<true>},
    {"GET", "/metrics", operators, &metrics},
    {"GET", "/admin/v1/queues", operators, &get_queues},
    {"GET", "/admin/v1/queues/{peer}", operators, &get_queue},
    {"GET", "/admin/v1/links", operators, &get_links},
    {"POST", "/admin/v1/links/{name}/call", operators, &call_link},
    {"POST", "/admin/v1/links/{name}/test", operators, &test_link},
    {"POST", "/admin/v1/links/{name}/quota", operators, &set_quota},
    {"POST", "/admin/v1/peers/{peer}/suspend", operators, &suspend_peer},
    {"POST", "/admin/v1/peers/{peer}/resume", operators, &resume_peer},
    {"POST", "/admin/v1/peers/{peer}/hold", operators, &hold_peer<true>},
    {"POST", "/admin/v1/peers/{peer}/release", operators, &hold_peer<false>},
    {"POST", "/admin/v1/messages/{id}/hold", operators, &hold_message<true>},
    {"POST", "/admin/v1/messages/{id}/release", operators, &hold_message<false>},
    {"POST", "/admin/v1/messages/{id}/cancel", operators, &cancel_message},
    {"POST", "/admin/v1/messages/{id}/send-again", operators, &send_again},
    {"GET", "/admin/v1/routes/explain", operators, &explain_route},
    {"POST", "/admin/v1/backup", operators, &back_up},
    {"POST", "/admin/v1/check", operators, &check_store},
};

}  // namespace

std::span<const http::endpoint> endpoints() { return table; }

}  // namespace dhow::control
