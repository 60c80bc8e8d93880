// What was found in a configuration: how grave, where, what, and what to do about it.
// Way of the message: none; read by an administrator at check, start and reload.
// Pure values.
// Spec: docs/configuration.md#messages. Tests: unit/config.
// Limits: config_findings_max.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::config {

/// An error keeps the configuration from being used. A warning does not. A note is information.
enum class severity : std::uint8_t { error, warning, note };

std::string_view to_text(severity value);

/// Line 0: the file as a whole, or not known.
struct position {
    std::string file;
    std::size_t line = 0;
    auto operator<=>(const position&) const = default;
};

struct finding {
    severity grade = severity::error;
    position where;
    std::string code;  ///< Stable machine name, e.g. `unknown-key`.
    std::string text;  ///< One clause: what was found, what was expected.
    std::string hint;  ///< What to do; may be empty.
};

/// `dhow.yaml:12: error: text`, and the hint indented on a line of its own.
std::string to_text(const finding& value);

bool has_errors(const std::vector<finding>& findings);

/// Where each key was read: `links.vsat`, `routes.0`, `trust.threshold` to file and line.
class source_map {
public:
    void add(const std::string& path, position where) { x_positions.insert_or_assign(path, where); }
    /// Of the path, or of the nearest that holds it; empty when nothing is known.
    [[nodiscard]] position find(std::string path) const;

private:
    std::map<std::string, position> x_positions;
};

}  // namespace dhow::config
