// The paths of couriers: exports and imports in parts, the bundles, closing.
// Way of the message: core -> [courier_endpoints] -> command `dhow` -> stick, and back.
// Not pure: handlers await the core. Net thread.
// Spec: docs/courier.md#commands, docs/openapi.yaml. Tests: unit/api/courier_endpoints_test.cpp.
// Limits: one part in memory.
#include "daemon/control/courier_json.hpp"
#include "daemon/control/endpoints.hpp"
#include "daemon/http/answers.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace dhow::control {

namespace asio = boost::asio;
namespace json = boost::json;
namespace limits = protocol::limits;
namespace request = route::request;
namespace response = route::response;
using http::connection_ptr;
using protocol::errc;

namespace {

constexpr std::uint64_t number_max = INT64_MAX;

/// A number of the path. Nothing: a reply was sent already.
asio::awaitable<std::optional<std::uint64_t>> path_number(connection_ptr client,
                                                          std::size_t index) {
    const auto number = http::parse_number(client->path_value(index));
    if (!number) {
        co_await client->send(http::make_problem(errc::not_found, "not a number"));
    }
    co_return number;
}

template <class Response>
asio::awaitable<void> relay(connection_ptr client, route::api_request what, unsigned status = 200) {
    const auto answer = co_await http::ask_for<Response>(client, std::move(what));
    if (answer) {
        co_await http::send_json(client, to_json(*answer), status);
    }
}

/// The whole of a small binary body. Nothing: a reply was sent already.
asio::awaitable<std::optional<protocol::bytes>> read_octets(connection_ptr client) {
    const bool reserved = co_await client->reserve_piece();
    if (!reserved) {
        co_return std::nullopt;
    }
    auto piece = co_await client->read_piece();
    if (!piece) {
        co_await client->refuse_body();
        co_return std::nullopt;
    }
    if (!piece->last) {
        client->give_up();
        co_await client->send(http::make_problem(errc::too_large));
        co_return std::nullopt;
    }
    co_return std::move(piece->plain);
}

asio::awaitable<void> begin_export(connection_ptr client) {
    const auto body = co_await client->read_object();
    if (!body) {
        co_return;
    }
    request::courier_export what;
    if (auto fault = read_export(*body, what)) {
        co_await http::send_fault(client, std::move(*fault));
        co_return;
    }
    route::api_request asked = what;
    co_await relay<response::courier_job>(client, std::move(asked), 201);
}

asio::awaitable<void> get_part(connection_ptr client) {
    const auto job = co_await path_number(client, 0);
    if (!job) {
        co_return;
    }
    const auto part = co_await path_number(client, 1);
    if (!part) {
        co_return;
    }
    const bool reserved = co_await client->reserve_piece();
    if (!reserved) {
        co_return;
    }
    const auto number = std::min<std::uint64_t>(*part, UINT32_MAX);
    route::api_request what = request::courier_part{*job, static_cast<std::uint32_t>(number)};
    const auto answer = co_await http::ask_for<response::courier_part>(client, std::move(what));
    if (!answer) {
        co_return;
    }
    http::reply head;
    head.content_type = "application/octet-stream";
    const bool begun = co_await client->send_head(std::move(head), answer->data.size());
    if (begun) {
        co_await client->send_piece(&answer->data, 0, answer->data.size());
    }
}

asio::awaitable<void> end_export(connection_ptr client) {
    const auto job = co_await path_number(client, 0);
    if (!job) {
        co_return;
    }
    const auto body = co_await client->read_object();
    if (!body) {
        co_return;
    }
    request::courier_export_end what{*job, false};
    http::object_input input{*body, ""};
    input.boolean("written", what.written);
    if (auto fault = input.finish()) {
        co_await http::send_fault(client, std::move(*fault));
        co_return;
    }
    route::api_request asked = what;
    co_await relay<response::courier_report>(client, std::move(asked));
}

asio::awaitable<void> begin_import(connection_ptr client) {
    auto letter = co_await read_octets(client);
    if (letter) {
        const bool only_verify = client->query("verify").value_or("") == "true";
        route::api_request what = request::courier_import{std::move(*letter), only_verify};
        co_await relay<response::courier_job>(client, std::move(what), 201);
    }
}

asio::awaitable<void> post_cells(connection_ptr client) {
    const auto job = co_await path_number(client, 0);
    if (!job) {
        co_return;
    }
    const auto from = co_await http::query_number(client, "from", 0, number_max);
    if (!from) {
        co_return;
    }
    auto cells = co_await read_octets(client);
    if (cells) {
        route::api_request what = request::courier_cells{*job, *from, std::move(*cells)};
        co_await relay<response::done>(client, std::move(what));
    }
}

asio::awaitable<void> end_import(connection_ptr client) {
    const auto job = co_await path_number(client, 0);
    if (job) {
        route::api_request what = request::courier_import_end{*job};
        co_await relay<response::courier_report>(client, std::move(what));
    }
}

asio::awaitable<void> get_bundles(connection_ptr client) {
    const auto after = co_await http::query_number(client, "after", 0, number_max);
    if (!after) {
        co_return;
    }
    const auto limit = co_await http::query_number(client, "limit", 100, limits::page_rows_max);
    if (limit) {
        route::api_request what = request::courier_bundles{*after, *limit};
        co_await relay<response::courier_bundles>(client, std::move(what));
    }
}

asio::awaitable<void> get_parties(connection_ptr client) {
    route::api_request what = request::courier_parties{};
    co_await relay<response::courier_parties>(client, std::move(what));
}

asio::awaitable<void> close_bundle(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (id) {
        route::api_request what = request::courier_close{*id};
        co_await relay<response::done>(client, std::move(what));
    }
}

constexpr auto operators = http::access::operators;

constexpr http::endpoint table[] = {
    {"POST", "/admin/v1/courier/exports", operators, &begin_export},
    {"GET", "/admin/v1/courier/exports/{job}/parts/{part}", operators, &get_part},
    {"POST", "/admin/v1/courier/exports/{job}/end", operators, &end_export},
    {"POST", "/admin/v1/courier/imports", operators, &begin_import},
    {"POST", "/admin/v1/courier/imports/{job}/cells", operators, &post_cells},
    {"POST", "/admin/v1/courier/imports/{job}/end", operators, &end_import},
    {"GET", "/admin/v1/courier/bundles", operators, &get_bundles},
    {"POST", "/admin/v1/courier/bundles/{id}/close", operators, &close_bundle},
    {"GET", "/admin/v1/courier/parties", operators, &get_parties},
};

}  // namespace

std::span<const http::endpoint> courier_endpoints() { return table; }

}  // namespace dhow::control
