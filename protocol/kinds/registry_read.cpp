// Reads the data files of the kinds.
// Way of the message: none; runs once, while the program starts.
// Pure. Throws std::runtime_error.
// Spec: docs/kinds.md. Tests: unit/kinds/registry_test.cpp.
// Limits: none; the data are part of the program.
#include "protocol/kinds/registry.hpp"
#include "protocol/kinds/rules.hpp"
#include "protocol/limits.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <stdexcept>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

std::string text_in(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? std::string{} : std::string{value->as_string()};
}

std::vector<std::string> texts_in(const json::object& object, std::string_view name) {
    std::vector<std::string> out;
    if (const auto* value = object.if_contains(name)) {
        for (const auto& each : value->as_array()) {
            out.emplace_back(each.as_string());
        }
    }
    return out;
}

party party_named(std::string_view text) {
    for (const auto each : {party::bureau, party::entity, party::secretariat, party::gateway}) {
        if (to_text(each) == text) {
            return each;
        }
    }
    throw std::runtime_error{"no such party: " + std::string{text}};
}

std::vector<party> parties_in(const json::object& object, std::string_view name) {
    std::vector<party> out;
    for (const auto& each : texts_in(object, name)) {
        out.push_back(party_named(each));
    }
    return out;
}

protocol::message_class class_in(const json::object& object) {
    const auto name = text_in(object, "class");
    const auto found = protocol::parse_class(name);
    if (!found) {
        throw std::runtime_error{"no such class: " + name};
    }
    return *found;
}

/// A time of at most time_to_live_max, in units of `unit`.
template <class Unit>
Unit time_in(const json::value& value) {
    const auto count = value.as_int64();
    if (count < 1 || count > Unit{protocol::limits::time_to_live_max}.count()) {
        throw std::runtime_error{"a time of " + std::to_string(count) + ", expected 1 to " +
                                 std::to_string(Unit{protocol::limits::time_to_live_max}.count())};
    }
    return Unit{count};
}

data_condition condition_in(const json::object& object) {
    return {.pointer = text_in(object, "pointer"), .values = texts_in(object, "in")};
}

expiry_rule expiry_in(const json::object& object) {
    expiry_rule out;
    if (const auto* hours = object.if_contains("hours")) {
        out.after = time_in<std::chrono::hours>(*hours);
    }
    out.until = text_in(object, "until");
    out.never = object.contains("never");
    if (int{out.after.has_value()} + int{!out.until.empty()} + int{out.never} != 1) {
        throw std::runtime_error{"`expires` has to say one thing"};
    }
    return out;
}

answer_rule answer_in(const json::object& object) {
    answer_rule out{.kind = text_in(object, "kind"),
                    .urgency = text_in(object, "urgency"),
                    .urgent = texts_in(object, "urgent"),
                    .within = {},
                    .promise = condition_in(object.at("promise").as_object()),
                    .ready_by = text_in(object, "ready_by"),
                    .number = text_in(object, "number")};
    for (const auto& [urgency, time] : object.at("within").as_object()) {
        out.within.emplace(std::string{urgency}, time_in<std::chrono::seconds>(time));
    }
    if (out.within.empty()) {
        throw std::runtime_error{"`answer` has to say within which time"};
    }
    return out;
}

papers_rule papers_in(const json::object& object) {
    papers_rule out{.kind = text_in(object, "kind"),
                    .when = {},
                    .from = text_in(object, "from"),
                    .until = text_in(object, "until"),
                    .owed_by_sender = text_in(object, "owed_by") == "sender"};
    if (const auto* hours = object.if_contains("hours")) {
        out.within = time_in<std::chrono::hours>(*hours);
    }
    if (const auto* when = object.if_contains("when")) {
        out.when = condition_in(when->as_object());
    }
    return out;
}

void read_lists(kind_row& row, const json::object& data) {
    if (const auto* all = data.if_contains("class_when")) {
        for (const auto& each : all->as_array()) {
            row.class_when.emplace_back(condition_in(each.as_object()), class_in(each.as_object()));
        }
    }
    if (const auto* all = data.if_contains("expires_when")) {
        for (const auto& each : all->as_array()) {
            row.expires_when.emplace_back(condition_in(each.as_object()),
                                          expiry_in(each.as_object()));
        }
    }
    for (const auto& each : data.at("references").as_array()) {
        row.references.push_back({.kinds = texts_in(each.as_object(), "kinds"),
                                  .required = each.as_object().at("required").as_bool()});
    }
    if (const auto* all = data.if_contains("identifiers")) {
        for (const auto& [type, member] : all->as_object()) {
            row.identifiers.emplace(std::string{type}, std::string{member.as_string()});
        }
    }
    for (const auto& [what, value] : data.at("status").as_object()) {
        row.standings.emplace(std::string{what},
                              parse_standing(std::string_view{value.as_string()}));
    }
    if (const auto* clock = data.if_contains("answer")) {
        row.answer = answer_in(clock->as_object());
    }
    if (const auto* papers = data.if_contains("papers")) {
        row.papers = papers_in(papers->as_object());
    }
    if (const auto* record = data.if_contains("record")) {
        const auto& rule = record->as_object();
        row.record = {.pointer = std::string{rule.at("pointer").as_string()},
                      .entity_when = condition_in(rule.at("entity_when").as_object())};
    }
}

case_role role_in(const json::object& data) {
    const auto text = text_in(data, "case");
    for (const auto role :
         {case_role::none, case_role::content, case_role::addition, case_role::suspension,
          case_role::resumption, case_role::end, case_role::restriction}) {
        if (text == (role == case_role::none ? "" : to_text(role))) {
            return role;
        }
    }
    throw std::runtime_error{"there is no role `" + text + "` in a case"};
}

kind_row row_of(std::string_view name, const json::object& schema) {
    const auto& data = schema.at("dhow").as_object();
    kind_row row;
    row.name = std::string{name};
    row.code = text_in(data, "code");
    row.title = text_in(schema, "title");
    row.note = text_in(data, "note");
    row.version = data.at("version").to_number<std::uint64_t>();
    row.senders = parties_in(data, "senders");
    row.recipients = parties_in(data, "recipients");
    row.must_include = parties_in(data, "must_include");
    row.cls = class_in(data);
    row.expires = expiry_in(data.at("expires").as_object());
    row.needs_entity = text_in(data, "entity") == "required";
    row.lifecycle = text_in(data, "lifecycle");
    row.role = role_in(data);
    row.retention = text_in(data, "retention");
    row.rules = texts_in(data, "rules");
    read_lists(row, data);
    for (const auto& id : row.rules) {
        if (find_rule(id) == nullptr) {
            throw std::runtime_error{"" + row.name + " names rule " + id};
        }
    }
    return row;
}

}  // namespace

registry::registry(std::span<const data_file> files) {
    objects schemas;
    for (const auto& file : files) {
        try {
            read_file(file, schemas);
        } catch (const boost::system::system_error& error) {
            throw std::runtime_error{std::string{file.name} + ": " + error.code().message()};
        } catch (const std::exception& error) {
            throw std::runtime_error{std::string{file.name} + ": " + error.what()};
        }
    }
    x_schemas = std::make_unique<schema_set>(schemas, x_lists);
    check_clocks(schemas);
}

void registry::read_file(const data_file& file, objects& schemas) {
    constexpr std::string_view ending = ".json";
    const auto slash = file.name.find('/');
    const auto folder = file.name.substr(0, slash == std::string_view::npos ? 0 : slash);
    const auto parsed = json::parse(file.text);
    const auto& object = parsed.as_object();
    if (folder == "codes") {
        auto list = read_code_list(object);
        x_lists.emplace(list.name, std::move(list));
    } else if (folder == "kinds") {
        const auto id = text_in(object, "$id");
        if (object.contains("dhow")) {
            const auto name = id.substr(0, id.size() - ending.size());
            x_rows.emplace(name, row_of(name, object));
        }
        schemas.emplace(id, object);
    } else if (file.name == "policy.json") {
        read_policy(object);
    } else if (file.name == "lifecycles.json") {
        x_lifecycles = object.at("lifecycles").as_object();
    }
}

/// What gives content says how long that is kept; clocks name kinds and numbers that there are.
void registry::check_clocks(const objects& schemas) {
    for (auto& [name, row] : x_rows) {
        const bool gives = row.role == case_role::content || row.role == case_role::addition;
        if (gives != x_numbers.contains(row.retention)) {
            throw std::runtime_error{"" + name + " does not say how long it is kept"};
        }
        if (row.answer) {
            const auto& data = schemas.at(name + ".json").at("dhow").as_object();
            const auto most = text_in(data.at("answer").as_object(), "numbers_max");
            const auto found = x_numbers.find(most);
            if (found == x_numbers.end()) {
                throw std::runtime_error{"the policy has no number " + most};
            }
            row.answer->number_max = found->second.value;
        }
        const auto& wanted = row.answer ? row.answer->kind : row.papers ? row.papers->kind : name;
        if (find(wanted) == nullptr) {
            throw std::runtime_error{"" + name + " waits for " + wanted};
        }
    }
}

void registry::read_policy(const json::object& file) {
    x_secretariat = text_in(file, "secretariat");
    x_rules_for_all = texts_in(file, "rules_for_all");
    for (const auto& id : x_rules_for_all) {
        if (find_rule(id) == nullptr) {
            throw std::runtime_error{"the policy names rule " + id};
        }
    }
    for (const auto& [name, number] : file.at("numbers").as_object()) {
        const auto& data = number.as_object();
        const policy_number one{.value = data.at("value").as_int64(),
                                .least = data.at("least").as_int64(),
                                .most = data.at("most").as_int64(),
                                .standing = parse_standing(text_in(data, "status")),
                                .why = text_in(data, "why")};
        if (one.value < one.least || one.value > one.most) {
            throw std::runtime_error{"" + std::string{name} + " is " + std::to_string(one.value) +
                                     ", expected " + std::to_string(one.least) + " to " +
                                     std::to_string(one.most)};
        }
        x_numbers.emplace(std::string{name}, one);
    }
}

}  // namespace dhow::kinds
