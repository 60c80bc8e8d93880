// Reads the text of a message as one JSON object, within bounds that are checked before parsing.
// Way of the message: first step of validate(), at intake and at the addressee.
// Pure. Any thread.
// Spec: docs/kinds.md#text, RFC 8259, RFC 7493. Tests: unit/kinds/document_test.cpp, fuzz/kinds*.
// Limits: text_bytes_max, kinds_depth_max, kinds_values_max.
#include "protocol/kinds/document.hpp"

#include "protocol/limits.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace dhow::kinds {

namespace {

namespace json = boost::json;
namespace limits = protocol::limits;

problem document_problem(std::string_view rule, std::string found, std::string allowed) {
    return {.pointer = "",
            .rule = std::string{rule},
            .text = std::string{rule},
            .found = std::move(found),
            .allowed = std::move(allowed)};
}

// What a text would hold, were it JSON: seen from its brackets, commas and colons outside strings.
struct outline {
    std::size_t depth = 0;
    std::size_t values = 1;
    std::size_t members = 0;
};

outline outline_of(std::string_view text) {
    outline out;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        switch (text[i]) {
            case '"':
                for (++i; i < text.size() && text[i] != '"'; ++i) {
                    i += text[i] == '\\' ? 1 : 0;
                }
                break;
            case '[':
            case '{':
                out.depth = std::max(out.depth, ++depth);
                ++out.values;
                break;
            case ']':
            case '}':
                depth -= depth > 0 ? 1 : 0;
                break;
            case ',':
                ++out.values;
                break;
            case ':':
                ++out.members;
                break;
            default:
                break;
        }
    }
    return out;
}

std::size_t count_members(const json::value& value) {
    std::size_t count = 0;
    if (const auto* object = value.if_object()) {
        count = object->size();
        for (const auto& member : *object) {
            count += count_members(member.value());
        }
    } else if (const auto* array = value.if_array()) {
        for (const auto& each : *array) {
            count += count_members(each);
        }
    }
    return count;
}

// Finds the first member that its object has already; runs only when one is known to be there.
class doubled_member {
public:
    static constexpr std::size_t max_object_size = limits::text_bytes_max;
    static constexpr std::size_t max_array_size = limits::text_bytes_max;
    static constexpr std::size_t max_key_size = limits::text_bytes_max;
    static constexpr std::size_t max_string_size = limits::text_bytes_max;

    std::string pointer;

    bool on_object_begin(json::error_code&) {
        x_open.push_back({.is_object = true});
        return true;
    }
    bool on_object_end(std::size_t, json::error_code&) { return close(); }
    bool on_array_begin(json::error_code&) {
        x_open.push_back({});
        return true;
    }
    bool on_array_end(std::size_t, json::error_code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        x_key.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code& error) {
        x_key.append(part.data(), part.size());
        auto& top = x_open.back();
        top.step = std::exchange(x_key, {});
        if (top.seen.insert(top.step).second) {
            return true;
        }
        for (const auto& each : x_open) {
            pointer = each.is_object ? pointer_to(pointer, std::string_view{each.step})
                                     : pointer_to(pointer, each.index);
        }
        error = json::error::syntax;
        return false;
    }
    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, json::error_code&) { return value(); }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, json::error_code&) { return value(); }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return value(); }
    bool on_double(double, json::string_view, json::error_code&) { return value(); }
    bool on_bool(bool, json::error_code&) { return value(); }
    bool on_null(json::error_code&) { return value(); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    struct level {
        bool is_object = false;
        std::size_t index = 0;
        std::string step;
        std::set<std::string> seen;
    };
    bool close() {
        x_open.pop_back();
        return value();
    }
    bool value() {
        if (!x_open.empty()) {
            ++x_open.back().index;
        }
        return true;
    }
    std::vector<level> x_open;
    std::string x_key;
};

std::string find_doubled(std::string_view text, const json::parse_options& options) {
    json::basic_parser<doubled_member> parser{options};
    json::error_code error;
    parser.write_some(false, text.data(), text.size(), error);
    return parser.handler().pointer;
}

}  // namespace

std::optional<json::value> parse_document(std::string_view text, problem_list& problems,
                                          json::storage_ptr storage) {
    const auto refuse = [&](std::string_view rule, std::size_t found, std::size_t allowed) {
        problems.add(document_problem(rule, std::to_string(found), std::to_string(allowed)));
        return std::nullopt;
    };
    if (text.size() > limits::text_bytes_max) {
        return refuse("R-DOC-01", text.size(), limits::text_bytes_max);
    }
    const auto seen = outline_of(text);
    if (seen.depth > limits::kinds_depth_max) {
        return refuse("R-DOC-02", seen.depth, limits::kinds_depth_max);
    }
    if (seen.values > limits::kinds_values_max) {
        return refuse("R-DOC-02", seen.values, limits::kinds_values_max);
    }
    json::parse_options options;
    options.max_depth = limits::kinds_depth_max;
    json::error_code error;
    auto value = json::parse(text, error, std::move(storage), options);
    if (error || !value.is_object()) {
        problems.add(document_problem("R-DOC-03", error ? error.message() : shown(value), "{…}"));
        return std::nullopt;
    }
    if (count_members(value) != seen.members) {
        auto one = document_problem("R-DOC-04", "", "1");
        one.pointer = find_doubled(text, options);
        problems.add(std::move(one));
        return std::nullopt;
    }
    return value;
}

bool is_document(std::string_view media_type) {
    constexpr std::string_view document = "application/json";
    const auto type = media_type.substr(0, media_type.find_first_of("; "));
    return std::ranges::equal(type, document, [](char said, char wanted) {
        return said == wanted || (said >= 'A' && said <= 'Z' && (said | 0x20) == wanted);
    });
}

}  // namespace dhow::kinds
