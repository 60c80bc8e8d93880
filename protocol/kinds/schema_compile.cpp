// Compiles schemas to nodes, and refuses what is outside the subset.
// Way of the message: none; runs once, while the program starts.
// Pure. Throws std::runtime_error.
// Spec: docs/decisions/0014-kinds.md. Tests: unit/kinds/schema_test.cpp.
// Limits: none; schemas are part of the program.
#include "protocol/kinds/json_types.hpp"
#include "protocol/kinds/schema.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

using named_objects = std::map<std::string, json::object, std::less<>>;
using named_lists = std::map<std::string, code_list, std::less<>>;

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error{"schema: " + what}; }

struct format_name {
    std::string_view name;
    text_format format;
    std::string_view allowed;
};
constexpr std::array formats{
    format_name{"text", text_format::lines, ""},
    format_name{"name", text_format::name, ""},
    format_name{"date", text_format::date, "YYYY-MM-DD"},
    format_name{"date-time", text_format::time, "YYYY-MM-DDThh:mm:ssZ"},
    format_name{"partial-date", text_format::partial_date, "YYYY, YYYY/MM, YYYY/MM/DD"},
    format_name{"uuid", text_format::uuid, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"},
};

std::size_t size_in(const json::value& value) { return value.to_number<std::size_t>(); }

void join(std::string& out, std::string_view more) {
    if (!more.empty()) {
        out += (out.empty() ? "" : ", ") + std::string{more};
    }
}

}  // namespace

class schema_compiler {
public:
    schema_compiler(schema_set& out, const named_objects& files, const named_lists& lists)
        : x_out{out}, x_files{files}, x_lists{lists} {}

    node_index compile_file(const std::string& id) {
        return compile_at(id, "", json::value(x_files.at(id)));
    }

private:
    // Subschemas by file and pointer: each is compiled once, also when it refers to itself.
    node_index compile_at(const std::string& file, const std::string& pointer,
                          const json::value& schema) {
        const auto key = file + "#" + pointer;
        if (const auto known = x_known.find(key); known != x_known.end()) {
            return known->second;
        }
        const auto index = static_cast<node_index>(x_out.x_nodes.size());
        x_out.x_nodes.emplace_back();
        x_known.emplace(key, index);
        if (!schema.is_object()) {
            refuse(key + ": is no object");
        }
        x_file = file;
        schema_node node;
        for (const auto& [name, value] : schema.get_object()) {
            x_file = file;
            keyword(node, name, value, pointer);
        }
        describe(node);
        x_out.x_nodes[index] = std::move(node);
        return index;
    }

    node_index child(const std::string& pointer, std::string_view step, const json::value& value) {
        const auto file = x_file;
        const auto index = compile_at(file, pointer + "/" + std::string{step}, value);
        x_file = file;
        return index;
    }

    std::vector<node_index> children(const std::string& pointer, std::string_view step,
                                     const json::value& value) {
        std::vector<node_index> out;
        for (const auto& each : value.as_array()) {
            out.push_back(
                child(pointer, std::string{step} + "/" + std::to_string(out.size()), each));
        }
        return out;
    }

    void keyword(schema_node& node, std::string_view name, const json::value& value,
                 const std::string& pointer) {
        constexpr std::array annotations{"$schema", "$id",         "$defs", "$comment",
                                         "title",   "description", "dhow"};
        if (std::ranges::find(annotations, name) != annotations.end()) {
            return;
        }
        if (!values_keyword(node, name, value) && !numbers_keyword(node, name, value) &&
            !applicator(node, name, value, pointer)) {
            refuse(x_file + "#" + pointer + ": '" + std::string{name} + "' is not in the subset");
        }
    }

    bool values_keyword(schema_node& node, std::string_view name, const json::value& value) {
        if (name == "type") {
            node.types = types_in(value);
        } else if (name == "const") {
            add_value(node, value);
        } else if (name == "enum") {
            for (const auto& each : value.as_array()) {
                add_value(node, each);
            }
        } else if (name == "pattern") {
            node.form = pattern::compile(std::string_view{value.as_string()});
            if (!node.form) {
                refuse("pattern " + std::string{value.as_string()});
            }
        } else if (name == "format") {
            const auto* found =
                std::ranges::find(formats, std::string_view{value.as_string()}, &format_name::name);
            if (found == formats.end()) {
                refuse("format " + std::string{value.as_string()});
            }
            node.format = found->format;
        } else if (name == "dhow-codes") {
            const auto found = x_lists.find(std::string_view{value.as_string()});
            if (found == x_lists.end()) {
                refuse("code list " + std::string{value.as_string()});
            }
            node.codes = &found->second;
        } else if (name == "dhow-rule") {
            node.rule = std::string{value.as_string()};
        } else {
            return false;
        }
        return true;
    }

    static bool numbers_keyword(schema_node& node, std::string_view name,
                                const json::value& value) {
        if (name == "minLength") {
            node.length_min = size_in(value);
        } else if (name == "maxLength") {
            node.length_max = size_in(value);
        } else if (name == "minItems") {
            node.items_min = size_in(value);
        } else if (name == "maxItems") {
            node.items_max = size_in(value);
        } else if (name == "uniqueItems") {
            node.unique = value.as_bool();
        } else if (name == "minimum") {
            node.minimum = value.to_number<double>();
        } else if (name == "maximum") {
            node.maximum = value.to_number<double>();
        } else {
            return false;
        }
        return true;
    }

    bool applicator(schema_node& node, std::string_view name, const json::value& value,
                    const std::string& pointer) {
        if (name == "properties") {
            node.declares = true;
            for (const auto& [member, schema] : value.as_object()) {
                const auto step = "properties/" + std::string{member};
                property(node, member).node = child(pointer, step, schema);
            }
        } else if (name == "required") {
            for (const auto& member : value.as_array()) {
                property(node, std::string_view{member.as_string()}).required = true;
            }
        } else if (name == "items") {
            node.items = child(pointer, name, value);
        } else if (name == "allOf") {
            const auto more = children(pointer, name, value);
            node.all_of.insert(node.all_of.end(), more.begin(), more.end());
        } else if (name == "anyOf") {
            node.any_of = children(pointer, name, value);
        } else if (name == "oneOf") {
            node.one_of = children(pointer, name, value);
        } else if (name == "not") {
            node.never = child(pointer, name, value);
        } else if (name == "if") {
            node.condition = child(pointer, name, value);
        } else if (name == "then") {
            node.then = child(pointer, name, value);
        } else if (name == "else") {
            node.otherwise = child(pointer, name, value);
        } else if (name == "$ref") {
            node.all_of.push_back(reference(std::string{value.as_string()}));
        } else {
            return false;
        }
        return true;
    }

    // `FILE#/$defs/NAME` or `#/$defs/NAME`.
    node_index reference(const std::string& text) {
        const auto here = x_file;
        const auto hash = text.find('#');
        const auto file = hash == 0 ? here : text.substr(0, hash);
        const std::string_view begin = "/$defs/";
        const auto pointer = hash == std::string::npos ? std::string{} : text.substr(hash + 1);
        const auto found = x_files.find(file);
        if (found == x_files.end() || !pointer.starts_with(begin)) {
            refuse("reference " + text);
        }
        const auto& defs = found->second.at("$defs").as_object();
        const auto* schema = defs.if_contains(pointer.substr(begin.size()));
        if (schema == nullptr) {
            refuse("reference " + text);
        }
        const auto index = compile_at(file, pointer, *schema);
        x_file = here;
        return index;
    }

    static schema_node::property& property(schema_node& node, std::string_view name) {
        const auto found = std::ranges::find(node.properties, name, &schema_node::property::name);
        if (found != node.properties.end()) {
            return *found;
        }
        node.properties.push_back({.name = std::string{name}});
        return node.properties.back();
    }

    // Numbers would compare as JSON Schema wants only with more care; no schema needs them.
    static void add_value(schema_node& node, const json::value& value) {
        if (!value.is_string() && !value.is_bool() && !value.is_null()) {
            refuse("a const or enum of another type than text, boolean or null");
        }
        node.values.push_back(value);
    }

    static std::uint8_t types_in(const json::value& value) {
        const auto one = [](const json::value& name) {
            const auto type = type_named(std::string_view{name.as_string()});
            if (type == 0) {
                refuse("type " + std::string{name.as_string()});
            }
            return type;
        };
        if (value.is_string()) {
            return one(value);
        }
        std::uint8_t out = 0;
        for (const auto& each : value.as_array()) {
            out = static_cast<std::uint8_t>(out | one(each));
        }
        return out;
    }

    void describe(schema_node& node) const {
        if (node.unique && node.items_max == schema_node::unlimited) {
            refuse("uniqueItems without maxItems: comparing them would have no bound");
        }
        if (node.format == text_format::any && (node.types & type_named("string")) != 0) {
            node.format = text_format::line;
        }
        auto& out = node.allowed;
        for (const auto& value : node.values) {
            join(out, shown(value));
        }
        if (node.codes != nullptr) {
            join(out, node.codes->allowed());
        } else if (node.form) {
            join(out, node.form->source());
        }
        const auto* format = std::ranges::find(formats, node.format, &format_name::format);
        join(out, format == formats.end() ? "" : format->allowed);
        if (out.empty()) {
            for (const auto& property : node.properties) {
                join(out, property.required ? property.name : "");
            }
        }
        for (const auto* group : {&node.all_of, &node.any_of, &node.one_of}) {
            for (const auto index : *group) {
                join(out, x_out.x_nodes[index].allowed);
            }
        }
        if (out.empty()) {
            out = names_of_types(node.types);
        }
    }

    schema_set& x_out;
    const named_objects& x_files;
    const named_lists& x_lists;
    std::map<std::string, node_index> x_known;
    std::string x_file;
};

schema_set::schema_set(const named_objects& files, const named_lists& lists) {
    schema_compiler compiler{*this, files, lists};
    for (const auto& [id, file] : files) {
        x_roots.emplace(id, compiler.compile_file(id));
    }
}

std::vector<std::string> schema_set::rules() const {
    std::set<std::string> out;
    for (const auto& node : x_nodes) {
        out.insert(node.rule);
    }
    out.erase("");
    return {out.begin(), out.end()};
}

}  // namespace dhow::kinds
