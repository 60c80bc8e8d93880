// What most handlers do: ask the core for one kind of answer, write JSON, read an id from the path.
// Way of the message: handlers of intake, handover and control -> [answers] -> connection.
// Not pure: awaits the core. Net thread.
// Spec: docs/agency-api.md. Tests: unit/api.
// Limits: none of its own.
#pragma once

#include "daemon/http/connection.hpp"

#include <boost/json/object.hpp>

namespace dhow::http {

/// Sends the core's problem, or `internal` for an answer of the wrong kind.
asio::awaitable<void> send_failure(connection_ptr client, const route::api_response* answer);

/// The core's answer if it is a T. Nothing: a reply was sent already.
template <class T>
asio::awaitable<std::optional<T>> ask_for(connection_ptr client, route::api_request what) {
    route::api_response answer = co_await client->ask(std::move(what));
    T* wanted = std::get_if<T>(&answer);
    if (wanted == nullptr) {
        co_await send_failure(client, &answer);
        co_return std::nullopt;
    }
    co_return std::optional<T>{std::move(*wanted)};
}

asio::awaitable<void> send_json(connection_ptr client, boost::json::object value,
                                unsigned status = 200);
asio::awaitable<void> send_fault(connection_ptr client, json_fault fault);

/// The first value of the path as a message id, or as a bureau. Nothing: a reply was sent already.
asio::awaitable<std::optional<protocol::message_id>> path_message(connection_ptr client);
asio::awaitable<std::optional<protocol::bureau_id>> path_bureau(connection_ptr client);

/// A number in the query, `otherwise` when absent. Nothing: a reply was sent already.
asio::awaitable<std::optional<std::uint64_t>> query_number(connection_ptr client, std::string name,
                                                           std::uint64_t otherwise,
                                                           std::uint64_t most);

}  // namespace dhow::http
