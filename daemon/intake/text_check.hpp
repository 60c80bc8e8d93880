// What the rules of its kind say of a text, before it is sealed.
// Way of the message: agency -> intake -> [text_check] -> core.
// Pure: values, any thread. The time is an argument.
// Spec: docs/agency-api.md#texts, docs/kinds.md. Tests: unit/api/kinds_endpoints_test.cpp.
// Limits: kinds_problems_max.
#pragma once

#include "daemon/http/problem.hpp"
#include "daemon/intake/earlier_messages.hpp"
#include "protocol/kinds/validate.hpp"

#include <string_view>

namespace dhow::intake {

/// Which members a submission has, beside what stands in the request.
struct submitted_members {
    bool cls = false;
    bool expiry = false;
};

/// Checks a document as its sender, for the bureaus that `to` stands for. What the submission does
/// not say, class and time to live, is taken from the table of kinds first.
kinds::verdict check_submitted(route::request::submit& submission, submitted_members said,
                               const route::response::addresses& to,
                               const earlier_messages& earlier, protocol::utc_time now);

/// Whether a text of another type needs check_other(): few do.
bool is_restricted(const route::request::submit& submission);
/// Checks a text that is no document: what the General Secretariat alone may say is its own.
kinds::verdict check_other(const route::request::submit& submission,
                           const route::response::addresses& to);

/// The answer to a document that is refused: a problem report with all problems in it.
std::string refusal_json(const kinds::verdict& verdict, std::string_view language);

}  // namespace dhow::intake
