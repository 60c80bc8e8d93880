// Folder `kinds.d` beside the configuration: what a federation changes of the data about kinds.
// Way of the message: none; before a configuration is read, which names kinds and codes.
// Not pure: reads files; what is in force belongs to the whole program.
// Spec: docs/kinds.md#changes. Tests: unit/config/kinds_folder_test.cpp.
// Limits: config_files_max, config_bytes_max, config_findings_max.
#pragma once

#include "config/finding.hpp"
#include "protocol/kinds/changes.hpp"

#include <string>
#include <vector>

namespace dhow::config {

struct kinds_folder {
    std::vector<kinds::data_change> changes;  ///< By name; none when there is no such folder.
    std::vector<finding> findings;            ///< Errors: nothing of the folder can be used.
};

/// What the folder beside this configuration file says now. Never throws.
kinds_folder read_kinds_folder(const std::string& config_file);

/// The same, and puts it in force if there are no findings. Without folder the data inside the
/// program are in force. See kinds::registry::put_in_force for when.
kinds_folder use_kinds_folder(const std::string& config_file);

}  // namespace dhow::config
