// A commented draft of a message, made from the schema of its kind.
// Way of the message: `dhow new` -> [skeleton] -> a person fills it in.
// Pure. Any thread.
// Spec: docs/kinds.md#drafts. Tests: unit/kinds/draft_test.cpp.
// Limits: the depth of the schemas, which are part of the program.
#include "protocol/ensure.hpp"
#include "protocol/kinds/draft.hpp"
#include "protocol/kinds/words.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

constexpr std::string_view colour_member = "notice_type";
constexpr std::size_t indent_columns = 4;

using schema_files = std::map<std::string, json::object, std::less<>>;
using lines = std::vector<std::string>;

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

/// A subschema and the file whose definitions it refers to.
struct piece {
    std::string file;
    const json::object* schema = nullptr;

    [[nodiscard]] const json::value* find(std::string_view name) const {
        return schema->if_contains(name);
    }
    [[nodiscard]] piece inner(const json::value& value) const { return {file, &value.as_object()}; }
    [[nodiscard]] piece referred(std::string_view reference) const;
};

using pieces = std::vector<piece>;

piece piece::referred(std::string_view reference) const {
    const auto hash = reference.find('#');
    const auto other = hash == 0 ? std::string_view{file} : reference.substr(0, hash);
    const auto found = all_schemas().find(other);
    DHOW_ENSURE(found != all_schemas().end());
    constexpr std::string_view definitions = "#/$defs/";
    const auto name = reference.substr(hash + definitions.size());
    return {found->first, &found->second.at("$defs").at(name).as_object()};
}

lines strings_of(const json::value& list) {
    lines out;
    for (const auto& each : list.as_array()) {
        out.emplace_back(each.as_string());
    }
    return out;
}

struct member {
    std::string name;
    pieces parts;  ///< All that is asked of it, wherever the schemas say it.
    bool required = false;
};

/// What an object may have, gathered from its subschemas and all that they refer to.
class shape {
public:
    shape(const pieces& parts, std::string_view colour) : x_colour{colour} {
        for (const auto& each : parts) {
            read(each);
        }
    }
    [[nodiscard]] const std::vector<member>& members() const { return x_members; }
    [[nodiscard]] const lines& notes() const { return x_notes; }
    void require(std::string_view name) { at(name).required = true; }

private:
    member& at(std::string_view name) {
        const auto found = std::ranges::find(x_members, name, &member::name);
        return found != x_members.end() ? *found
                                        : x_members.emplace_back(member{std::string{name}, {}});
    }
    void read(const piece& from) {
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
    void read_condition(const piece& from) {
        const auto* condition = from.find("if");
        if (condition == nullptr) {
            return;
        }
        const auto& asked = *condition->at("properties").as_object().begin();
        const auto& value = asked.value().as_object();
        const auto* one = value.if_contains("const");
        const auto wanted =
            one != nullptr ? lines{std::string{one->as_string()}} : strings_of(value.at("enum"));
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
    void note_required(const json::value* branch, const std::string& when) {
        const auto* names =
            branch == nullptr ? nullptr : branch->as_object().if_contains("required");
        if (names != nullptr) {
            x_notes.push_back(when + joined(strings_of(*names)));
        }
    }
    void read_choice(const piece& from, std::string_view keyword, const std::string& words) {
        const auto* choices = from.find(keyword);
        lines names;
        for (std::size_t i = 0; choices != nullptr && i < choices->as_array().size(); ++i) {
            if (const auto* needed = choices->at(i).as_object().if_contains("required")) {
                names.push_back(joined(strings_of(*needed), " and "));
            }
        }
        if (!names.empty()) {
            x_notes.push_back(words + joined(names));
        }
    }

    std::string_view x_colour;
    std::vector<member> x_members;
    lines x_notes;
};

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
    const auto found = all_schemas().find(row.name + ".json");
    if (found == all_schemas().end()) {
        return false;
    }
    const shape root{{{found->first, &found->second}}, {}};
    const auto body = std::ranges::find(root.members(), "body", &member::name);
    const shape inner{body == root.members().end() ? pieces{} : body->parts, {}};
    return std::ranges::find(inner.members(), colour_member, &member::name) !=
           inner.members().end();
}

std::string skeleton_of(const registry& data, const kind_row& row, std::string_view type) {
    const auto found = all_schemas().find(row.name + ".json");
    DHOW_ENSURE(found != all_schemas().end());
    shape root{{{found->first, &found->second}}, type};
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
