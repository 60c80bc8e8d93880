// A case as JSON: versions, recipients, who has taken which with its proof, what is missing.
// Way of the message: core -> [case_json] -> agency or operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#cases. Tests: unit/api/case_endpoints_test.cpp.
// Limits: none.
#pragma once

#include "daemon/route/api.hpp"

#include <boost/json/object.hpp>

namespace dhow::intake {

boost::json::object to_json(const route::response::case_report& value);

}  // namespace dhow::intake
