// What messages that came in say of how they may be answered and handed on.
// Way of the message: see earlier_messages.hpp.
// Pure: values, any thread.
// Spec: docs/kinds.md#problems. Tests: unit/api/kinds_endpoints_test.cpp.
// Limits: references_max.
#include "daemon/intake/earlier_messages.hpp"

#include "protocol/kinds/document.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::intake {

namespace json = boost::json;
namespace limits = protocol::limits;

namespace {

std::string_view text_in(const protocol::bytes& raw) {
    return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

std::optional<std::string> member_at(const json::value& text, std::string_view pointer) {
    const auto* found = kinds::at_pointer(text, pointer);
    return found != nullptr && found->is_string() ? std::optional<std::string>{found->get_string()}
                                                  : std::nullopt;
}

constexpr std::string_view answers = "reply_to", hands_on = "forwards", agrees = "consent";

}  // namespace

std::vector<earlier_reference> earlier_references(const route::request::submit& submission) {
    std::vector<earlier_reference> out;
    kinds::problem_list ignored;
    const auto text = kinds::parse_document(text_in(submission.text), ignored);
    const auto* all = text ? kinds::at_pointer(*text, "/references") : nullptr;
    if (all == nullptr || !all->is_array()) {
        return out;
    }
    for (const auto& each : all->get_array()) {
        const auto relation = member_at(each, "/relation");
        const auto id = protocol::parse_message_id(member_at(each, "/id").value_or(""));
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
    const auto text = kinds::is_document(content.media_type)
                          ? kinds::parse_document(text_in(content.text), ignored)
                          : std::nullopt;
    if (text) {
        take(as, *text);
    }
}

void earlier_messages::take(const earlier_reference& as, const json::value& text) {
    if (!x_original) {
        x_original.emplace();
        x_original->purpose = member_at(text, "/purpose").value_or("");
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
    const auto& order = kinds::registry::in_force().list("confidentiality");
    const auto level = member_at(text, "/confidentiality").value_or("");
    if (order.of(level) > order.of(x_original->confidentiality)) {
        x_original->confidentiality = level;
    }
    x_original->control_number = member_at(text, "/body/control_number").value_or("");
    x_original->priority = member_at(text, "/body/priority").value_or("");
}

void earlier_messages::tell(kinds::context& facts) const {
    facts.original = x_original;
    facts.is_reply = x_is_reply;
    facts.is_forward = x_is_forward;
    facts.has_consent = x_is_forward && std::ranges::includes(x_consents, x_sources);
}

}  // namespace dhow::intake
