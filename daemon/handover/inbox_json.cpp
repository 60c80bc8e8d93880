// Inbox entries and opened messages as JSON, and names from peers made safe for header fields.
// Way of the message: core -> [inbox_json] -> agency.
// Pure: values, any thread.
// Spec: docs/agency-api.md#inbox. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#include "daemon/handover/inbox_json.hpp"

#include "daemon/http/base64.hpp"
#include "daemon/http/json_output.hpp"
#include "daemon/http/url.hpp"
#include "daemon/store/names.hpp"
#include "protocol/kinds/document.hpp"
#include "protocol/kinds/verdict_json.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace dhow::handover {

namespace json = boost::json;
namespace response = route::response;

namespace {

json::value parse_summary(const std::string& text) {
    json::error_code error;
    json::value value = json::parse(text, error);
    return error ? json::value{} : value;
}

json::array attachments_of(const protocol::content& content) {
    json::array out;
    std::uint64_t position = 0;
    for (const protocol::attachment_entry& entry : content.attachments) {
        json::object one;
        one["position"] = ++position;
        one["name"] = entry.file_name;
        one["media_type"] = entry.media_type;
        one["bytes"] = entry.bytes;
        out.push_back(std::move(one));
    }
    return out;
}

// As of its receipt, so that the answer does not change with time; but for the record, of which the
// newest counts.
kinds::verdict verdict_on(const response::opened& value) {
    const protocol::content& content = value.content;
    kinds::context facts;
    facts.at = kinds::end::receiver;
    facts.kind = content.kind;
    facts.sender = value.entry.origin.text();
    for (const protocol::bureau_id& recipient : content.recipients) {
        facts.recipients.emplace_back(recipient.text());
    }
    facts.now = value.entry.received_at;
    facts.record = value.record;
    if (!kinds::is_document(content.media_type)) {
        return validate_sender(kinds::registry::in_force(), facts);
    }
    const std::string_view text{reinterpret_cast<const char*>(content.text.data()),
                                content.text.size()};
    return validate(kinds::registry::in_force(), facts, text);
}

bool is_media_type_character(char c) {
    constexpr std::string_view others = "!#$&-^_.+/;= ";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

}  // namespace

json::object to_json(const response::inbox_entry& value) {
    json::object out;
    out["position"] = value.position;
    out["id"] = protocol::to_text(value.id);
    out["origin"] = value.origin.text();
    out["class"] = protocol::to_text(value.cls);
    out["received_at"] = http::time_value(value.received_at);
    out["complete"] = value.complete;
    out["state"] = store::to_text(value.state);
    out["summary"] = parse_summary(value.summary_json);
    return out;
}

json::object to_json(const response::inbox& value) {
    json::array entries;
    for (const response::inbox_entry& entry : value.entries) {
        entries.push_back(to_json(entry));
    }
    json::object out;
    out["entries"] = std::move(entries);
    out["more"] = value.more;
    return out;
}

json::object to_json(const response::opened& value, std::string_view language) {
    json::object out = to_json(value.entry);
    out.erase("summary");  // what follows says the same and more
    const protocol::content& content = value.content;
    out["kind"] = content.kind;
    out["agency"] = content.agency;
    out["subject"] = content.subject;
    out["media_type"] = content.media_type;
    json::array recipients;
    for (const protocol::bureau_id& recipient : content.recipients) {
        recipients.emplace_back(recipient.text());
    }
    out["recipients"] = std::move(recipients);
    out["text_base64"] = http::to_base64(content.text);
    out["attachments"] = attachments_of(content);
    const auto verdict = verdict_on(value);
    if (kinds::is_document(content.media_type) || verdict.refused) {
        out["validation"] = to_json(verdict, language);
    }
    return out;
}

std::string safe_media_type(std::string_view from_peer) {
    const bool safe = !from_peer.empty() && from_peer.find('/') != std::string_view::npos &&
                      std::all_of(from_peer.begin(), from_peer.end(), is_media_type_character);
    return safe ? std::string{from_peer} : "application/octet-stream";
}

std::string disposition(std::string_view file_name) {
    return "Content-Disposition: attachment; filename*=UTF-8''" + http::percent_encode(file_name) +
           "\r\nX-Content-Type-Options: nosniff\r\n";
}

}  // namespace dhow::handover
