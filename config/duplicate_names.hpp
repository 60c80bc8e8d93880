// A name that stands twice, in one file or in two.
// Way of the message: none; a tool of those who read entries with names.
// Pure.
// Spec: docs/configuration.md#include. Tests: unit/config/load_test.cpp.
// Limits: none.
#pragma once

#include "config/section.hpp"

namespace dhow::config {

/// Reports and returns true when the path was read before, from this file or another.
bool stands_already(load_context& context, const yaml_member& member, const std::string& path,
                    bool is_known);

}  // namespace dhow::config
