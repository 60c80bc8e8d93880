// A submission as JSON, read strictly into the request that the core understands.
// Way of the message: agency -> [submit_json] -> core.
// Pure: values, any thread.
// Spec: docs/agency-api.md#submit. Tests: unit/api/endpoints_test.cpp, fuzz/api*.
// Limits: text_bytes_max, short_text_bytes_max, recipients_max, attachments_max, references_max.
#pragma once

#include "daemon/http/json_input.hpp"
#include "daemon/http/problem.hpp"

namespace dhow::intake {

/// Fills `out` but for the idempotency key. What is wrong, or nothing.
std::optional<http::problem> read_submit(const boost::json::object& body,
                                         route::request::submit& out);

/// `Idempotency-Key`: 1 to 255 visible ASCII characters.
bool is_idempotency_key(std::string_view text);

}  // namespace dhow::intake
