// The time of day as HTTP writes it.
// Way of the message: the Date field of each reply.
// Pure: values, any thread.
// Spec: RFC 9110 section 5.6.7. Tests: unit/api/encoding_test.cpp.
// Limits: none.
#pragma once

#include <chrono>
#include <string>

namespace dhow::http {

/// `Tue, 24 Nov 2026 18:09:58 GMT`
std::string http_date(std::chrono::system_clock::time_point time);

}  // namespace dhow::http
