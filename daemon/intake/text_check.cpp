// What the rules of its kind say of a text, before it is sealed.
// Way of the message: agency -> intake -> [text_check] -> core.
// Pure: values, any thread. The time is an argument.
// Spec: docs/agency-api.md#texts, docs/kinds.md. Tests: unit/api/kinds_endpoints_test.cpp.
// Limits: kinds_problems_max.
#include "daemon/intake/text_check.hpp"

#include "protocol/kinds/document.hpp"
#include "protocol/kinds/verdict_json.hpp"
#include "protocol/limits.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace dhow::intake {

namespace json = boost::json;
namespace limits = protocol::limits;

namespace {

std::string_view text_of(const route::request::submit& submission) {
    return {reinterpret_cast<const char*>(submission.text.data()), submission.text.size()};
}

/// Of the message, and of whom it goes to.
kinds::context facts_of(const route::request::submit& submission,
                        const route::response::addresses& to, protocol::utc_time now) {
    kinds::context facts;
    facts.kind = submission.kind;
    facts.sender = to.self.text();
    for (const auto& each : to.recipients) {
        facts.recipients.emplace_back(each.id.text());
        if (!each.languages.empty()) {
            facts.languages.emplace_back(each.id.text(), each.languages);
        }
    }
    for (const auto& [named, parent] : to.through) {
        facts.through.emplace_back(named.text(), parent.text());
    }
    for (const auto each : submission.deny) {
        facts.denied.emplace_back(each.text());
    }
    facts.now = now;
    facts.expires = !submission.never_expires;
    return facts;
}

/// Counted from the beginning of the day, so that the same request, sent again after a break, is
/// the same: the time to live is part of what makes it so. What would be over already lives as
/// long as its class says.
void take_expiry(route::request::submit& submission, const kinds::kind_row& row,
                 const json::value& text, protocol::utc_time now) {
    const protocol::utc_time today{std::chrono::floor<std::chrono::days>(now)};
    const auto until = kinds::default_expiry(row, text, today);
    if (until && *until > now) {
        submission.time_to_live = std::min<std::chrono::seconds>(
            std::chrono::ceil<std::chrono::seconds>(*until - today), limits::time_to_live_max);
    }
    submission.never_expires = row.expires.never;
}

void take_defaults(route::request::submit& submission, submitted_members said,
                   protocol::utc_time now) {
    const auto* row = kinds::registry::in_force().find(submission.kind);
    kinds::problem_list ignored;
    const auto text = kinds::parse_document(text_of(submission), ignored, {});
    if (row == nullptr || !text) {
        return;
    }
    if (!said.cls) {
        submission.cls = kinds::default_class(*row, *text);
    }
    if (!said.expiry) {
        take_expiry(submission, *row, *text, now);
    }
}

}  // namespace

kinds::verdict check_submitted(route::request::submit& submission, submitted_members said,
                               const route::response::addresses& to,
                               const earlier_messages& earlier, protocol::utc_time now) {
    take_defaults(submission, said, now);
    auto facts = facts_of(submission, to, now);
    earlier.tell(facts);
    return validate(kinds::registry::in_force(), facts, text_of(submission));
}

bool is_restricted(const route::request::submit& submission) {
    const auto* row = kinds::registry::in_force().find(submission.kind);
    return row != nullptr && kinds::is_for_secretariat(*row);
}

kinds::verdict check_other(const route::request::submit& submission,
                           const route::response::addresses& to) {
    kinds::context facts;
    facts.kind = submission.kind;
    facts.sender = to.self.text();
    return validate_sender(kinds::registry::in_force(), facts);
}

std::string refusal_json(const kinds::verdict& verdict, std::string_view language) {
    auto out = json::parse(http::to_json(http::make_problem(
                               protocol::errc::validation_failed,
                               std::to_string(count_of(verdict, kinds::severity::refusal)) +
                                   " rules of " + verdict.kind + " are not kept")))
                   .as_object();
    auto said = to_json(verdict, language);
    out["problems"] = std::move(said["problems"]);
    out["left_off"] = verdict.left_off;
    return json::serialize(out);
}

}  // namespace dhow::intake
