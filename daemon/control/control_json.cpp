// Queues, routes and verdicts as JSON.
// Way of the message: core -> [control_json] -> operator.
// Pure: values, any thread. Links are in link_json.cpp.
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

}  // namespace

json::object to_json(const response::queue_summary& value) {
    json::array lines;
    for (std::size_t i = 0; i < value.lines.size(); ++i) {
        const store::answer::queue_line& line = value.lines[i];
        const auto outlook =
            i < value.outlooks.size() ? value.outlooks[i] : response::queue_outlook{};
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
        one["link"] = outlook.link;
        one["cause"] = outlook.cause;
        one["next_try"] = time_value(outlook.next_try);
        one["expected_at"] = time_value(outlook.expected_at);
        const auto suspended = value.suspended.find(line.peer);
        one["suspended"] = suspended == value.suspended.end() ? json::value{}
                                                              : suspension_value(suspended->second);
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
    out["suspended"] = suspension_value(value.suspended);
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
