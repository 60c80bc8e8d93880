// Rows of the table in words, for people: parties, class, expiry, references.
// Way of the message: none; shown by `dhow kinds` and at the head of a draft.
// Pure. Any thread.
// Spec: docs/kinds.md. Tests: unit/kinds/draft_test.cpp, unit/cli/kinds_command_test.cpp.
// Limits: none.
#include "protocol/kinds/words.hpp"

namespace dhow::kinds {

namespace {

std::string condition_words(const data_condition& condition) {
    const auto values = joined(condition.values);
    return " if " + condition.pointer + (values.empty() ? "" : " " + values);
}

std::string life_words(const expiry_rule& rule) {
    if (rule.never) {
        return "never";
    }
    if (!rule.after) {
        return "when the day in " + rule.until + " is over";
    }
    const auto hours = rule.after->count();
    return hours % 24 == 0 ? std::to_string(hours / 24) + " d" : std::to_string(hours) + " h";
}

}  // namespace

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
    std::string out;
    for (const auto& each : parts) {
        out += (out.empty() ? "" : std::string{between}) + each;
    }
    return out;
}

std::string names_of(const std::vector<party>& parties) {
    std::vector<std::string> names;
    for (const auto each : parties) {
        names.emplace_back(to_text(each));
    }
    return joined(names);
}

std::string class_words(const kind_row& row) {
    std::vector<std::string> parts{std::string{protocol::to_text(row.cls)}};
    for (const auto& [condition, cls] : row.class_when) {
        parts.push_back(std::string{protocol::to_text(cls)} + condition_words(condition));
    }
    return joined(parts, "; ");
}

std::string expiry_words(const kind_row& row) {
    std::vector<std::string> parts{life_words(row.expires)};
    for (const auto& [condition, rule] : row.expires_when) {
        parts.push_back(life_words(rule) + condition_words(condition));
    }
    return joined(parts, "; ");
}

std::string reference_words(const kind_row& row) {
    std::vector<std::string> parts;
    for (const auto& each : row.references) {
        parts.push_back(joined(each.kinds, " or ") + (each.required ? "" : " (optional)"));
    }
    return joined(parts);
}

}  // namespace dhow::kinds
