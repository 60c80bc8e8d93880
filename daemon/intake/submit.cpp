// Submitting a message: read, checked by the rules of its kind, handed to the core.
// Way of the message: agency -> router -> [submit] -> core.
// Not pure: the handler awaits the core and looks at the clock. Net thread.
// Spec: docs/agency-api.md#submit, docs/openapi.yaml. Tests: unit/api/endpoints_test.cpp,
// unit/api/kinds_endpoints_test.cpp.
// Limits: http_json_bytes_max.
#include "daemon/intake/submit.hpp"

#include "daemon/http/answers.hpp"
#include "daemon/intake/submit_json.hpp"
#include "daemon/intake/text_check.hpp"
#include "protocol/kinds/catalogue.hpp"
#include "protocol/kinds/document.hpp"
#include "protocol/kinds/verdict_json.hpp"

#include <boost/json.hpp>

namespace dhow::intake {

namespace asio = boost::asio;
namespace json = boost::json;
namespace request = route::request;
namespace response = route::response;
using http::connection_ptr;
using protocol::errc;

namespace {

submitted_members said_of(const json::object& body) {
    return {.cls = body.contains("class"),
            .expiry = body.contains("expires_in_s") || body.contains("never_expires")};
}

/// Those of the agency's inbox that a document refers to; others say nothing.
asio::awaitable<earlier_messages> look_up(connection_ptr client,
                                          const request::submit* submission) {
    earlier_messages out;
    for (const auto& each : earlier_references(*submission)) {
        route::api_request what{request::open_inbox{each.id}};
        const auto answer = co_await client->ask(std::move(what));
        if (const auto* opened = std::get_if<response::opened>(&answer)) {
            out.add(each, *opened);
        }
    }
    co_return out;
}

asio::awaitable<kinds::verdict> judge(connection_ptr client, request::submit* submission,
                                      submitted_members said, const response::addresses* to) {
    if (!kinds::is_document(submission->media_type)) {
        co_return check_other(*submission, *to);
    }
    const auto earlier = co_await look_up(client, submission);
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    co_return check_submitted(*submission, said, *to, earlier, now);
}

/// The verdict on a text. Nothing: a reply was sent already.
asio::awaitable<std::optional<kinds::verdict>> check_text(connection_ptr client,
                                                          request::submit* submission,
                                                          submitted_members said) {
    request::address whom{submission->to, submission->deny};
    const auto to = co_await http::ask_for<response::addresses>(client, std::move(whom));
    if (!to) {
        co_return std::nullopt;
    }
    auto verdict = co_await judge(client, submission, said, &*to);
    if (verdict.refused) {
        http::reply answer;
        answer.status = http::status_of(errc::validation_failed);
        answer.content_type = "application/problem+json";
        answer.body = refusal_json(verdict, kinds::language_of(client->field("Accept-Language")));
        co_await client->send(std::move(answer));
        co_return std::nullopt;
    }
    co_return verdict;
}

asio::awaitable<void> send_accepted(connection_ptr client, response::accepted accepted,
                                    kinds::verdict verdict) {
    const std::string id = protocol::to_text(accepted.id);
    json::object out;
    out["id"] = id;
    if (!verdict.problems.empty()) {
        auto said = kinds::to_json(verdict, kinds::language_of(client->field("Accept-Language")));
        out["warnings"] = std::move(said["problems"]);
    }
    http::reply answer;
    answer.status = accepted.repeated ? 200 : 202;
    answer.fields = "Location: /v1/messages/" + id + "\r\n";
    answer.body = json::serialize(out);
    co_await client->send(std::move(answer));
}

}  // namespace

asio::awaitable<void> post_message(connection_ptr client) {
    const auto body = co_await client->read_object();
    if (!body) {
        co_return;
    }
    request::submit submission;
    submission.idempotency_key = client->field("Idempotency-Key");
    if (!submission.idempotency_key.empty() && !is_idempotency_key(submission.idempotency_key)) {
        co_await client->send(http::make_problem(
            errc::bad_request, "Idempotency-Key must be 1 to 255 visible ASCII characters"));
        co_return;
    }
    if (auto problem = read_submit(*body, submission)) {
        co_await client->send(std::move(*problem));
        co_return;
    }
    kinds::verdict verdict;
    if (kinds::is_document(submission.media_type) || is_restricted(submission)) {
        const auto said = said_of(*body);
        auto checked = co_await check_text(client, &submission, said);
        if (!checked) {
            co_return;
        }
        verdict = std::move(*checked);
    }
    const auto accepted = co_await http::ask_for<response::accepted>(client, std::move(submission));
    if (accepted) {
        co_await send_accepted(client, *accepted, std::move(verdict));
    }
}

}  // namespace dhow::intake
