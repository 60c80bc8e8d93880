// What most handlers do: ask the core for one kind of answer, write JSON, read an id from the path.
// Way of the message: handlers of intake, handover and control -> [answers] -> connection.
// Not pure: awaits the core. Net thread.
// Spec: docs/agency-api.md. Tests: unit/api.
// Limits: none of its own.
#include "daemon/http/answers.hpp"

#include <boost/json.hpp>

namespace dhow::http {

asio::awaitable<void> send_failure(connection_ptr client, const route::api_response* answer) {
    const auto* refusal = std::get_if<route::response::problem>(answer);
    // Named first: GCC 12 destroys the temporaries of ?: in a co_await twice.
    problem report = make_problem(errc::internal);
    if (refusal != nullptr) {
        report = make_problem(*refusal);
    }
    co_await client->send(std::move(report));
}

asio::awaitable<void> send_json(connection_ptr client, boost::json::object value, unsigned status) {
    reply answer;
    answer.status = status;
    answer.body = boost::json::serialize(value);
    co_await client->send(std::move(answer));
}

asio::awaitable<void> send_fault(connection_ptr client, json_fault fault) {
    const std::string where = fault.where.empty() ? "" : fault.where + ": ";
    problem report = make_problem(errc::bad_request, where + fault.what);
    co_await client->send(std::move(report));
}

asio::awaitable<std::optional<protocol::message_id>> path_message(connection_ptr client) {
    const auto id = protocol::parse_message_id(client->path_value(0));
    if (!id) {
        co_await client->send(make_problem(errc::not_found, "not a message id"));
    }
    co_return id;
}

asio::awaitable<std::optional<protocol::bureau_id>> path_bureau(connection_ptr client) {
    const auto bureau = protocol::bureau_id::parse(client->path_value(0));
    if (!bureau) {
        co_await client->send(make_problem(errc::not_found, "not a bureau"));
    }
    co_return bureau;
}

asio::awaitable<std::optional<std::uint64_t>> query_number(connection_ptr client, std::string name,
                                                           std::uint64_t otherwise,
                                                           std::uint64_t most) {
    const auto text = client->query(name);
    if (!text) {
        co_return otherwise;
    }
    const auto number = parse_number(*text);
    if (!number || *number > most) {
        co_await client->send(make_problem(
            errc::bad_request, name + " must be a number up to " + std::to_string(most)));
        co_return std::nullopt;
    }
    co_return number;
}

}  // namespace dhow::http
