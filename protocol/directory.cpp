// The directory as a whole: head, root, the checks between head and entries, and look-ups.
// Way of the message: consulted at seal, verify, link and route.
// Pure: JSON to checked structs; signatures are checked in daemon/seal. Any thread.
// Spec: docs/directory-format.md. Tests: unit/protocol/directory_test.cpp, vectors/directory.json.
// Limits: directory_bytes_max, recipients_max entries, root_keys_max.
#include "protocol/directory.hpp"

#include "protocol/base64.hpp"
#include "protocol/bytes.hpp"
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

constexpr std::uint64_t version_max = std::numeric_limits<std::uint32_t>::max();

result<std::uint32_t> small_number(const json_members& in, std::string_view name, std::uint64_t min,
                                   std::uint64_t max) {
    DHOW_TRY(const auto value, in.number(name, max));
    if (value < min) {
        return errc::out_of_range;
    }
    return static_cast<std::uint32_t>(value);
}

result<std::vector<directory_root::key>> decode_root_keys(const json::array& list) {
    std::vector<directory_root::key> out;
    for (const auto& value : list) {
        DHOW_TRY(const auto in, json_members::of(value));
        DHOW_CHECK(in.check_unknown({}));
        directory_root::key key;
        DHOW_TRY(key.id, in.hex<key_id>("id"));
        DHOW_TRY(key.certificate, in.binary("certificate", limits::certificate_bytes_max));
        if (std::ranges::find(out, key.id, &directory_root::key::id) != out.end()) {
            return errc::duplicate_field;
        }
        out.push_back(std::move(key));
    }
    return out;
}

json::array encode_root_keys(const std::vector<directory_root::key>& keys) {
    json::array out;
    for (const auto& key : keys) {
        out.push_back(json::object{{"id", to_hex(key.id.view())},
                                   {"certificate", to_base64(key.certificate)}});
    }
    return out;
}

// Key ids name one key of one bureau in the whole directory.
result<void> check_key_ids(const std::vector<directory_entry>& entries) {
    std::vector<key_id> ids;
    for (const auto& entry : entries) {
        for (const auto& key : entry.keys) {
            ids.push_back(key.id);
        }
    }
    std::ranges::sort(ids);
    if (std::ranges::adjacent_find(ids) != ids.end()) {
        return errc::duplicate_field;
    }
    return {};
}

}  // namespace

const directory_entry* directory::find(bureau_id bureau) const {
    const auto found = std::ranges::lower_bound(entries, bureau, {}, &directory_entry::bureau);
    return found != entries.end() && found->bureau == bureau ? &*found : nullptr;
}

//= DF-11
utc_time directory::stale_after(bureau_id bureau) const {
    const auto* entry = find(bureau);
    const bool has_own = entry != nullptr && entry->valid_until;
    return has_own ? std::min(head.stale_after, *entry->valid_until) : head.stale_after;
}

std::optional<directory::found_key> directory::find_key(const key_id& id) const {
    for (const auto& entry : entries) {
        const auto found = std::ranges::find(entry.keys, id, &directory_key::id);
        if (found != entry.keys.end()) {
            return found_key{&entry, &*found};
        }
    }
    return std::nullopt;
}

//= DF-12
const directory_key* directory::current_key(bureau_id bureau, key_purpose purpose) const {
    const auto* entry = find(bureau);
    if (entry == nullptr) {
        return nullptr;
    }
    const auto found = std::ranges::find_if(entry->keys, [purpose](const directory_key& key) {
        return key.purpose == purpose && key.current && !key.invalid_from;
    });
    return found != entry->keys.end() ? &*found : nullptr;
}

std::string encode_directory_head(const directory_head& value) {
    json::array entries;
    for (const auto& entry : value.entries) {
        entries.emplace_back(to_hex(entry.view()));
    }
    return json::serialize(json::object{{"format", format_version},
                                        {"federation", value.federation},
                                        {"root_version", value.root_version},
                                        {"serial", value.serial},
                                        {"issued", to_text(value.issued)},
                                        {"stale_after", to_text(value.stale_after)},
                                        {"hard_after", to_text(value.hard_after)},
                                        {"previous_head", to_hex(value.previous_head.view())},
                                        {"threshold", value.threshold},
                                        {"entries", std::move(entries)}});
}

result<directory_head> decode_directory_head(std::string_view text) {
    DHOW_TRY(const auto object, parse_strict_object(text));
    const json_members in{object};
    DHOW_CHECK(in.check_format());
    DHOW_CHECK(in.check_unknown({}));
    //= DF-17
    directory_head out;
    DHOW_TRY(out.federation, in.text("federation"));
    DHOW_TRY(out.root_version, small_number(in, "root_version", 1, version_max));
    DHOW_TRY(out.serial, in.number("serial", exact_integer_max));
    DHOW_TRY(out.issued, in.time("issued"));
    DHOW_TRY(out.stale_after, in.time("stale_after"));
    DHOW_TRY(out.hard_after, in.time("hard_after"));
    if (out.issued > out.stale_after || out.stale_after > out.hard_after) {
        return errc::bad_order;
    }
    DHOW_TRY(out.previous_head, in.hex<digest>("previous_head"));
    DHOW_TRY(out.threshold, small_number(in, "threshold", 1, limits::root_keys_max));
    DHOW_TRY(const auto* entries, in.list("entries", limits::recipients_max));
    for (const auto& entry : *entries) {
        if (!entry.is_string()) {
            return errc::bad_encoding;
        }
        const auto& hex = entry.get_string();
        DHOW_TRY(const auto value, fixed_from_hex<digest>({hex.data(), hex.size()}));
        out.entries.push_back(value);
    }
    return out;
}

result<directory> assemble_directory(std::string_view head_json,
                                     std::span<const std::string> entries_json,
                                     const hasher& hash) {
    directory out;
    DHOW_TRY(out.head, decode_directory_head(head_json));
    out.head_digest = hash.sha256({as_bytes(head_json)});
    //= DF-18
    if (entries_json.size() != out.head.entries.size()) {
        return errc::missing_field;
    }
    for (std::size_t i = 0; i < entries_json.size(); ++i) {
        if (hash.sha256({as_bytes(entries_json[i])}) != out.head.entries[i]) {
            return errc::bad_digest;
        }
        DHOW_TRY(auto entry, decode_directory_entry(entries_json[i]));
        if (!out.entries.empty() && entry.bureau <= out.entries.back().bureau) {
            return entry.bureau == out.entries.back().bureau ? errc::duplicate_field
                                                             : errc::bad_order;
        }
        out.entries.push_back(std::move(entry));
    }
    DHOW_CHECK(check_key_ids(out.entries));
    return out;
}

std::string encode_directory_root(const directory_root& value) {
    return json::serialize(json::object{{"format", format_version},
                                        {"federation", value.federation},
                                        {"version", value.version},
                                        {"root_threshold", value.root_threshold},
                                        {"root_keys", encode_root_keys(value.root_keys)},
                                        {"head_threshold", value.head_threshold},
                                        {"head_keys", encode_root_keys(value.head_keys)},
                                        {"previous_root", to_hex(value.previous_root.view())}});
}

result<directory_root> decode_directory_root(std::string_view text) {
    DHOW_TRY(const auto object, parse_strict_object(text));
    const json_members in{object};
    DHOW_CHECK(in.check_format());
    DHOW_CHECK(in.check_unknown({}));
    //= DF-23
    directory_root out;
    DHOW_TRY(out.federation, in.text("federation"));
    DHOW_TRY(out.version, small_number(in, "version", 1, version_max));
    DHOW_TRY(const auto* root_keys, in.list("root_keys", limits::root_keys_max));
    DHOW_TRY(out.root_keys, decode_root_keys(*root_keys));
    DHOW_TRY(out.root_threshold, small_number(in, "root_threshold", 1, out.root_keys.size()));
    DHOW_TRY(const auto* head_keys, in.list("head_keys", limits::root_keys_max));
    DHOW_TRY(out.head_keys, decode_root_keys(*head_keys));
    DHOW_TRY(out.head_threshold, small_number(in, "head_threshold", 1, out.head_keys.size()));
    DHOW_TRY(out.previous_root, in.hex<digest>("previous_root"));
    return out;
}

result<void> check_root_succession(const directory_root& current, const digest& current_digest,
                                   const directory_root& next) {
    //= DF-24
    if (next.federation != current.federation) {
        return errc::not_allowed;
    }
    if (next.version != static_cast<std::uint64_t>(current.version) + 1) {
        return errc::bad_order;
    }
    if (next.previous_root != current_digest) {
        return errc::bad_digest;
    }
    return {};
}

}  // namespace dhow::protocol
