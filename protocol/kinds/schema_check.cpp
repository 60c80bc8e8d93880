// Checks a text against a compiled schema and names everything that is wrong.
// Way of the message: validate() checks each text against its kind's schema.
// Pure. Any thread.
// Spec: docs/decisions/0014-kinds.md.
// Tests: unit/kinds/schema_test.cpp, tools/kinds_oracle_test.py.
// Limits: kinds_depth_max bounds the recursion; kinds_problems_max.
#include "protocol/ensure.hpp"
#include "protocol/ids.hpp"
#include "protocol/kinds/dates.hpp"
#include "protocol/kinds/json_types.hpp"
#include "protocol/kinds/names.hpp"
#include "protocol/kinds/schema.hpp"

#include <algorithm>
#include <sstream>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

// Which members of one object a schema has named so far.
struct named_members {
    std::vector<bool> named;
    bool declared = false;

    void merge(const named_members& other) {
        declared = declared || other.declared;
        for (std::size_t i = 0; i < named.size(); ++i) {
            named[i] = named[i] || other.named[i];
        }
    }
};

struct step {
    std::string_view member;
    std::size_t index = 0;
};

class checker {
public:
    checker(const schema_set& set, const check_options& options, problem_list* out)
        : x_set{set}, x_options{options}, x_out{out} {}

    // All of `value`, and whether its members are all named.
    bool whole(node_index index, const json::value& value, std::string_view rule) {
        const auto* object = value.if_object();
        if (object == nullptr) {
            return part(index, value, rule, nullptr);
        }
        named_members named{std::vector<bool>(object->size(), false)};
        const bool good = part(index, value, rule, &named);
        if (named.declared) {
            return undefined(*object, named) && good;
        }
        return good;
    }

private:
    // One subschema at a place; `named` is shared by all that apply to the same object.
    bool part(node_index index, const json::value& value, std::string_view rule,
              named_members* named) {
        const auto& node = x_set.node(index);
        rule = node.rule.empty() ? rule : std::string_view{node.rule};
        if (!rule.empty() && rule == x_options.without) {
            return true;
        }
        if (node.types != 0 && (node.types & types_of(value)) == 0) {
            return fail("R-SCH-06", rule, shown(value), names_of_types(node.types));
        }
        bool good = constants(node, value, rule);
        switch (value.kind()) {
            case json::kind::string:
                good = string(node, value.get_string(), rule) && good;
                break;
            case json::kind::object:
                good = object(node, value.get_object(), rule, named) && good;
                break;
            case json::kind::array:
                good = array(node, value.get_array(), rule) && good;
                break;
            case json::kind::null:
            case json::kind::bool_:
                break;
            default:
                good = number(node, value, rule) && good;
        }
        good = branches(node, value, rule, named) && good;
        return condition(node, value, rule, named) && good;
    }

    bool constants(const schema_node& node, const json::value& value, std::string_view rule) {
        if (!node.values.empty() && std::ranges::find(node.values, value) == node.values.end()) {
            return fail("R-SCH-05", rule, shown(value), node.allowed);
        }
        if (node.codes == nullptr) {
            return true;
        }
        const auto* code = value.if_string();
        if (code != nullptr && node.codes->has(*code)) {
            return true;
        }
        const bool open = code != nullptr && !node.codes->complete;
        if (open && node.form && !node.form->matches(*code)) {
            return true;  // refused below, as what it is
        }
        return fail("R-SCH-05", rule, shown(value), node.allowed,
                    open ? severity::warning : severity::refusal);
    }

    bool string(const schema_node& node, std::string_view text, std::string_view rule) {
        const auto length = code_points(text).value_or(0);
        if (length > node.length_max) {
            return fail("R-SCH-03", rule, std::to_string(length), std::to_string(node.length_max));
        }
        if (length < node.length_min) {
            return fail("R-SCH-07", rule, std::to_string(length), std::to_string(node.length_min));
        }
        if (node.form && !node.form->matches(text)) {
            return fail("R-SCH-08", rule, shown(text), node.form->source());
        }
        return formatted(node, text, rule);
    }

    bool formatted(const schema_node& node, std::string_view text, std::string_view rule) {
        const auto dated = [&](bool good) {
            return good || fail("R-SCH-04", rule, shown(text), node.allowed);
        };
        switch (node.format) {
            case text_format::date:
                return dated(parse_date(text).has_value());
            case text_format::time:
                return dated(parse_time(text).has_value());
            case text_format::partial_date:
                return dated(parse_partial_date(text).has_value());
            case text_format::uuid:
                return protocol::parse_message_id(text) ||
                       fail("R-SCH-08", rule, shown(text), node.allowed);
            case text_format::lines:
                return is_clean_lines(text) || fail("R-SCH-14", rule, shown(text), "");
            case text_format::name:
                return name(text);
            case text_format::line:
                return is_clean_line(text) || fail("R-SCH-14", rule, shown(text), "");
            case text_format::any:
                break;
        }
        return true;
    }

    bool name(std::string_view text) {
        if (!is_clean_line(text)) {
            return fail("R-NAM-01", "R-NAM-01", shown(text), "");
        }
        return is_nfc(text) ||
               fail("R-NAM-02", "R-NAM-02", shown(text), shown(to_nfc(text).value_or("")),
                    x_options.nfc_refused ? severity::refusal : severity::warning);
    }

    bool number(const schema_node& node, const json::value& value, std::string_view rule) {
        const double found = value.to_number<double>();
        if (node.minimum && !(found >= *node.minimum)) {
            return fail("R-SCH-09", rule, shown(value), range(node));
        }
        return !node.maximum || found <= *node.maximum ||
               fail("R-SCH-09", rule, shown(value), range(node));
    }

    static std::string range(const schema_node& node) {
        const auto text = [](const std::optional<double>& value) {
            std::ostringstream out;
            if (value) {
                out << *value;
            }
            return out.str();
        };
        return text(node.minimum) + "\xe2\x80\x93" + text(node.maximum);  // –
    }

    bool array(const schema_node& node, const json::array& items, std::string_view rule) {
        if (items.size() > node.items_max) {
            return fail("R-SCH-10", rule, std::to_string(items.size()),
                        std::to_string(node.items_max));
        }
        if (items.size() < node.items_min) {
            return fail("R-SCH-11", rule, std::to_string(items.size()),
                        std::to_string(node.items_min));
        }
        bool good = true;
        for (std::size_t i = 0; i < items.size(); ++i) {
            x_path.push_back({.index = i});
            if (node.items != no_node) {
                good = whole(node.items, items[i], rule) && good;
            }
            if (node.unique && std::find(items.begin(), items.begin() + static_cast<long>(i),
                                         items[i]) != items.begin() + static_cast<long>(i)) {
                good = fail("R-SCH-12", rule, shown(items[i]), "1") && good;
            }
            x_path.pop_back();
        }
        return good;
    }

    bool object(const schema_node& node, const json::object& members, std::string_view rule,
                named_members* named) {
        DHOW_ENSURE(named != nullptr);
        named->declared = named->declared || node.declares;
        bool good = true;
        for (const auto& each : node.properties) {
            const auto found = members.find(each.name);
            if (found == members.end()) {
                good = (!each.required || missing(each, rule)) && good;
                continue;
            }
            if (each.node == no_node) {
                continue;
            }
            named->named[static_cast<std::size_t>(found - members.begin())] = true;
            x_path.push_back({.member = each.name});
            good = whole(each.node, found->value(), rule) && good;
            x_path.pop_back();
        }
        return good;
    }

    bool missing(const schema_node::property& each, std::string_view rule) {
        const auto* node = each.node == no_node ? nullptr : &x_set.node(each.node);
        const bool own = node != nullptr && !node->rule.empty();
        x_path.push_back({.member = each.name});
        const bool good = fail("R-SCH-01", own ? std::string_view{node->rule} : rule, "",
                               node == nullptr ? std::string{} : node->allowed);
        x_path.pop_back();
        return good;
    }

    bool undefined(const json::object& members, const named_members& named) {
        bool good = true;
        std::size_t at = 0;
        for (const auto& member : members) {
            const std::string_view name = member.key();
            if (!named.named[at++] && !name.starts_with("x_")) {
                x_path.push_back({.member = name});
                const bool must = name.starts_with("must_");
                const std::string_view rule = must ? "R-EXT-01" : "R-SCH-02";
                const bool refused = must || x_options.undefined_refused;
                good = fail(rule, rule, shown(name), "",
                            refused ? severity::refusal : severity::warning) &&
                       good;
                x_path.pop_back();
            }
        }
        return good;
    }

    // Without reporting; what it names counts when it holds.
    bool holds(node_index index, const json::value& value, named_members* named) {
        named_members tried;
        if (named != nullptr) {
            tried.named.resize(named->named.size(), false);
        }
        auto* const out = std::exchange(x_out, nullptr);
        const bool good = part(index, value, "", named == nullptr ? nullptr : &tried);
        x_out = out;
        if (good && named != nullptr) {
            named->merge(tried);
        }
        return good;
    }

    bool branches(const schema_node& node, const json::value& value, std::string_view rule,
                  named_members* named) {
        bool good = true;
        for (const auto index : node.all_of) {
            good = part(index, value, rule, named) && good;
        }
        const auto held = [&](const std::vector<node_index>& group) {
            return std::ranges::count_if(
                group, [&](node_index index) { return holds(index, value, named); });
        };
        if (!node.any_of.empty() && held(node.any_of) == 0) {
            good = fail("R-SCH-13", rule, shown(value), node.allowed) && good;
        }
        if (!node.one_of.empty() && held(node.one_of) != 1) {
            good = fail("R-SCH-13", rule, shown(value), node.allowed) && good;
        }
        if (node.never == no_node) {
            return good;
        }
        // What `not` names does not count, but an object wants somewhere to write it.
        auto ignored = named == nullptr ? named_members{} : *named;
        if (holds(node.never, value, named == nullptr ? nullptr : &ignored)) {
            good = fail("R-SCH-15", rule, shown(value), x_set.node(node.never).allowed) && good;
        }
        return good;
    }

    bool condition(const schema_node& node, const json::value& value, std::string_view rule,
                   named_members* named) {
        if (node.condition == no_node) {
            return true;
        }
        const auto chosen = holds(node.condition, value, named) ? node.then : node.otherwise;
        return chosen == no_node || part(chosen, value, rule, named);
    }

    // False, and a problem; true for a rule that is taken away, and for a mere warning.
    bool fail(std::string_view text, std::string_view rule, std::string found, std::string allowed,
              severity how = severity::refusal) {
        rule = rule.empty() ? text : rule;
        if (!x_options.without.empty() &&
            (rule == x_options.without || text == x_options.without)) {
            return true;
        }
        if (x_out != nullptr) {
            x_out->add({.pointer = pointer(),
                        .rule = std::string{rule},
                        .text = std::string{text},
                        .number = std::string{number_of(text)},
                        .severity = how,
                        .found = std::move(found),
                        .allowed = std::move(allowed)});
        }
        return how == severity::warning;
    }

    [[nodiscard]] std::string pointer() const {
        std::string out;
        for (const auto& each : x_path) {
            out = each.member.data() == nullptr ? pointer_to(out, each.index)
                                                : pointer_to(out, each.member);
        }
        return out;
    }

    const schema_set& x_set;
    const check_options& x_options;
    problem_list* x_out;
    std::vector<step> x_path;
};

}  // namespace

void schema_set::check(std::string_view id, const json::value& text, problem_list& problems,
                       const check_options& options) const {
    const auto root = x_roots.find(id);
    DHOW_ENSURE(root != x_roots.end());
    checker{*this, options, &problems}.whole(root->second, text, "");
}

std::string_view number_of(std::string_view rule) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> numbers{{
        {"R-SCH-01", "101"},
        {"R-SCH-02", "103"},
        {"R-SCH-03", "107"},
        {"R-SCH-04", "112"},
        {"R-SCH-05", "115"},
        {"R-SEN-01", "003"},
    }};
    for (const auto& [each, number] : numbers) {
        if (each == rule) {
            return number;
        }
    }
    return "";
}

}  // namespace dhow::kinds
