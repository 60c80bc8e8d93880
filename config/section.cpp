// Reads values of one map and words the messages.
// Way of the message: see section.hpp.
// Pure.
// Spec: docs/configuration.md#values. Tests: unit/config/load_test.cpp.
// Limits: config_entries_max, short_text_bytes_max.
#include "config/section.hpp"

#include "config/nearest.hpp"
#include "config/schema.hpp"
#include "config/units.hpp"
#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <filesystem>
#include <span>

namespace dhow::config {

namespace {

constexpr std::string_view file_scheme = "file:";
constexpr std::string_view credential_scheme = "credential:";

std::optional<std::string> parse_path(std::string_view text) {
    const bool fits = !text.empty() && text.size() <= protocol::limits::short_text_bytes_max;
    return fits && text.find('\n') == std::string_view::npos ? std::optional(std::string(text))
                                                             : std::nullopt;
}

bool is_credential_name(std::string_view text) {
    return !text.empty() && text.front() != '.' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_';
           });
}

/// A scheme of at least two letters, so that a slip such as `a:b` is not taken for one.
bool is_uri(std::string_view text) {
    const auto colon = text.find(':');
    return colon != std::string_view::npos && colon >= 2 && colon + 1 < text.size() &&
           std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
           });
}

std::optional<std::string> parse_secret(std::string_view text) {
    const bool is_file = text.starts_with(file_scheme) && text.size() > file_scheme.size();
    const bool is_credential = text.starts_with(credential_scheme) &&
                               is_credential_name(text.substr(credential_scheme.size()));
    return (is_file || is_credential) && parse_path(text) ? std::optional(std::string(text))
                                                          : std::nullopt;
}

std::optional<std::string> parse_key(std::string_view text) {
    const bool own_scheme = text.starts_with(file_scheme) || text.starts_with(credential_scheme);
    return own_scheme || !is_uri(text) || !parse_path(text) ? parse_secret(text)
                                                            : std::optional(std::string(text));
}

constexpr value_kind<std::string> path_kind{"a path", parse_path};
constexpr value_kind<std::string> secret_kind{
    "a reference, `file:PATH` or `credential:NAME`; never the secret itself", parse_secret, false,
    true};
constexpr value_kind<std::string> key_kind{
    "a reference, `file:PATH`, `credential:NAME` or the URI of a token (`pkcs11:…`); never the "
    "key itself",
    parse_key, false, true};
constexpr value_kind<std::chrono::seconds> duration_kind{
    "a duration with a unit, such as 10m, 24h or 30d", parse_duration};
constexpr value_kind<std::uint64_t> number_kind{"a whole number", parse_number};

std::string resolve_reference(const load_context& context, const std::string& reference) {
    if (!reference.starts_with(file_scheme)) {
        return reference;
    }
    return std::string(file_scheme) + context.resolve(reference.substr(file_scheme.size()));
}

}  // namespace

void load_context::report(severity grade, std::size_t line, std::string code, std::string text,
                          std::string hint) {
    findings.push_back({grade, {file, line}, std::move(code), std::move(text), std::move(hint)});
}

std::string load_context::resolve(const std::string& path) const {
    return (std::filesystem::path(folder) / path).lexically_normal().string();
}

section::section(load_context& context, const yaml_node& node, std::string path,
                 std::string_view schema_path)
    : x_context(context), x_node(node), x_path(std::move(path)), x_schema_path(schema_path) {
    if (node.type != yaml_node::kind::map) {
        wrong(node, x_path, describe(node, false), "a map of keys and values");
        return;
    }
    x_context.where.add(x_path, {x_context.file, node.line});
    const auto known = keys_of(schema_path);
    for (const auto& member : node.members) {
        if (std::find(known.begin(), known.end(), member.key) == known.end()) {
            report_unknown(member, known);
        } else {
            x_context.where.add(path_of(member.key), {x_context.file, member.line});
        }
    }
}

void section::report_unknown(const yaml_member& member, std::span<const std::string_view> known) {
    const auto near = nearest(member.key, known);
    std::string hint;
    if (!near.empty()) {
        hint = "Did you mean `" + std::string(near) + "`?";
    } else {
        hint = "Known here:";
        for (const auto key : known) {
            hint += ' ' + std::string(key);
        }
    }
    x_context.report(severity::error, member.line, "unknown-key",
                     "unknown key `" + path_of(member.key.substr(0, 64)) + '`', std::move(hint));
}

std::string section::path_of(std::string_view key) const {
    return x_path.empty() ? std::string(key) : x_path + '.' + std::string(key);
}

const yaml_node* section::find(std::string_view key) const {
    const auto known = keys_of(x_schema_path);
    DHOW_ENSURE(std::find(known.begin(), known.end(), key) != known.end());
    const auto found = std::find_if(x_node.members.begin(), x_node.members.end(),
                                    [&](const yaml_member& one) { return one.key == key; });
    return found == x_node.members.end() ? nullptr : &found->value;
}

const yaml_node* section::require(std::string_view key) {
    const auto* node = find(key);
    if (node == nullptr) {
        x_context.report(severity::error, x_node.line, "missing-key",
                         "the key `" + path_of(key) + "` is missing",
                         "Add it; the manual page dhow.yaml(5) describes it.");
    }
    return node;
}

std::string section::describe(const yaml_node& node, bool is_secret) {
    if (node.type != yaml_node::kind::scalar) {
        return std::string(name_of(node.type));
    }
    if (is_secret) {
        return "something else";
    }
    constexpr std::size_t shown_bytes_max = 60;
    if (node.text.size() <= shown_bytes_max) {
        return '`' + node.text + '`';
    }
    std::size_t cut = shown_bytes_max;  // not within a UTF-8 character
    while (cut > 0 && (static_cast<unsigned char>(node.text[cut]) & 0xc0) == 0x80) {
        --cut;
    }
    return '`' + node.text.substr(0, cut) + "…`";
}

void section::wrong(const yaml_node& node, const std::string& path, std::string_view found,
                    std::string_view expected) {
    x_context.report(severity::error, node.line, "wrong-value",
                     (path.empty() ? std::string() : path + ": ") + "found " + std::string(found) +
                         ", expected " + std::string(expected));
}

bool section::is_quoted_enough(const yaml_node& node, const std::string& path) {
    if (!node.plain) {
        return true;
    }
    const std::string advice = "Write \"" + node.text + "\".";
    if (is_yaml11_word(node.text)) {
        x_context.report(
            severity::error, node.line, "unquoted-word",
            path + ": `" + node.text + "` without quotes is a boolean or null to YAML 1.1 programs",
            node.text == "NO" ? "Write \"NO\" for Norway." : advice);
        return false;
    }
    if (parse_number(node.text)) {
        x_context.report(severity::warning, node.line, "unquoted-number",
                         path + ": `" + node.text +
                             "` without quotes is a number to other programs that read this file",
                         advice);
    }
    return true;
}

void section::duration(std::string_view key, std::chrono::seconds& out, std::chrono::seconds min,
                       std::chrono::seconds max) {
    std::chrono::seconds read = out;
    value(key, read, duration_kind);
    if (read >= min && read <= max) {
        out = read;
        return;
    }
    const auto* node = find(key);
    wrong(*node, path_of(key), describe(*node, false),
          duration_text(min) + " to " + duration_text(max));
}

void section::number(std::string_view key, std::uint64_t& out, std::uint64_t min,
                     std::uint64_t max) {
    std::uint64_t read = out;
    value(key, read, number_kind);
    if (read >= min && read <= max) {
        out = read;
        return;
    }
    const auto* node = find(key);
    wrong(*node, path_of(key), describe(*node, false),
          "a number from " + std::to_string(min) + " to " + std::to_string(max));
}

void section::file_path(std::string_view key, std::string& out) {
    std::string read;
    value(key, read, path_kind);
    if (!read.empty()) {
        out = x_context.resolve(read);
    }
}

void section::secret(std::string_view key, std::string& out, uri tokens) {
    std::string read;
    value(key, read, tokens == uri::allowed ? key_kind : secret_kind);
    if (!read.empty()) {
        out = resolve_reference(x_context, read);
    }
}

void section::secret_list(std::string_view key, std::vector<std::string>& out) {
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    list(key, out, key_kind);
    std::transform(out.begin() + first, out.end(), out.begin() + first,
                   [&](const std::string& one) { return resolve_reference(x_context, one); });
}

void section::each_item(std::string_view key, const item_reader& read) {
    if (const auto* node = find(key)) {
        each_item_of(*node, path_of(key), read);
    }
}

void section::each_item_of(const yaml_node& node, const std::string& path,
                           const item_reader& read) {
    if (node.type != yaml_node::kind::sequence) {
        wrong(node, path, describe(node, false), "a list, such as [a, b]");
        return;
    }
    if (node.items.size() > protocol::limits::config_entries_max) {
        wrong(node, path, std::to_string(node.items.size()) + " entries",
              "at most " + std::to_string(protocol::limits::config_entries_max));
        return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        read(node.items[i], path + '.' + std::to_string(i));
    }
}

void section::each_named(std::string_view key, const member_reader& read) {
    const auto* node = find(key);
    if (node == nullptr) {
        return;
    }
    if (node->type != yaml_node::kind::map) {
        wrong(*node, path_of(key), describe(*node, false), "a map of names and values");
        return;
    }
    if (node->members.size() > protocol::limits::config_entries_max) {
        wrong(*node, path_of(key), std::to_string(node->members.size()) + " entries",
              "at most " + std::to_string(protocol::limits::config_entries_max));
        return;
    }
    for (const auto& member : node->members) {
        yaml_node name;
        name.type = yaml_node::kind::scalar;
        name.text = member.key;
        name.plain = member.plain;
        name.line = member.line;
        if (!is_name(member.key)) {
            wrong(name, path_of(key), describe(name, false),
                  "a name of letters, digits, - and _, at most 64 characters");
        } else if (is_quoted_enough(name, path_of(key))) {
            read(member, path_of(key) + '.' + member.key);
        }
    }
}

}  // namespace dhow::config
