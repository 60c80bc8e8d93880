// All kinds of messages, as their data files say: the table, schemas, code lists and policy.
// Way of the message: asked by intake, scheduler and addressee for what holds for a kind.
// Pure. Read while the program starts, then read-only: any thread.
// Spec: docs/kinds.md. Tests: unit/kinds/registry_test.cpp.
// Limits: none; the data are part of the program.
#include "protocol/kinds/registry.hpp"

#include "protocol/ensure.hpp"
#include "protocol/kinds/dates.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace dhow::kinds {

namespace json = boost::json;

std::string_view to_text(case_role value) {
    switch (value) {
        case case_role::content:
            return "content";
        case case_role::addition:
            return "addition";
        case case_role::suspension:
            return "suspension";
        case case_role::resumption:
            return "resumption";
        case case_role::end:
            return "end";
        case case_role::restriction:
            return "restriction";
        case case_role::none:
            break;
    }
    return "none";
}

std::string_view to_text(party value) {
    switch (value) {
        case party::bureau:
            return "bureau";
        case party::entity:
            return "entity";
        case party::secretariat:
            return "secretariat";
        case party::gateway:
            return "gateway";
        case party::none:
            break;
    }
    return "none";
}

bool data_condition::holds(const json::value& text) const {
    const auto* found = at_pointer(text, pointer);
    if (found == nullptr) {
        return false;
    }
    const auto written =
        found->is_string() ? std::string{found->get_string()} : json::serialize(*found);
    return values.empty() || std::ranges::find(values, written) != values.end();
}

namespace {
std::unique_ptr<const registry>& other_in_force() {
    static std::unique_ptr<const registry> other;
    return other;
}
}  // namespace

const registry& registry::in_force() {
    if (const auto& other = other_in_force()) {
        return *other;
    }
    static const registry inside{data_files()};
    return inside;
}

void registry::put_in_force(std::unique_ptr<const registry> other) {
    other_in_force() = std::move(other);
}

const kind_row* registry::find(std::string_view kind) const {
    const auto found = x_rows.find(kind);
    return found == x_rows.end() ? nullptr : &found->second;
}

const code_list& registry::list(std::string_view name) const {
    const auto found = x_lists.find(name);
    DHOW_ENSURE(found != x_lists.end());
    return found->second;
}

std::int64_t registry::number(std::string_view name) const {
    const auto found = x_numbers.find(name);
    DHOW_ENSURE(found != x_numbers.end());
    return found->second.value;
}

party registry::party_of(std::string_view bureau) const {
    if (bureau == x_secretariat) {
        return party::secretariat;
    }
    if (list("members").has(bureau)) {
        return party::bureau;
    }
    return list("entities").has(bureau) ? party::entity : party::none;
}

std::vector<const kind_row*> registry::answered_by(std::string_view kind) const {
    std::vector<const kind_row*> out;
    for (const auto& [name, row] : x_rows) {
        if (row.answer && row.answer->kind == kind) {
            out.push_back(&row);
        }
    }
    return out;
}

bool registry::is_papers(std::string_view kind) const {
    return std::ranges::any_of(x_rows, [&](const auto& one) {
        return one.second.papers && one.second.papers->kind == kind;
    });
}

protocol::message_class default_class(const kind_row& row, const json::value& text) {
    for (const auto& [condition, cls] : row.class_when) {
        if (condition.holds(text)) {
            return cls;
        }
    }
    return row.cls;
}

std::optional<protocol::utc_time> default_expiry(const kind_row& row, const json::value& text,
                                                 protocol::utc_time created) {
    const auto* rule = &row.expires;
    for (const auto& [condition, other] : row.expires_when) {
        if (condition.holds(text)) {
            rule = &other;
            break;
        }
    }
    if (rule->after) {
        return created + *rule->after;
    }
    const auto* last = rule->until.empty() ? nullptr : at_pointer(text, rule->until);
    const auto date = last != nullptr && last->is_string()
                          ? parse_date(std::string_view{last->get_string()})
                          : std::nullopt;
    if (!date) {
        return std::nullopt;
    }
    return end_everywhere(*date);
}

const json::value* at_pointer(const json::value& text, std::string_view pointer) {
    json::error_code error;
    return text.find_pointer(pointer, error);
}

}  // namespace dhow::kinds
