// The table of rules, and what rules look at.
// Way of the message: the last step of validate(), at intake and at the addressee.
// Pure. Any thread.
// Spec: docs/kinds.md#rules. Tests: unit/kinds/examples_test.cpp, tools/kinds_rules_test.py.
// Limits: kinds_problems_max.
#include "protocol/kinds/rules.hpp"

#include <algorithm>
#include <array>

namespace dhow::kinds {

namespace json = boost::json;

std::optional<std::string_view> subject::string(std::string_view pointer) const {
    const auto* value = at(pointer);
    if (value == nullptr || !value->is_string()) {
        return std::nullopt;
    }
    return std::string_view{value->get_string()};
}

const json::array& subject::list(std::string_view pointer) const {
    static const json::array none;
    const auto* value = at(pointer);
    return value == nullptr || !value->is_array() ? none : value->get_array();
}

std::vector<std::string> subject::strings(std::string_view pointer) const {
    std::vector<std::string> out;
    for (const auto& each : list(pointer)) {
        if (const auto* one = each.if_string()) {
            out.emplace_back(*one);
        }
    }
    return out;
}

bool subject::has_attachment(std::string_view type) const {
    return std::ranges::any_of(list("/attachments"), [&](const json::value& each) {
        const auto* found = at_pointer(each, "/type");
        return found != nullptr && found->is_string() && found->get_string() == type;
    });
}

bool is_among(const std::vector<std::string>& list, std::string_view one) {
    return std::ranges::find(list, one) != list.end();
}

void finding_list::refuse(std::string pointer, std::string found, std::string allowed) {
    add(severity::refusal, std::move(pointer), std::move(found), std::move(allowed));
}

void finding_list::warn(std::string pointer, std::string found, std::string allowed) {
    add(severity::warning, std::move(pointer), std::move(found), std::move(allowed));
}

void finding_list::add(severity how, std::string pointer, std::string found, std::string allowed) {
    x_out.add({.pointer = std::move(pointer),
               .rule = std::string{x_rule},
               .text = std::string{x_rule},
               .number = std::string{x_number},
               .severity = how,
               .found = shown(std::string_view{found}),
               .allowed = std::move(allowed)});
}

std::vector<rule> all_rules() {
    std::vector<rule> out;
    for (const auto& part : {rights_rules(), handling_rules(), person_rules(), case_rules(),
                             hit_rules(), address_rules()}) {
        out.insert(out.end(), part.begin(), part.end());
    }
    return out;
}

const rule* find_rule(std::string_view id) {
    for (const auto& part : {rights_rules(), handling_rules(), person_rules(), case_rules(),
                             hit_rules(), address_rules()}) {
        const auto found = std::ranges::find(part, id, &rule::id);
        if (found != part.end()) {
            return &*found;
        }
    }
    return nullptr;
}

}  // namespace dhow::kinds
