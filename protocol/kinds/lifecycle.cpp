// Lifecycles of notices, diffusions, hits and deliveries: which message moves a state to which.
// Way of the message: asked after validate(), with the state that is known of the subject.
// Pure. Read-only data: any thread.
// Spec: docs/kinds.md#lifecycles. Tests: unit/kinds/registry_test.cpp.
// Limits: none.
#include "protocol/kinds/lifecycle.hpp"

#include <algorithm>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

const json::object* find(const registry& data, std::string_view lifecycle) {
    const auto* found = data.lifecycles().if_contains(lifecycle);
    return found == nullptr ? nullptr : &found->as_object();
}

bool has(const json::value& list, std::string_view one) {
    const auto& all = list.as_array();
    return std::ranges::any_of(all,
                               [&](const json::value& each) { return each.as_string() == one; });
}

bool holds(const json::object& move, const json::value& text) {
    const auto* when = move.if_contains("when");
    if (when == nullptr) {
        return true;
    }
    data_condition condition;
    condition.pointer = std::string{when->at("pointer").as_string()};
    if (const auto* value = when->as_object().if_contains("is")) {
        condition.values.emplace_back(value->as_string());
    }
    return condition.holds(text);
}

}  // namespace

std::string_view first_state(const registry& data, std::string_view lifecycle) {
    const auto* found = find(data, lifecycle);
    return found == nullptr ? std::string_view{}
                            : std::string_view{found->at("begins").as_string()};
}

bool is_terminal(const registry& data, std::string_view lifecycle, std::string_view state) {
    const auto* found = find(data, lifecycle);
    return found != nullptr && has(found->at("terminal"), state);
}

std::optional<std::string> next_state(const registry& data, std::string_view lifecycle,
                                      std::string_view state, std::string_view kind,
                                      const json::value& text) {
    const auto* found = find(data, lifecycle);
    if (found == nullptr) {
        return std::nullopt;
    }
    for (const auto& each : found->at("moves").as_array()) {
        const auto& move = each.as_object();
        if (move.at("kind").as_string() == kind && has(move.at("from"), state) &&
            holds(move, text)) {
            const std::string_view to = move.at("to").as_string();
            return std::string{to == "same" ? state : to};
        }
    }
    return std::nullopt;
}

}  // namespace dhow::kinds
