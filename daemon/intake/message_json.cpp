// What became of a message, as JSON: status, recipients, events, causes, evidence.
// Way of the message: core -> [message_json] -> agency or operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#status. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#include "daemon/intake/message_json.hpp"

#include "daemon/http/base64.hpp"
#include "daemon/http/json_output.hpp"
#include "daemon/store/names.hpp"

#include <boost/json.hpp>

namespace dhow::intake {

namespace json = boost::json;
namespace response = route::response;
using http::code_value;
using http::time_value;

json::object to_json(const response::recipient_status& value) {
    json::object out;
    out["recipient"] = value.recipient.text();
    out["state"] = store::to_text(value.state);
    out["next_hop"] = value.next_hop.empty() ? json::value{} : json::value(value.next_hop.text());
    out["bytes_done"] = value.bytes_done;
    out["bytes_total"] = value.bytes_total;
    out["attempt"] = value.attempt;
    out["code"] = code_value(value.code);
    out["text"] = value.text;
    out["changed_at"] = time_value(value.changed_at);
    out["due_at"] = time_value(value.due_at);
    out["agency"] = value.agency;
    return out;
}

json::object to_json(const response::status& value) {
    json::object out;
    out["id"] = protocol::to_text(value.id);
    out["origin"] = value.origin.text();
    out["kind"] = value.kind;
    out["agency"] = value.agency;
    out["class"] = protocol::to_text(value.cls);
    out["accepted_at"] = time_value(value.accepted_at);
    out["expires_at"] = time_value(value.expires_at);
    out["bytes"] = value.bytes;
    json::array recipients;
    for (const auto& recipient : value.recipients) {
        recipients.push_back(to_json(recipient));
    }
    out["recipients"] = std::move(recipients);
    return out;
}

json::object to_json(const response::why& value) {
    json::array causes;
    for (const response::cause& cause : value.causes) {
        json::object one;
        one["recipient"] = cause.recipient.text();
        one["code"] = cause.code;
        one["text"] = cause.text;
        one["since"] = time_value(cause.since);
        one["next_try"] = time_value(cause.next_try);
        one["expected_at"] = time_value(cause.expected_at);
        one["remedy"] = cause.remedy;
        causes.push_back(std::move(one));
    }
    json::object out;
    out["id"] = protocol::to_text(value.id);
    out["causes"] = std::move(causes);
    return out;
}

json::object to_json(const response::events& value) {
    json::array events;
    for (const store::event_row& row : value.rows) {
        json::object one;
        one["at"] = time_value(row.at);
        one["origin"] = row.origin.text();
        one["id"] = protocol::to_text(row.id);
        one["recipient"] = row.recipient.text();
        one["what"] = row.what;
        one["actor"] = row.actor;
        one["code"] = code_value(row.code);
        one["text"] = row.text;
        events.push_back(std::move(one));
    }
    json::object out;
    out["events"] = std::move(events);
    return out;
}

json::object to_json(const response::evidence& value) {
    json::array files;
    for (const response::evidence_file& file : value.files) {
        json::object one;
        one["name"] = file.name;
        one["bytes"] = file.data.size();
        one["data_base64"] = http::to_base64(file.data);
        files.push_back(std::move(one));
    }
    json::object out;
    out["files"] = std::move(files);
    return out;
}

json::object to_json(const response::clocks& value) {
    json::array rows;
    for (const response::clock_status& clock : value.rows) {
        json::object one;
        one["position"] = clock.row.row;
        one["message"] = protocol::to_text(clock.row.id);
        one["origin"] = clock.row.origin.text();
        one["bureau"] = clock.row.other.text();
        one["state"] = store::to_text(clock.row.state);
        one["answer"] = clock.row.answer;
        one["number"] = clock.row.number;
        one["since"] = time_value(clock.row.since);
        one["due_at"] = time_value(clock.over_at);
        one["overdue"] = clock.is_overdue;
        one["agency"] = clock.row.agency;
        rows.push_back(std::move(one));
    }
    json::object out;
    out["clocks"] = std::move(rows);
    out["more"] = value.more;
    return out;
}

json::object to_json(const response::identity& value) {
    json::object out;
    out["agency"] = value.agency;
    out["is_operator"] = value.is_operator;
    out["bureau"] = value.bureau;
    out["version"] = value.version;
    return out;
}

}  // namespace dhow::intake
