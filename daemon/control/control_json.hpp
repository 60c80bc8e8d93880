// Queues, links, routes and verdicts as JSON.
// Way of the message: core -> [control_json] -> operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#operators. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#pragma once

#include "daemon/route/api.hpp"

#include <boost/json/object.hpp>

namespace dhow::control {

boost::json::object to_json(const route::response::queue_summary& value);
boost::json::object to_json(const route::response::queue& value);
/// null when there is none.
boost::json::value suspension_value(const std::optional<route::response::suspension>& value);
boost::json::object to_json(const route::response::links& value);
boost::json::object to_json(const route::response::trial_report& value);
boost::json::object to_json(const route::response::route_explanation& value);
boost::json::object to_json(const route::response::verdict& value);
boost::json::object to_json(const route::response::done& value);

}  // namespace dhow::control
