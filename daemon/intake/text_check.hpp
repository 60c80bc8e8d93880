// What the rules of its kind say of a text, before it is sealed.
// Way of the message: agency -> intake -> [text_check] -> core.
// Pure: values, any thread. The time is an argument.
// Spec: docs/agency-api.md#texts, docs/kinds.md. Tests: unit/api/kinds_endpoints_test.cpp.
// Limits: kinds_problems_max; references_max.
#pragma once

#include "daemon/http/problem.hpp"
#include "protocol/kinds/validate.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::intake {

/// Which members a submission has, beside what stands in the request.
struct submitted_members {
    bool cls = false;
    bool expiry = false;
};

/// A message that a document answers, hands on, or names as its source's consent.
struct earlier_reference {
    std::string relation;
    protocol::message_id id;
};
/// Those that the rules look at; none for what is no document.
std::vector<earlier_reference> earlier_references(const route::request::submit& submission);

/// What such messages say of how they may be used, put together from those that were found.
class earlier_messages {
public:
    void add(const earlier_reference& as, const route::response::opened& message);
    void tell(kinds::context& facts) const;

private:
    void take(const earlier_reference& as, const boost::json::value& text);
    std::optional<kinds::original_facts> x_original;
    bool x_is_reply = false;
    bool x_is_forward = false;
    std::set<protocol::bureau_id> x_sources;   ///< Of what is handed on.
    std::set<protocol::bureau_id> x_consents;  ///< Who agreed to that.
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
