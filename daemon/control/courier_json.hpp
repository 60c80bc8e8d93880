// Couriers' requests and answers as JSON.
// Way of the message: core -> [courier_json] -> operator, and back.
// Pure: values, any thread.
// Spec: docs/courier.md#commands, docs/openapi.yaml. Tests: unit/api/courier_endpoints_test.cpp.
// Limits: none.
#pragma once

#include "daemon/control/control_json.hpp"
#include "daemon/http/json_input.hpp"

namespace dhow::control {

/// What is wrong with it; nothing: `out` is complete.
std::optional<http::json_fault> read_export(const boost::json::object& body,
                                            route::request::courier_export& out);

boost::json::object to_json(const route::response::courier_job& value);
boost::json::object to_json(const route::response::courier_report& value);
boost::json::object to_json(const route::response::courier_bundles& value);
boost::json::object to_json(const route::response::courier_parties& value);

}  // namespace dhow::control
