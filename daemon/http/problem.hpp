// What goes wrong, as an HTTP status and a problem report (RFC 9457) that people and programs can
// use.
// Way of the message: every refusal to an agency or operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#errors. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#pragma once

#include "daemon/route/api.hpp"
#include "protocol/errors.hpp"

#include <optional>
#include <string>

namespace dhow::http {

using protocol::errc;

struct problem {
    unsigned status = 500;
    std::string code;      ///< Stable, for programs: name_of(errc), or one of HTTP's own.
    std::string title;     ///< For people: what, in general.
    std::string detail;    ///< What exactly, here. No secrets.
    bool retryable = false;
    std::string hint;      ///< What to do.
    std::optional<std::chrono::seconds> retry_after;
};

/// The HTTP status for a code of ours.
unsigned status_of(errc code);
/// A report with the texts of that code.
problem make_problem(errc code, std::string detail = {});
problem make_problem(const route::response::problem& from_core);
/// {"type":…,"title":…,"status":…,"code":…,"detail":…,"retryable":…,"hint":…,"retry_after":…}
std::string to_json(const problem& value);
/// RFC 9110's name of a status: `Not Found`.
std::string_view reason_of(unsigned status);

}  // namespace dhow::http
