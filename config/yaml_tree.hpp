// One YAML text as a plain tree with line numbers; what is not needed of YAML is refused.
// Way of the message: none; first step of reading a configuration.
// Pure: text in, values out. yaml-cpp and its exceptions stay behind this header.
// Spec: docs/configuration.md#yaml. Tests: unit/config/yaml_tree_test.cpp, fuzz/config*.
// Limits: config_bytes_max, config_depth_max, config_nodes_max.
#pragma once

#include "config/finding.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::config {

struct yaml_member;

struct yaml_node {
    enum class kind : std::uint8_t { null, scalar, sequence, map };
    kind type = kind::null;
    std::string text;                  ///< Of a scalar.
    bool plain = false;                ///< Scalar without quotes.
    std::size_t line = 0;              ///< From 1.
    std::vector<yaml_node> items;      ///< Of a sequence.
    std::vector<yaml_member> members;  ///< Of a map, in the order of the file.
};

struct yaml_member {
    std::string key;
    bool plain = false;
    std::size_t line = 0;
    yaml_node value;
};

/// How messages name a kind: `nothing`, `a value`, `a list`, `a map`.
std::string_view name_of(yaml_node::kind kind);

/// Nothing when the text is no YAML, too large, too deep, not UTF-8, or has anchors, aliases, tags
/// or more than one document; then `problems` says why. A key that stands twice is a problem too;
/// its first value is kept.
std::optional<yaml_node> parse_yaml(std::string_view text, const std::string& file,
                                    std::vector<finding>& problems);

}  // namespace dhow::config
