// Links, suspensions and trials as JSON.
// Way of the message: core -> [control_json] -> operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#operators. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#include "daemon/control/control_json.hpp"
#include "daemon/http/json_output.hpp"

#include <boost/json.hpp>

namespace dhow::control {

namespace json = boost::json;
namespace response = route::response;
using http::time_value;

json::value suspension_value(const std::optional<response::suspension>& value) {
    if (!value) {
        return {};
    }
    json::object out;
    out["reason"] = value->reason;
    out["by"] = value->by;
    out["since"] = time_value(value->since);
    out["until"] = time_value(value->until);
    return out;
}

namespace {

json::value quota_value(const response::link_status& value) {
    if (value.quota_bytes == 0) {
        return {};
    }
    json::object out;
    out["month_bytes"] = value.quota_bytes;
    out["used_bytes"] = value.used_bytes;
    return out;
}

/// By class the largest object that may pass; null: any.
json::object passes_value(const response::link_status& value) {
    json::object out;
    for (std::size_t i = 0; i < value.passes.size(); ++i) {
        const auto& most = value.passes[i];
        out[protocol::to_text(static_cast<protocol::message_class>(i))] =
            most ? json::value(*most) : json::value{};
    }
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
    out["session"] = value.has_session;
    out["silent_since"] = time_value(value.silent_since);
    out["suspended"] = suspension_value(value.suspended);
    out["bytes_in"] = value.bytes_in;
    out["bytes_out"] = value.bytes_out;
    out["bytes_per_s"] = value.bytes_per_s;
    out["failures"] = value.failures;
    out["round_trip_ms"] = value.round_trip.count();
    out["congestion"] = value.congestion;
    out["cost"] = value.cost;
    out["confidentiality_max"] = protocol::to_text(value.level_max);
    out["carries"] = value.carries;
    out["quota"] = quota_value(value);
    out["passes_bytes_max"] = passes_value(value);
    out["changes_at"] = time_value(value.changes_at);
    return out;
}

json::object to_json(const response::link_trial& value) {
    json::array steps;
    for (const auto& step : value.steps) {
        json::object one;
        one["step"] = step.step;
        one["ok"] = step.code == protocol::errc{};
        one["code"] = http::code_value(static_cast<std::uint16_t>(step.code));
        one["text"] = step.text;
        one["ms"] = step.took.count();
        steps.push_back(std::move(one));
    }
    json::object out;
    out["link"] = value.link;
    out["address"] = value.address;
    out["ok"] = value.is_good;
    out["trust"] = value.is_trust;
    out["remedy"] = value.remedy;
    out["steps"] = std::move(steps);
    return out;
}

}  // namespace

json::object to_json(const response::links& value) {
    json::array rows;
    for (const response::link_status& row : value.rows) {
        rows.push_back(to_json(row));
    }
    json::object out;
    out["links"] = std::move(rows);
    return out;
}

json::object to_json(const response::trial_report& value) {
    json::array trials;
    bool is_good = value.trials.empty();  // Then a session is up.
    for (const response::link_trial& one : value.trials) {
        is_good = is_good || one.is_good;
        trials.push_back(to_json(one));
    }
    json::object out;
    out["ok"] = is_good;
    out["peer"] = value.peer.text();
    out["session_since"] = time_value(value.session_since);
    out["trials"] = std::move(trials);
    return out;
}

}  // namespace dhow::control
