// Merges what a federation changes into the data inside the program.
// Way of the message: see changes.hpp.
// Pure.
// Spec: docs/kinds.md#changes, RFC 7396. Tests: unit/kinds/changes_test.cpp.
// Limits: see changes.hpp.
#include "protocol/kinds/changes.hpp"

#include "protocol/kinds/catalogue.hpp"
#include "protocol/kinds/document.hpp"
#include "protocol/kinds/draft.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

using names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 2> policy_members{"note", "numbers"};
constexpr std::array<std::string_view, 3> number_members{"status", "value", "why"};
constexpr std::array<std::string_view, 6> list_members{"codes",  "complete", "note",
                                                       "source", "status",   "version"};
constexpr std::array<std::string_view, 12> kind_members{
    "answer", "class",  "class_when", "expires",   "expires_when", "must_include",
    "note",   "papers", "recipients", "retention", "senders",      "status"};

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error{what}; }

std::string listed(names allowed) {
    std::string out;
    for (const auto each : allowed) {
        out += (out.empty() ? "" : ", ") + std::string{each};
    }
    return out;
}

/// The value as an object that has no other members than these.
const json::object& object_with(const json::value& value, const std::string& where, names allowed) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        refuse("`" + where + "` has to be an object");
    }
    for (const auto& [name, member] : *object) {
        if (std::ranges::find(allowed, std::string_view{name}) == allowed.end()) {
            refuse("`" + shown(std::string_view{name}) + "` cannot be changed in `" + where +
                   "`, but " + listed(allowed));
        }
    }
    return *object;
}

/// RFC 7396, section 2.
void merge(json::value& target, const json::value& patch) {
    const auto* members = patch.if_object();
    if (members == nullptr) {
        target = patch;
        return;
    }
    if (!target.is_object()) {
        target = json::object{};
    }
    auto& out = target.get_object();
    for (const auto& [name, value] : *members) {
        if (value.is_null()) {
            out.erase(name);
        } else {
            merge(out[name], value);
        }
    }
}

void check_numbers(const json::object& inside, const json::value& patch) {
    const auto* numbers = object_with(patch, "policy.json", policy_members).if_contains("numbers");
    if (numbers == nullptr) {
        return;
    }
    const auto& known = inside.at("numbers").as_object();
    if (!numbers->is_object()) {
        refuse("`numbers` has to be an object");
    }
    for (const auto& [name, number] : numbers->get_object()) {
        const auto where = shown(std::string_view{name});
        if (!known.contains(name)) {
            refuse("there is no number `" + where + "`");
        }
        const auto& members = object_with(number, where, number_members);
        if (const auto* value = members.if_contains("value"); value && !value->is_int64()) {
            refuse("the value of `" + where + "` has to be a whole number");
        }
    }
}

void check_codes(const json::value& patch) {
    const auto* codes = object_with(patch, "the list", list_members).if_contains("codes");
    if (codes == nullptr) {
        return;
    }
    if (!codes->is_object()) {
        refuse("`codes` has to be an object of codes and what they mean");
    }
    for (const auto& [code, words] : codes->get_object()) {
        if (code.empty() || shown(std::string_view{code}) != std::string_view{code}) {
            refuse("`" + shown(std::string_view{code}) + "` cannot be a code");
        }
        if (!words.is_string() && !words.is_null()) {
            refuse("the meaning of code `" + std::string{code} + "` has to be a text, or null");
        }
    }
}

void check_kind(const json::object& inside, const json::value& patch) {
    constexpr std::array<std::string_view, 1> parts{"dhow"};
    if (!inside.contains("dhow")) {
        refuse("what a message has to hold cannot be changed");
    }
    const auto* data = object_with(patch, "the kind", parts).if_contains("dhow");
    if (data == nullptr) {
        return;
    }
    const auto& members = object_with(*data, "dhow", kind_members);
    const auto& expires = inside.at("dhow").at("expires").as_object();
    // What takes something back has to arrive.
    if (expires.contains("never") &&
        (members.contains("expires") || members.contains("expires_when"))) {
        refuse("it never expires, and that cannot be changed");
    }
}

void check(const data_change& change, const json::object& inside, const json::value& patch) {
    if (change.name.starts_with("codes/")) {
        check_codes(patch);
    } else if (change.name.starts_with("kinds/")) {
        check_kind(inside, patch);
    } else if (change.name == "policy.json") {
        check_numbers(inside, patch);
    } else {
        refuse("this file cannot be changed, but policy.json, codes/LIST.json, kinds/KIND.json");
    }
}

/// The text of a data file with the change merged into it.
std::string merged(const data_change& change, std::string_view inside_text) {
    problem_list problems;
    const auto patch = parse_document(without_comments(change.text), problems);
    if (!patch) {
        refuse(describe(problems.all().front(), "en"));
    }
    auto inside = json::parse(inside_text);
    check(change, inside.as_object(), *patch);
    merge(inside, *patch);
    return json::serialize(inside);
}

/// Puts the changed texts in place of those inside; `texts` own them.
void replace(std::span<const data_change> changes, std::vector<data_file>& files,
             std::map<std::string, std::string>& texts, std::vector<std::string>& troubles) {
    for (const auto& change : changes) {
        const auto found = std::ranges::find(files, change.name, &data_file::name);
        try {
            if (found == files.end()) {
                refuse("there is no such file among the data; see `dhow kinds` and `dhow codes`");
            }
            auto& text = texts[change.name] = merged(change, found->text);
            found->text = text;
        } catch (const std::exception& error) {
            troubles.push_back(change.name + ": " + error.what());
        }
    }
}

}  // namespace

changed_data changed(std::span<const data_change> changes) {
    changed_data out;
    std::vector<data_file> files{data_files().begin(), data_files().end()};
    std::map<std::string, std::string> texts;
    replace(changes, files, texts, out.troubles);
    if (!out.troubles.empty()) {
        return out;
    }
    try {
        out.made = std::make_unique<const registry>(files);
    } catch (const std::exception& error) {
        out.troubles.emplace_back(error.what());
    }
    return out;
}

}  // namespace dhow::kinds
