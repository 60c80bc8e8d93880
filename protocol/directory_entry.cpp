// One bureau's entry of the directory: JSON to checked struct and back.
// Way of the message: consulted at seal, verify, link and route.
// Pure: certificates are bytes here; they are checked in daemon/seal. Any thread.
// Spec: docs/directory-format.md#entry. Tests: unit/protocol/directory_test.cpp.
// Limits: directory_*, certificate_bytes_max, software_version_bytes_max.
#include "protocol/base64.hpp"
#include "protocol/directory.hpp"
#include "protocol/directory_json.hpp"
#include "protocol/header.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <limits>

namespace dhow::protocol {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> status_names{"active", "retiring", "suspended",
                                                       "revoked"};
constexpr std::array<std::string_view, 4> role_names{"bureau", "hub", "general_secretariat",
                                                     "court"};
constexpr std::array<std::string_view, 4> purpose_names{"link", "sign", "encrypt", "archive"};
constexpr std::string_view address_scheme = "tls://";

template <class Enum>
result<Enum> enum_of(std::span<const std::string_view> names, const result<std::string>& text) {
    if (!text) {
        return text.error();
    }
    const auto found = std::ranges::find(names, *text);
    if (found == names.end()) {
        return errc::out_of_range;
    }
    return static_cast<Enum>(found - names.begin());
}

template <class Enum>
std::string_view name_in(std::span<const std::string_view> names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

result<std::string> text_in(const json::value& value) {
    if (!value.is_string()) {
        return errc::bad_encoding;
    }
    return std::string{value.get_string().data(), value.get_string().size()};
}

result<std::vector<message_class>> decode_classes(const json::array& list) {
    std::vector<message_class> out;
    for (const auto& value : list) {
        DHOW_TRY(const auto text, text_in(value));
        const auto cls = parse_class(text);
        if (!cls) {
            return errc::out_of_range;
        }
        if (!out.empty() && *cls <= out.back()) {
            return errc::bad_order;
        }
        out.push_back(*cls);
    }
    return out;
}

result<directory_key> decode_key(const json::value& value) {
    DHOW_TRY(const auto in, json_members::of(value));
    DHOW_CHECK(in.check_unknown({}));
    directory_key out;
    DHOW_TRY(out.purpose, enum_of<key_purpose>(purpose_names, in.text("purpose")));
    DHOW_TRY(out.id, in.hex<key_id>("id"));
    DHOW_TRY(out.certificate, in.binary("certificate", limits::certificate_bytes_max));
    DHOW_TRY(out.invalid_from, in.optional_time("invalid_from"));
    const auto current = in.boolean("current");
    if (!current) {
        return current.error();
    }
    out.current = *current;
    return out;
}

result<directory_instance> decode_instance(const json::value& value) {
    DHOW_TRY(const auto in, json_members::of(value));
    DHOW_CHECK(in.check_unknown({}));
    directory_instance out;
    DHOW_TRY(out.id, in.hex<instance_id>("id"));
    DHOW_TRY(out.link_key, in.hex<key_id>("link_key"));
    DHOW_TRY(const auto* addresses, in.list("addresses", limits::directory_addresses_max));
    for (const auto& each : *addresses) {
        DHOW_TRY(auto address, text_in(each));
        const bool clean = address.starts_with(address_scheme) &&
                           address.size() <= limits::short_text_bytes_max &&
                           std::ranges::all_of(address, [](char c) { return c > ' ' && c < 0x7F; });
        if (!clean) {
            return errc::bad_text;
        }
        out.addresses.push_back(std::move(address));
    }
    return out;
}

//= DF-8
result<void> decode_keys(const json::array& list, directory_entry& out) {
    for (const auto& value : list) {
        DHOW_TRY(auto key, decode_key(value));
        if (std::ranges::find(out.keys, key.id, &directory_key::id) != out.keys.end()) {
            return errc::duplicate_field;
        }
        out.keys.push_back(std::move(key));
    }
    return {};
}

result<void> decode_instances(const json::array& list, directory_entry& out) {
    for (const auto& value : list) {
        DHOW_TRY(auto instance, decode_instance(value));
        const auto& seen = out.instances;
        if (std::ranges::find(seen, instance.id, &directory_instance::id) != seen.end()) {
            return errc::duplicate_field;
        }
        const auto key = std::ranges::find(out.keys, instance.link_key, &directory_key::id);
        if (key == out.keys.end() || key->purpose != key_purpose::link) {
            return errc::unknown_key;
        }
        out.instances.push_back(std::move(instance));
    }
    return {};
}

// Limits above those of this format are read: a later one may allow more.
result<void> decode_limits(const json_members& entry, directory_entry& out) {
    if (!entry.has("limits")) {
        return {};
    }
    DHOW_TRY(const auto in, entry.object("limits"));
    DHOW_CHECK(in.check_unknown({}));
    if (in.has("text_bytes")) {
        DHOW_TRY(const auto bytes, in.number("text_bytes", exact_integer_max));
        if (bytes < limits::directory_text_bytes_min) {
            return errc::out_of_range;
        }
        out.text_bytes = bytes;
    }
    if (in.has("attachment_bytes")) {
        DHOW_TRY(const auto bytes, in.number("attachment_bytes", exact_integer_max));
        out.attachment_bytes = bytes;
    }
    return {};
}

result<void> decode_versions(const json_members& in, directory_entry& out) {
    if (!in.has("parcel_versions")) {
        return {};
    }
    DHOW_TRY(const auto* list, in.list("parcel_versions", limits::directory_versions_max));
    if (list->empty()) {
        return errc::out_of_range;
    }
    for (const auto& value : *list) {
        DHOW_TRY(const auto number, number_in(value, std::numeric_limits<std::uint8_t>::max()));
        const auto version = static_cast<std::uint8_t>(number);
        if (!out.parcel_versions.empty() && version <= out.parcel_versions.back()) {
            return errc::bad_order;
        }
        out.parcel_versions.push_back(version);
    }
    return {};
}

// Three decimal numbers without leading zeros, joined by dots.
bool is_software_version(std::string_view text) {
    std::size_t numbers = 0;
    while (numbers < 3) {
        const auto end = std::min(text.find('.'), text.size());
        const auto digits = text.substr(0, end);
        const bool is_number =
            !digits.empty() && digits.size() <= 5 && (digits.size() == 1 || digits[0] != '0') &&
            std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
        if (!is_number) {
            return false;
        }
        ++numbers;
        if (end == text.size()) {
            return numbers == 3;
        }
        text.remove_prefix(end + 1);
    }
    return false;
}

result<void> decode_software(const json_members& in, directory_entry& out) {
    if (!in.has("minimum_software")) {
        return {};
    }
    DHOW_TRY(out.minimum_software, in.text("minimum_software"));
    if (out.minimum_software.size() > limits::software_version_bytes_max ||
        !is_software_version(out.minimum_software)) {
        return errc::bad_text;
    }
    return {};
}

bool is_language(std::string_view text) {
    return (text.size() == 2 || text.size() == 3) &&
           std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

result<void> decode_languages(const json_members& in, directory_entry& out) {
    if (!in.has("languages")) {
        return {};
    }
    DHOW_TRY(const auto* list, in.list("languages", limits::directory_languages_max));
    for (const auto& value : *list) {
        const auto* text = value.if_string();
        if (text == nullptr || !is_language(*text)) {
            return errc::bad_text;
        }
        if (std::ranges::find(out.languages, std::string_view{*text}) != out.languages.end()) {
            return errc::duplicate_field;
        }
        out.languages.emplace_back(*text);
    }
    return {};
}

void encode_optional(const directory_entry& value, json::object& out) {
    if (value.valid_until) {
        out["valid_until"] = to_text(*value.valid_until);
    }
    json::object bounds;
    if (value.text_bytes) {
        bounds["text_bytes"] = *value.text_bytes;
    }
    if (value.attachment_bytes) {
        bounds["attachment_bytes"] = *value.attachment_bytes;
    }
    if (!bounds.empty()) {
        out["limits"] = std::move(bounds);
    }
    if (!value.parcel_versions.empty()) {
        json::array versions;
        for (const auto version : value.parcel_versions) {
            versions.emplace_back(version);
        }
        out["parcel_versions"] = std::move(versions);
    }
    if (!value.minimum_software.empty()) {
        out["minimum_software"] = value.minimum_software;
    }
    if (!value.languages.empty()) {
        json::array languages;
        for (const auto& language : value.languages) {
            languages.emplace_back(language);
        }
        out["languages"] = std::move(languages);
    }
}

json::object encode_key(const directory_key& value) {
    json::object out{{"purpose", name_in(purpose_names, value.purpose)},
                     {"id", to_hex(value.id.view())},
                     {"certificate", to_base64(value.certificate)},
                     {"current", value.current}};
    if (value.invalid_from) {
        out["invalid_from"] = to_text(*value.invalid_from);
    }
    return out;
}

json::object encode_instance(const directory_instance& value) {
    json::array addresses;
    for (const auto& address : value.addresses) {
        addresses.emplace_back(address);
    }
    return {{"id", to_hex(value.id.view())},
            {"addresses", std::move(addresses)},
            {"link_key", to_hex(value.link_key.view())}};
}

}  // namespace

bool directory_entry::reads_parcels_of(std::uint8_t version) const {
    return parcel_versions.empty() ? version == 0
                                   : std::ranges::binary_search(parcel_versions, version);
}

std::string encode_directory_entry(const directory_entry& value) {
    json::array classes;
    for (const auto cls : value.classes) {
        classes.emplace_back(to_text(cls));
    }
    json::array keys;
    for (const auto& key : value.keys) {
        keys.emplace_back(encode_key(key));
    }
    json::array instances;
    for (const auto& instance : value.instances) {
        instances.emplace_back(encode_instance(instance));
    }
    json::object out{{"format", format_version},
                     {"bureau", value.bureau.text()},
                     {"name", value.name},
                     {"role", name_in(role_names, value.role)},
                     {"status", name_in(status_names, value.status)},
                     {"classes", std::move(classes)},
                     {"suite_floor", value.suite_floor},
                     {"dictionaries", value.dictionaries}};
    if (value.invalid_from) {
        out["invalid_from"] = to_text(*value.invalid_from);
    }
    encode_optional(value, out);
    out["keys"] = std::move(keys);
    out["instances"] = std::move(instances);
    return json::serialize(out);
}

//= PF-75
result<directory_entry> decode_directory_entry(std::string_view text) {
    DHOW_TRY(const auto object, parse_strict_object(text));
    const json_members in{object};
    DHOW_CHECK(in.check_format());
    DHOW_CHECK(in.check_unknown({}));
    //= DF-7
    directory_entry out;
    DHOW_TRY(out.bureau, in.bureau("bureau"));
    DHOW_TRY(out.name, in.text("name"));
    DHOW_TRY(out.role, enum_of<bureau_role>(role_names, in.text("role")));
    DHOW_TRY(out.status, enum_of<bureau_status>(status_names, in.text("status")));
    DHOW_TRY(const auto* classes, in.list("classes", message_class_count));
    DHOW_TRY(out.classes, decode_classes(*classes));
    DHOW_TRY(const auto floor, in.number("suite_floor", std::numeric_limits<std::uint8_t>::max()));
    out.suite_floor = static_cast<std::uint8_t>(floor);
    DHOW_TRY(const auto newest,
             in.number("dictionaries", std::numeric_limits<std::uint32_t>::max()));
    out.dictionaries = static_cast<std::uint32_t>(newest);
    DHOW_TRY(out.invalid_from, in.optional_time("invalid_from"));
    DHOW_TRY(out.valid_until, in.optional_time("valid_until"));
    DHOW_CHECK(decode_limits(in, out));
    DHOW_CHECK(decode_versions(in, out));
    DHOW_CHECK(decode_software(in, out));
    DHOW_CHECK(decode_languages(in, out));
    DHOW_TRY(const auto* keys, in.list("keys", limits::directory_keys_max));
    DHOW_CHECK(decode_keys(*keys, out));
    DHOW_TRY(const auto* instances, in.list("instances", limits::directory_instances_max));
    DHOW_CHECK(decode_instances(*instances, out));
    return out;
}

}  // namespace dhow::protocol
