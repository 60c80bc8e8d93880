// Reads one map of the file: known keys only, each value by its kind, every mistake reported.
// Way of the message: none; the loader's tool.
// Pure: tree in, values and findings out.
// Spec: docs/configuration.md#values. Tests: unit/config/load_test.cpp.
// Limits: config_findings_max, config_entries_max.
#pragma once

#include "config/finding.hpp"
#include "config/yaml_tree.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhow::config {

/// What all sections of one load share.
struct load_context {
    std::string file;    ///< Being read; as messages name it.
    std::string folder;  ///< Of that file; relative paths start here.
    source_map where;
    std::vector<finding> findings;

    /// `code`, `text` and `hint` as in finding.
    void report(severity grade, std::size_t line, std::string code, std::string text,
                std::string hint = "");
    /// The path with the folder before it, unless it is absolute.
    [[nodiscard]] std::string resolve(const std::string& path) const;
};

/// A kind of value: how to read it, and what to say that was expected.
template <class T>
struct value_kind {
    std::string_view expected;
    std::optional<T> (*parse)(std::string_view);
    bool is_word = false;    ///< Must be quoted where YAML 1.1 would make it a boolean or a number.
    bool is_secret = false;  ///< Messages do not repeat what was found.
};

class section {
public:
    /// `path` is where the map stands (`links.vsat`), `schema_path` its section of the schema
    /// (`links.*`). Reports unknown keys; a node that is no map is reported and read as empty.
    section(load_context& context, const yaml_node& node, std::string path,
            std::string_view schema_path);

    /// The value of a key; null when it is absent.
    [[nodiscard]] const yaml_node* find(std::string_view key) const;
    /// The same, and absence is reported.
    const yaml_node* require(std::string_view key);

    /// Reads the key into `out`, which keeps its default when the key is absent or wrong.
    template <class T>
    void value(std::string_view key, T& out, const value_kind<T>& kind) {
        if (const auto* node = find(key)) {
            if (auto read = read_value(*node, path_of(key), kind)) {
                out = std::move(*read);
            }
        }
    }
    template <class T>
    void required_value(std::string_view key, T& out, const value_kind<T>& kind) {
        if (require(key) != nullptr) {
            value(key, out, kind);
        }
    }
    /// A list; wrong items are reported and left out.
    template <class T>
    void list(std::string_view key, std::vector<T>& out, const value_kind<T>& kind) {
        each_item(key, [&](const yaml_node& item, const std::string& path) {
            append(item, path, out, kind);
        });
    }
    /// The items of a member that each_named() gave, which is a list itself.
    template <class T>
    void member_list(const yaml_node& node, const std::string& path, std::vector<T>& out,
                     const value_kind<T>& kind) {
        each_item_of(node, path, [&](const yaml_node& item, const std::string& item_path) {
            append(item, item_path, out, kind);
        });
    }
    template <class T>
    void required_list(std::string_view key, std::vector<T>& out, const value_kind<T>& kind) {
        const auto* node = require(key);
        if (node != nullptr && node->type == yaml_node::kind::sequence && node->items.empty()) {
            wrong(*node, path_of(key), "an empty list", "at least one entry");
        }
        list(key, out, kind);
    }
    void duration(std::string_view key, std::chrono::seconds& out, std::chrono::seconds min,
                  std::chrono::seconds max);
    void number(std::string_view key, std::uint64_t& out, std::uint64_t min, std::uint64_t max);

    /// A path of a file, made absolute.
    void file_path(std::string_view key, std::string& out);
    /// A reference to a secret: `file:PATH` (made absolute), `credential:NAME`, or, when `uri` is
    /// set, the URI of a token.
    enum class uri : bool { refused, allowed };
    void secret(std::string_view key, std::string& out, uri tokens);
    void secret_list(std::string_view key, std::vector<std::string>& out);

    using item_reader = std::function<void(const yaml_node& item, const std::string& path)>;
    using member_reader = std::function<void(const yaml_member& member, const std::string& path)>;
    void each_item(std::string_view key, const item_reader& read);
    /// Members of a map whose keys are names; keys that are no names are reported and left out.
    void each_named(std::string_view key, const member_reader& read);

    [[nodiscard]] std::string path_of(std::string_view key) const;
    [[nodiscard]] load_context& context() { return x_context; }
    [[nodiscard]] std::size_t line() const { return x_node.line; }

private:
    template <class T>
    void append(const yaml_node& item, const std::string& path, std::vector<T>& out,
                const value_kind<T>& kind) {
        if (auto read = read_value(item, path, kind)) {
            out.push_back(std::move(*read));
        }
    }
    void each_item_of(const yaml_node& node, const std::string& path, const item_reader& read);
    template <class T>
    std::optional<T> read_value(const yaml_node& node, const std::string& path,
                                const value_kind<T>& kind) {
        const auto found = describe(node, kind.is_secret);
        if (node.type != yaml_node::kind::scalar) {
            wrong(node, path, found, kind.expected);
            return std::nullopt;
        }
        if (kind.is_word && !is_quoted_enough(node, path)) {
            return std::nullopt;
        }
        auto read = kind.parse(node.text);
        if (!read) {
            wrong(node, path, found, kind.expected);
        }
        return read;
    }
    static std::string describe(const yaml_node& node, bool is_secret);
    void wrong(const yaml_node& node, const std::string& path, std::string_view found,
               std::string_view expected);
    bool is_quoted_enough(const yaml_node& node, const std::string& path);
    void report_unknown(const yaml_member& member, std::span<const std::string_view> known);

    load_context& x_context;
    const yaml_node& x_node;
    std::string x_path;
    std::string_view x_schema_path;
};

}  // namespace dhow::config
