// Findings as text, and the look-up of positions.
// Way of the message: see finding.hpp.
// Pure.
// Spec: docs/configuration.md#messages. Tests: unit/config/load_test.cpp.
// Limits: none.
#include "config/finding.hpp"

#include <algorithm>

namespace dhow::config {

std::string_view to_text(severity value) {
    switch (value) {
        case severity::error:
            return "error";
        case severity::warning:
            return "warning";
        case severity::note:
            break;
    }
    return "note";
}

std::string to_text(const finding& value) {
    std::string out = value.where.file;
    if (value.where.line > 0) {
        out += ':' + std::to_string(value.where.line);
    }
    if (!out.empty()) {
        out += ": ";
    }
    out += std::string(to_text(value.grade)) + ": " + value.text;
    if (!value.hint.empty()) {
        out += "\n    " + value.hint;
    }
    return out;
}

bool has_errors(const std::vector<finding>& findings) {
    return std::any_of(findings.begin(), findings.end(),
                       [](const finding& one) { return one.grade == severity::error; });
}

position source_map::find(std::string path) const {
    for (;;) {
        if (const auto found = x_positions.find(path); found != x_positions.end()) {
            return found->second;
        }
        const auto dot = path.rfind('.');
        if (dot == std::string::npos) {
            break;
        }
        path.resize(dot);
    }
    const auto top = x_positions.find("");
    return top == x_positions.end() ? position{} : position{top->second.file, 0};
}

}  // namespace dhow::config
