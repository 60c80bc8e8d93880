// Queues, links, routes and verdicts as JSON.
// Way of the message: core -> [control_json] -> operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#operators. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#include "daemon/control/control_json.hpp"

#include "daemon/http/json_output.hpp"
#include "daemon/store/names.hpp"

#include <boost/json.hpp>

namespace dhow::control {

namespace json = boost::json;
namespace response = route::response;
using http::time_value;

namespace {

json::object to_json(const store::answer::ready_shipment& value) {
    const store::shipment_row& row = value.shipment;
    json::object out;
    out["position"] = row.row;
    out["peer"] = row.peer.text();
    out["class"] = protocol::to_text(row.cls);
    out["state"] = store::to_text(row.state);
    out["in_doubt"] = row.in_doubt;
    out["message"] =
        value.message ? json::value(protocol::to_text(value.message->id)) : json::value{};
    out["origin"] = row.origin.text();
    out["part"] = row.position;
    out["attempt"] = row.attempt;
    out["bytes"] = value.object.bytes;
    out["tries"] = row.tries;
    out["code"] = http::code_value(row.code);
    out["text"] = row.text;
    out["due_at"] = time_value(row.due_at);
    out["created_at"] = time_value(row.created_at);
    return out;
}

json::object to_json(const response::link_status& value) {
    json::object out;
    out["name"] = value.name;
    out["peer"] = value.peer.text();
    out["state"] = value.state;
    out["address"] = value.address;
    out["since"] = time_value(value.since);
    out["next_try"] = time_value(value.next_try);
    out["last_error"] = value.last_error;
    out["sessions"] = value.sessions;
    out["bytes_in"] = value.bytes_in;
    out["bytes_out"] = value.bytes_out;
    out["bytes_per_s"] = value.bytes_per_s;
    out["failures"] = value.failures;
    out["round_trip_ms"] = value.round_trip.count();
    return out;
}

}  // namespace

json::object to_json(const response::queue_summary& value) {
    json::array lines;
    for (const store::answer::queue_line& line : value.lines) {
        json::object one;
        one["peer"] = line.peer.text();
        one["class"] = protocol::to_text(line.cls);
        one["ready"] = line.ready;
        one["deferred"] = line.deferred;
        one["held"] = line.held;
        one["in_doubt"] = line.in_doubt;
        one["waiting"] = line.waiting;
        one["bytes"] = line.bytes;
        one["oldest"] = time_value(line.oldest);
        lines.push_back(std::move(one));
    }
    json::object out;
    out["queues"] = std::move(lines);
    return out;
}

json::object to_json(const response::queue& value) {
    json::array rows;
    for (const auto& row : value.rows) {
        rows.push_back(to_json(row));
    }
    json::object out;
    out["shipments"] = std::move(rows);
    out["more"] = value.more;
    return out;
}

json::object to_json(const response::links& value) {
    json::array rows;
    for (const response::link_status& row : value.rows) {
        rows.push_back(to_json(row));
    }
    json::object out;
    out["links"] = std::move(rows);
    return out;
}

json::object to_json(const response::route_explanation& value) {
    json::object out;
    out["lines"] = http::text_values(value.lines);
    out["via"] = http::text_values(value.via);
    return out;
}

json::object to_json(const response::verdict& value) {
    json::object out;
    out["ok"] = value.ok;
    out["problems"] = http::text_values(value.problems);
    return out;
}

json::object to_json(const response::done& value) {
    json::object out;
    out["text"] = value.text;
    return out;
}

}  // namespace dhow::control
