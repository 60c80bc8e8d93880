// Inbox entries and opened messages as JSON, and names from peers made safe for header fields.
// Way of the message: core -> [inbox_json] -> agency.
// Pure: values, any thread.
// Spec: docs/agency-api.md#inbox. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#pragma once

#include "daemon/route/api.hpp"

#include <boost/json/object.hpp>

namespace dhow::handover {

boost::json::object to_json(const route::response::inbox_entry& value);
boost::json::object to_json(const route::response::inbox& value);
/// With `validation`, what the rules of its kind say of a text that is a document, in a language.
boost::json::object to_json(const route::response::opened& value, std::string_view language);

/// A media type that a peer sent, if it can stand in a header field; else
/// `application/octet-stream`.
std::string safe_media_type(std::string_view from_peer);
/// A whole Content-Disposition field that makes clients save, not show (RFC 6266).
std::string disposition(std::string_view file_name);

}  // namespace dhow::handover
