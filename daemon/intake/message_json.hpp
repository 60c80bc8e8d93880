// What became of a message, as JSON: status, recipients, events, causes, evidence.
// Way of the message: core -> [message_json] -> agency or operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#status. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#pragma once

#include "daemon/route/api.hpp"

#include <boost/json/object.hpp>

namespace dhow::intake {

boost::json::object to_json(const route::response::recipient_status& value);
boost::json::object to_json(const route::response::status& value);
boost::json::object to_json(const route::response::why& value);
boost::json::object to_json(const route::response::events& value);
boost::json::object to_json(const route::response::evidence& value);
boost::json::object to_json(const route::response::identity& value);
boost::json::object to_json(const route::response::bureaus& value);
boost::json::object to_json(const route::response::clocks& value);

}  // namespace dhow::intake
