// A commented draft of a message, made from the schema of its kind.
// Way of the message: `dhow new` -> [skeleton] -> a person fills it in.
// Pure. Any thread.
// Spec: docs/kinds.md#drafts. Tests: unit/kinds/draft_test.cpp.
// Limits: the depth of the schemas, which are part of the program.
#include "protocol/ensure.hpp"
#include "protocol/kinds/draft.hpp"
#include "protocol/kinds/shape.hpp"
#include "protocol/kinds/words.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

constexpr std::size_t indent_columns = 4;

using lines = std::vector<std::string>;

/// What a single value may be.
struct value_facts {
    std::set<std::string> types;
    std::optional<json::value> fixed;
    pieces items;
    bool is_object = false;
    lines words;  ///< Each part of the comment.

    void read(const piece& from, const registry& data);
};

std::string range_words(const json::value* least, const json::value* most, std::string_view what) {
    if (least == nullptr && most == nullptr) {
        return {};
    }
    const auto number = [](const json::value& value) { return json::serialize(value); };
    if (least == nullptr || (most != nullptr && what == " characters")) {
        return "at most " + number(*most) + std::string{what};
    }
    return (most == nullptr ? "at least " + number(*least)
                            : number(*least) + " to " + number(*most)) +
           std::string{what};
}

std::string format_words(std::string_view format) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> known{{
        {"date", "YYYY-MM-DD"},
        {"date-time", "YYYY-MM-DDThh:mm:ssZ"},
        {"partial-date", "YYYY, YYYY/MM or YYYY/MM/DD"},
        {"uuid", "id of a message"},
        {"name", "a name as it is written"},
        {"text", "text, \\n between lines"},
    }};
    const auto found =
        std::ranges::find(known, format, &std::pair<std::string_view, std::string_view>::first);
    DHOW_ENSURE(found != known.end());
    return std::string{found->second};
}

void value_facts::read(const piece& from, const registry& data) {
    if (const auto* parts = from.find("allOf")) {
        for (const auto& each : parts->as_array()) {
            read(from.inner(each), data);
        }
    }
    if (const auto* choices = from.find("anyOf")) {
        for (const auto& each : choices->as_array()) {
            const auto* one = each.as_object().if_contains("const");
            one == nullptr ? read(from.inner(each), data) : words.push_back(json::serialize(*one));
        }
    }
    if (const auto* reference = from.find("$ref")) {
        read(from.referred(reference->as_string()), data);
    }
    if (const auto* type = from.find("type")) {
        for (const auto& each :
             type->is_array() ? strings_of(*type) : lines{std::string{type->as_string()}}) {
            types.insert(each);
        }
    }
    is_object = is_object || from.find("properties") != nullptr || types.contains("object");
    if (const auto* one = from.find("const")) {
        fixed = *one;
    }
    if (const auto* values = from.find("enum")) {
        words.push_back(joined(strings_of(*values)));
    }
    if (const auto* name = from.find("dhow-codes")) {
        const auto& list = data.list(std::string_view{name->as_string()});
        words.push_back(list.allowed() + (list.complete ? "" : " (others with a warning)"));
    }
    if (const auto* format = from.find("format")) {
        words.push_back(format_words(format->as_string()));
    }
    if (const auto* form = from.find("pattern")) {
        words.push_back("form " + std::string{form->as_string()});
    }
    words.push_back(range_words(from.find("minLength"), from.find("maxLength"), " characters"));
    words.push_back(range_words(from.find("minimum"), from.find("maximum"), ""));
    words.push_back(range_words(from.find("minItems"), from.find("maxItems"), " entries"));
    if (const auto* inner = from.find("items")) {
        items.push_back(from.inner(*inner));
    }
}

class writer {
public:
    writer(const registry& data, const kind_row& row, std::string_view colour)
        : x_data{data}, x_row{row}, x_colour{colour} {}

    /// The members of an object, one level deeper than `level`.
    lines members(shape& from, std::size_t level) const {
        lines out;
        for (const auto& each : from.notes()) {
            out.push_back(indent(level) + "// " + each);
        }
        for (const auto& each : from.members()) {
            for (auto& line : one(each, level)) {
                // Behind the indentation of this level: it shows what belongs together.
                out.push_back(each.required ? std::move(line)
                                            : line.insert(indent(level).size(), "// "));
            }
        }
        return out;
    }

private:
    static std::string indent(std::size_t level) {
        return std::string(level * indent_columns, ' ');
    }

    lines one(const member& from, std::size_t level) const {
        const auto name = json::serialize(json::string_view{from.name}) + ": ";
        return value(from.parts, level, name, from.name);
    }

    lines value(const pieces& parts, std::size_t level, const std::string& before,
                std::string_view name) const {
        value_facts facts;
        for (const auto& each : parts) {
            facts.read(each, x_data);
        }
        std::erase(facts.words, "");
        if (facts.fixed) {
            facts.words.clear();
            if (!facts.fixed->is_string()) {
                facts.words.push_back(json::serialize(*facts.fixed));
            }
        } else if (facts.types.contains("boolean")) {
            facts.words.emplace_back("true or false");
        }
        const auto words = facts.words.empty() ? "" : "  // " + joined(facts.words, "; ");
        if (facts.is_object) {
            shape inner{parts, x_colour};
            return framed(members(inner, level + 1), level, before + "{" + words, "},");
        }
        if (!facts.items.empty()) {
            return framed(value(facts.items, level + 1, "", ""), level, before + "[" + words, "],");
        }
        return {indent(level) + before + filled(facts, name) + "," + words};
    }

    static lines framed(lines inner, std::size_t level, const std::string& first,
                        const std::string& last) {
        inner.insert(inner.begin(), indent(level) + first);
        inner.push_back(indent(level) + last);
        return inner;
    }

    std::string filled(const value_facts& facts, std::string_view name) const {
        if (name == "schema_version") {
            return std::to_string(x_row.version);
        }
        if (name == colour_member && !x_colour.empty()) {
            return json::serialize(json::string_view{x_colour});
        }
        // What is promised with `true` has to be written by who promises it.
        return facts.fixed && facts.fixed->is_string() ? json::serialize(*facts.fixed) : "null";
    }

    const registry& x_data;
    const kind_row& x_row;
    std::string_view x_colour;
};

std::string head_of(const kind_row& row, std::string_view colour) {
    lines head{
        row.title + " (" + row.name + (colour.empty() ? "" : ", " + std::string{colour}) + ")",
        "from " + names_of(row.senders) + " to " + names_of(row.recipients),
        "class " + class_words(row) + "; expires: " + expiry_words(row)};
    if (const auto references = reference_words(row); !references.empty()) {
        head.push_back("refers to " + references);
    }
    if (!row.note.empty()) {
        head.push_back(row.note);
    }
    if (colour.empty() && has_colours(row)) {
        head.emplace_back("members of a colour: dhow new " + row.name + " --type red");
    }
    head.emplace_back("Write in place of each null; take // away from what you add.");
    head.emplace_back(
        "dhow validate FILE says what is missing; with --strip it prints what to send.");
    std::string out;
    for (const auto& each : head) {
        out += "// " + each + "\n";
    }
    return out;
}

}  // namespace

bool has_colours(const kind_row& row) {
    const shape root{root_of(row.name), {}};
    const auto* body = root.find("body");
    const shape inner{body == nullptr ? pieces{} : body->parts, {}};
    return inner.find(colour_member) != nullptr;
}

std::string skeleton_of(const registry& data, const kind_row& row, std::string_view type) {
    const auto schema = root_of(row.name);
    DHOW_ENSURE(!schema.empty());
    shape root{schema, type};
    if (std::ranges::any_of(row.references, &reference_rule::required)) {
        root.require("references");
    }
    std::string out = head_of(row, type) + "{\n";
    for (const auto& each : writer{data, row, type}.members(root, 1)) {
        out += each + "\n";
    }
    return out + "}\n";
}

}  // namespace dhow::kinds
