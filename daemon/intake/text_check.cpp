// What the rules of its kind say of a text, before it is sealed.
// Way of the message: agency -> intake -> [text_check] -> core.
// Pure: values, any thread. The time is an argument.
// Spec: docs/agency-api.md#texts, docs/kinds.md. Tests: unit/api/kinds_endpoints_test.cpp.
// Limits: kinds_problems_max; references_max.
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
    const auto* row = kinds::registry::builtin().find(submission.kind);
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

std::optional<std::string> string_at(const json::value& text, std::string_view pointer) {
    const auto* found = kinds::at_pointer(text, pointer);
    return found != nullptr && found->is_string() ? std::optional<std::string>{found->get_string()}
                                                  : std::nullopt;
}

constexpr std::string_view answers = "reply_to", hands_on = "forwards", agrees = "consent";

}  // namespace

std::vector<earlier_reference> earlier_references(const route::request::submit& submission) {
    std::vector<earlier_reference> out;
    kinds::problem_list ignored;
    const auto text = kinds::parse_document(text_of(submission), ignored, {});
    const auto* all = text ? kinds::at_pointer(*text, "/references") : nullptr;
    if (all == nullptr || !all->is_array()) {
        return out;
    }
    for (const auto& each : all->get_array()) {
        const auto relation = string_at(each, "/relation");
        const auto id = protocol::parse_message_id(string_at(each, "/id").value_or(""));
        const bool counts = relation == answers || relation == hands_on || relation == agrees;
        if (counts && id && out.size() < limits::references_max) {
            out.push_back({*relation, *id});
        }
    }
    return out;
}

void earlier_messages::add(const earlier_reference& as, const route::response::opened& message) {
    if (as.relation == agrees) {
        x_consents.insert(message.entry.origin);
        return;
    }
    x_is_reply = x_is_reply || as.relation == answers;
    if (as.relation == hands_on) {
        x_is_forward = true;
        x_sources.insert(message.entry.origin);
    }
    const auto& content = message.content;
    kinds::problem_list ignored;
    const std::string_view words{reinterpret_cast<const char*>(content.text.data()),
                                 content.text.size()};
    const auto text = kinds::is_document(content.media_type)
                          ? kinds::parse_document(words, ignored, {})
                          : std::nullopt;
    if (text) {
        take(as, *text);
    }
}

void earlier_messages::take(const earlier_reference& as, const json::value& text) {
    if (!x_original) {
        x_original.emplace();
        x_original->purpose = string_at(text, "/purpose").value_or("");
    }
    if (as.relation == hands_on) {
        const auto* codes = kinds::at_pointer(text, "/handling");
        for (const auto& each :
             codes != nullptr && codes->is_array() ? codes->get_array() : json::array{}) {
            if (each.is_string()) {
                x_original->handling.emplace_back(each.get_string());
            }
        }
        return;
    }
    const auto& order = kinds::registry::builtin().list("confidentiality");
    const auto level = string_at(text, "/confidentiality").value_or("");
    if (order.of(level) > order.of(x_original->confidentiality)) {
        x_original->confidentiality = level;
    }
    x_original->control_number = string_at(text, "/body/control_number").value_or("");
    x_original->priority = string_at(text, "/body/priority").value_or("");
}

void earlier_messages::tell(kinds::context& facts) const {
    facts.original = x_original;
    facts.is_reply = x_is_reply;
    facts.is_forward = x_is_forward;
    facts.has_consent = x_is_forward && std::ranges::includes(x_consents, x_sources);
}

kinds::verdict check_submitted(route::request::submit& submission, submitted_members said,
                               const route::response::addresses& to,
                               const earlier_messages& earlier, protocol::utc_time now) {
    take_defaults(submission, said, now);
    auto facts = facts_of(submission, to, now);
    earlier.tell(facts);
    return validate(kinds::registry::builtin(), facts, text_of(submission));
}

bool is_restricted(const route::request::submit& submission) {
    const auto* row = kinds::registry::builtin().find(submission.kind);
    return row != nullptr && kinds::is_for_secretariat(*row);
}

kinds::verdict check_other(const route::request::submit& submission,
                           const route::response::addresses& to) {
    kinds::context facts;
    facts.kind = submission.kind;
    facts.sender = to.self.text();
    return validate_sender(kinds::registry::builtin(), facts);
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
