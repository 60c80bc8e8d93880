// What an object of a message may hold, gathered from the schema of its kind.
// Way of the message: none; drafts are made from it, and messages shown by it.
// Pure. Any thread.
// Spec: docs/decisions/0014-kinds.md. Tests: unit/kinds/draft_test.cpp, unit/kinds/view_test.cpp.
// Limits: the depth of the schemas, which are part of the program.
#include "protocol/kinds/shape.hpp"

#include "protocol/ensure.hpp"
#include "protocol/kinds/data.hpp"
#include "protocol/kinds/words.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <map>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

using schema_files = std::map<std::string, json::object, std::less<>>;

const schema_files& all_schemas() {
    static const schema_files files = [] {
        schema_files out;
        constexpr std::string_view folder = "kinds/";
        for (const auto& each : data_files()) {
            if (each.name.starts_with(folder)) {
                out.emplace(std::string{each.name.substr(folder.size())},
                            json::parse(each.text).as_object());
            }
        }
        return out;
    }();
    return files;
}

/// Runs `see` for a subschema and all that it is made of, those of single values.
template <class See>
void for_each_part(const piece& from, const See& see) {
    see(from);
    for (const auto* keyword : {"allOf", "anyOf"}) {
        if (const auto* parts = from.find(keyword)) {
            for (const auto& each : parts->as_array()) {
                for_each_part(from.inner(each), see);
            }
        }
    }
    if (const auto* reference = from.find("$ref")) {
        for_each_part(from.referred(reference->as_string()), see);
    }
}

}  // namespace

piece piece::referred(std::string_view reference) const {
    const auto hash = reference.find('#');
    const auto other = hash == 0 ? std::string_view{file} : reference.substr(0, hash);
    const auto found = all_schemas().find(other);
    DHOW_ENSURE(found != all_schemas().end());
    constexpr std::string_view definitions = "#/$defs/";
    const auto name = reference.substr(hash + definitions.size());
    return {found->first, &found->second.at("$defs").at(name).as_object()};
}

pieces root_of(std::string_view kind) {
    const auto found = all_schemas().find(std::string{kind} + ".json");
    return found == all_schemas().end() ? pieces{} : pieces{{found->first, &found->second}};
}

std::vector<std::string> strings_of(const json::value& list) {
    std::vector<std::string> out;
    for (const auto& each : list.as_array()) {
        out.emplace_back(each.as_string());
    }
    return out;
}

shape::shape(const pieces& parts, std::string_view colour) : x_colour{colour} {
    for (const auto& each : parts) {
        read(each);
    }
}

const member* shape::find(std::string_view name) const {
    const auto found = std::ranges::find(x_members, name, &member::name);
    return found == x_members.end() ? nullptr : &*found;
}

member& shape::at(std::string_view name) {
    const auto found = std::ranges::find(x_members, name, &member::name);
    return found != x_members.end() ? *found
                                    : x_members.emplace_back(member{std::string{name}, {}});
}

void shape::read(const piece& from) {
    if (const auto* reference = from.find("$ref")) {
        read(from.referred(reference->as_string()));
    }
    if (const auto* parts = from.find("allOf")) {
        for (const auto& each : parts->as_array()) {
            read(from.inner(each));
        }
    }
    if (const auto* properties = from.find("properties")) {
        for (const auto& each : properties->as_object()) {
            at(each.key()).parts.push_back(from.inner(each.value()));
        }
    }
    if (const auto* names = from.find("required")) {
        for (const auto& each : strings_of(*names)) {
            require(each);
        }
    }
    read_condition(from);
    read_choice(from, "anyOf", "one at least of: ");
    read_choice(from, "oneOf", "exactly one of: ");
}

void shape::read_condition(const piece& from) {
    const auto* condition = from.find("if");
    if (condition == nullptr) {
        return;
    }
    const auto& asked = *condition->at("properties").as_object().begin();
    const auto& value = asked.value().as_object();
    const auto* one = value.if_contains("const");
    const auto wanted =
        one != nullptr ? std::vector{std::string{one->as_string()}} : strings_of(value.at("enum"));
    if (asked.key() == colour_member) {
        if (wanted.front() == x_colour) {
            read(from.inner(*from.find("then")));
        }
        return;
    }
    const auto when = std::string{asked.key()} + " " + joined(wanted, " or ");
    note_required(from.find("then"), "with " + when + ": ");
    note_required(from.find("else"), "without " + when + ": ");
}

void shape::note_required(const json::value* branch, const std::string& when) {
    const auto* names = branch == nullptr ? nullptr : branch->as_object().if_contains("required");
    if (names != nullptr) {
        x_notes.push_back(when + joined(strings_of(*names)));
    }
}

void shape::read_choice(const piece& from, std::string_view keyword, const std::string& words) {
    const auto* choices = from.find(keyword);
    std::vector<std::string> names;
    for (std::size_t i = 0; choices != nullptr && i < choices->as_array().size(); ++i) {
        if (const auto* needed = choices->at(i).as_object().if_contains("required")) {
            names.push_back(joined(strings_of(*needed), " and "));
        }
    }
    if (!names.empty()) {
        x_notes.push_back(words + joined(names));
    }
}

std::string code_list_of(const pieces& parts) {
    std::string out;
    for (const auto& each : parts) {
        for_each_part(each, [&out](const piece& part) {
            if (const auto* name = part.find("dhow-codes"); name != nullptr && out.empty()) {
                out = name->as_string();
            }
        });
    }
    return out;
}

pieces items_of(const pieces& parts) {
    pieces out;
    for (const auto& each : parts) {
        for_each_part(each, [&out](const piece& part) {
            if (const auto* inner = part.find("items")) {
                out.push_back(part.inner(*inner));
            }
        });
    }
    return out;
}

}  // namespace dhow::kinds
