// Strict reading of JSON objects for the directory: bounds, no duplicate members, typed access.
// Way of the message: none; the directory is consulted on it.
// Pure. Any thread.
// Spec: docs/directory-format.md, RFC 8259. Tests: unit/protocol/directory_test.cpp.
// Limits: directory_bytes_max, directory_depth_max.
#include "protocol/directory_json.hpp"

#include "protocol/base64.hpp"
#include "protocol/content.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <limits>
#include <set>

namespace dhow::protocol {

namespace {

namespace json = boost::json;

// Sees every member name of a document and stops at one that its object has already. The tree that
// json::parse() builds would silently keep the last.
class duplicate_finder {
public:
    static constexpr std::size_t max_object_size = limits::directory_bytes_max;
    static constexpr std::size_t max_array_size = limits::directory_bytes_max;
    static constexpr std::size_t max_key_size = limits::directory_bytes_max;
    static constexpr std::size_t max_string_size = limits::directory_bytes_max;

    bool on_object_begin(json::error_code&) {
        x_objects.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, json::error_code&) {
        x_objects.pop_back();
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        x_key.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code& error) {
        x_key.append(part.data(), part.size());
        //= DF-2
        const bool fresh = x_objects.back().insert(std::exchange(x_key, {})).second;
        if (!fresh) {
            error = errc::duplicate_field;
        }
        return fresh;
    }
    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t, json::error_code&) { return true; }
    bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
    bool on_double(double, json::string_view, json::error_code&) { return true; }
    bool on_bool(bool, json::error_code&) { return true; }
    bool on_null(json::error_code&) { return true; }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    std::vector<std::set<std::string>> x_objects;
    std::string x_key;
};

result<void> check_syntax(std::string_view text, const json::parse_options& options) {
    json::basic_parser<duplicate_finder> parser{options};
    json::error_code error;
    const auto used = parser.write_some(false, text.data(), text.size(), error);
    if (error == errc::duplicate_field) {
        return errc::duplicate_field;
    }
    if (error || used != text.size()) {
        return errc::bad_encoding;
    }
    return {};
}

}  // namespace

result<json::object> parse_strict_object(std::string_view text) {
    //= DF-1
    if (text.size() > limits::directory_bytes_max) {
        return errc::too_long;
    }
    json::parse_options options;
    options.max_depth = limits::directory_depth_max;
    DHOW_CHECK(check_syntax(text, options));
    json::error_code error;
    auto value = json::parse(text, error, {}, options);
    if (error || !value.is_object()) {
        return errc::bad_encoding;
    }
    return std::move(value.as_object());
}

result<json_members> json_members::of(const json::value& value) {
    if (!value.is_object()) {
        return errc::bad_encoding;
    }
    return json_members{value.get_object()};
}

result<void> json_members::check_unknown(std::initializer_list<std::string_view> known) const {
    //= DF-3
    for (const auto& member : *x_object) {
        const std::string_view name{member.key().data(), member.key().size()};
        if (name.starts_with("must_") && std::ranges::find(known, name) == known.end()) {
            return errc::unknown_critical;
        }
    }
    return {};
}

result<void> json_members::check_format() const {
    DHOW_TRY(const auto format, number("format", std::numeric_limits<std::uint64_t>::max()));
    //= DF-4
    if (format != format_version) {
        return errc::unsupported_version;
    }
    return {};
}

result<const json::value*> json_members::find(std::string_view name) const {
    const auto* value = x_object->if_contains(name);
    if (value == nullptr) {
        return errc::missing_field;
    }
    return value;
}

result<std::string_view> json_members::string(std::string_view name) const {
    DHOW_TRY(const auto* value, find(name));
    if (!value->is_string()) {
        return errc::bad_encoding;
    }
    const auto& text = value->get_string();
    return std::string_view{text.data(), text.size()};
}

result<std::string> json_members::text(std::string_view name) const {
    DHOW_TRY(const auto value, string(name));
    if (value.size() > limits::short_text_bytes_max) {
        return errc::too_long;
    }
    if (value.empty() || !is_clean_text(value, false)) {
        return errc::bad_text;
    }
    return std::string{value};
}

//= DF-5
result<std::uint64_t> number_in(const json::value& value, std::uint64_t max) {
    if (!value.is_int64() && !value.is_uint64()) {
        return errc::bad_encoding;
    }
    const bool negative = value.is_int64() && value.get_int64() < 0;
    const auto found =
        value.is_uint64() ? value.get_uint64() : static_cast<std::uint64_t>(value.get_int64());
    if (negative || found > max) {
        return errc::out_of_range;
    }
    return found;
}

result<std::uint64_t> json_members::number(std::string_view name, std::uint64_t max) const {
    DHOW_TRY(const auto* value, find(name));
    return number_in(*value, max);
}

result<json_members> json_members::object(std::string_view name) const {
    DHOW_TRY(const auto* value, find(name));
    return of(*value);
}

result<bool> json_members::boolean(std::string_view name) const {
    const auto value = find(name);
    if (!value || !(*value)->is_bool()) {
        const errc why = value ? errc::bad_encoding : errc_of(value.error());
        return {boost::system::in_place_error, make_error_code(why)};
    }
    return {boost::system::in_place_value, (*value)->get_bool()};
}

result<utc_time> json_members::time(std::string_view name) const {
    DHOW_TRY(const auto text, string(name));
    const auto value = parse_utc(text);
    if (!value) {
        return errc::bad_encoding;
    }
    return *value;
}

result<std::optional<utc_time>> json_members::optional_time(std::string_view name) const {
    if (!has(name)) {
        return std::optional<utc_time>{};
    }
    DHOW_TRY(const auto value, time(name));
    return std::optional{value};
}

result<bytes> json_members::binary(std::string_view name, std::size_t max) const {
    DHOW_TRY(const auto text, string(name));
    if (text.size() / 4 * 3 > max + 2) {
        return errc::too_long;
    }
    auto value = bytes_from_base64(text);
    if (!value || value->empty()) {
        return errc::bad_encoding;
    }
    if (value->size() > max) {
        return errc::too_long;
    }
    return std::move(*value);
}

result<bureau_id> json_members::bureau(std::string_view name) const {
    DHOW_TRY(const auto text, string(name));
    const auto value = bureau_id::parse(text);
    if (!value) {
        return errc::bad_text;
    }
    return *value;
}

result<const json::array*> json_members::list(std::string_view name, std::size_t max) const {
    DHOW_TRY(const auto* value, find(name));
    if (!value->is_array()) {
        return errc::bad_encoding;
    }
    if (value->get_array().size() > max) {
        return errc::too_long;
    }
    return &value->get_array();
}

}  // namespace dhow::protocol
