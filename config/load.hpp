// YAML to the model: reads a file and what it includes, and lists every mistake at once.
// Way of the message: none; at start, at reload and in `dhow config check`.
// Not pure: reads files, through `file_source`. Any thread.
// Spec: docs/configuration.md. Tests: unit/config/load_test.cpp, fuzz/config*.
// Limits: config_bytes_max and the other config_* bounds.
#pragma once

#include "config/finding.hpp"
#include "config/model.hpp"
#include "protocol/errors.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::config {

struct loaded {
    gateway settings;  ///< To be used only when ok().
    source_map where;
    std::vector<finding> findings;   ///< Errors and warnings, in the order of the files.
    std::vector<std::string> files;  ///< All that were read, the main file first.
    [[nodiscard]] bool ok() const { return !has_errors(findings); }
};

/// How the loader gets at files; tests and the fuzzer bring their own.
struct file_source {
    /// The whole file, if it is a regular file of at most config_bytes_max.
    std::function<protocol::result<std::string>(const std::string& path)> read;
    /// Files that match a pattern of glob(7), sorted.
    std::function<std::vector<std::string>(const std::string& pattern)> list;
};

/// The real file system.
file_source file_system();

/// Never throws; what is wrong is in the findings.
loaded load_file(const std::string& path, const file_source& files = file_system());

}  // namespace dhow::config
