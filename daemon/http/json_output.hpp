// Small pieces of JSON that several answers share: times, codes, lists of texts.
// Way of the message: the core's answers -> [json_output] -> agency or operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#states. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#pragma once

#include "daemon/route/api.hpp"

#include <boost/json/object.hpp>

namespace dhow::http {

/// RFC 3339 with milliseconds; null for nothing.
boost::json::value time_value(const std::optional<protocol::utc_time>& time);
boost::json::value time_value(protocol::utc_time time);
/// The stable name of an errc that travels as a number; null for 0.
boost::json::value code_value(std::uint16_t code);
boost::json::array text_values(const std::vector<std::string>& texts);

}  // namespace dhow::http
