// The paths of handover: an agency's inbox, texts and attachments, acknowledgement.
// Way of the message: core -> [handover] -> agency.
// Not pure: handlers await the core. Net thread.
// Spec: docs/agency-api.md#inbox, docs/openapi.yaml. Tests: unit/api/endpoints_test.cpp.
// Limits: page_rows_max, piece_bytes, inbox_wait_max.
#include "daemon/handover/endpoints.hpp"

#include "daemon/handover/attachments.hpp"
#include "daemon/handover/inbox_json.hpp"
#include "daemon/http/answers.hpp"
#include "protocol/kinds/catalogue.hpp"

#include <boost/json.hpp>

namespace dhow::handover {

namespace asio = boost::asio;
namespace limits = protocol::limits;
namespace request = route::request;
namespace response = route::response;
using http::connection_ptr;
using protocol::errc;

namespace {

/// Sleeps until something may have come behind `after`, or so long.
asio::awaitable<void> wait_for_entry(connection_ptr client, std::uint64_t after,
                                     std::chrono::seconds time) {
    const std::weak_ptr<http::connection> weak = client;
    const std::function<void()> wake = [weak] {
        if (const auto self = weak.lock()) {
            self->wake();
        }
    };
    const std::uint64_t watch = client->core().watch_inbox(client->who().agency, after, wake);
    co_await client->pause(time);
    client->core().forget_watch(watch);
}

asio::awaitable<void> list_inbox(connection_ptr client) {
    constexpr std::uint64_t position_max = INT64_MAX;
    const auto after = co_await http::query_number(client, "after", 0, position_max);
    if (!after) {
        co_return;
    }
    const auto limit = co_await http::query_number(client, "limit", 100, limits::page_rows_max);
    if (!limit) {
        co_return;
    }
    const auto wait = co_await http::query_number(
        client, "wait", 0, static_cast<std::uint64_t>(limits::inbox_wait_max.count()));
    if (!wait) {
        co_return;
    }
    const bool open_only = client->query("all").value_or("") != "true";
    const request::list_inbox what{*after, *limit, open_only};
    auto found = co_await http::ask_for<response::inbox>(client, what);
    if (found && found->entries.empty() && *wait > 0 && !client->is_ending()) {
        co_await wait_for_entry(client, *after, std::chrono::seconds{*wait});
        found = co_await http::ask_for<response::inbox>(client, what);
    }
    if (found) {
        co_await http::send_json(client, to_json(*found));
    }
}

asio::awaitable<std::optional<response::opened>> open_message(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (!id) {
        co_return std::nullopt;
    }
    co_return co_await http::ask_for<response::opened>(client, request::open_inbox{*id});
}

asio::awaitable<void> get_message(connection_ptr client) {
    const auto opened = co_await open_message(client);
    if (opened) {
        const auto language = kinds::language_of(client->field("Accept-Language"));
        co_await http::send_json(client, to_json(*opened, language));
    }
}

asio::awaitable<void> get_text(connection_ptr client) {
    const auto opened = co_await open_message(client);
    if (opened) {
        http::reply answer;
        answer.content_type = safe_media_type(opened->content.media_type);
        answer.fields = disposition(protocol::to_text(opened->entry.id) + ".text");
        answer.body.assign(opened->content.text.begin(), opened->content.text.end());
        co_await client->send(std::move(answer));
    }
}

std::optional<http::json_fault> read_acknowledgement(const boost::json::object& body,
                                                     request::acknowledge& out) {
    http::object_input input{body, ""};
    std::string state;
    input.text("state", state, limits::short_text_bytes_max, true);
    input.text("reason", out.reason, limits::short_text_bytes_max);
    if (state != "taken" && state != "rejected" && state != "removed") {
        input.refuse("state", "must be taken, rejected or removed");
    }
    out.taken = state == "taken";
    out.removed = state == "removed";
    return input.finish();
}

asio::awaitable<void> acknowledge(connection_ptr client) {
    const auto id = co_await http::path_message(client);
    if (!id) {
        co_return;
    }
    const auto body = co_await client->read_object();
    if (!body) {
        co_return;
    }
    request::acknowledge what{*id, true, {}};
    if (auto fault = read_acknowledgement(*body, what)) {
        co_await http::send_fault(client, std::move(*fault));
        co_return;
    }
    const auto done = co_await http::ask_for<response::done>(client, std::move(what));
    if (done) {
        boost::json::object out;
        out["text"] = done->text;
        co_await http::send_json(client, std::move(out));
    }
}

constexpr auto callers = http::access::callers;

constexpr http::endpoint table[] = {
    {"GET", "/v1/inbox", callers, &list_inbox},
    {"GET", "/v1/inbox/{id}", callers, &get_message},
    {"GET", "/v1/inbox/{id}/text", callers, &get_text},
    {"GET", "/v1/inbox/{id}/attachments/{position}", callers, &get_attachment},
    {"POST", "/v1/inbox/{id}/ack", callers, &acknowledge},
};

}  // namespace

std::span<const http::endpoint> endpoints() { return table; }

}  // namespace dhow::handover
