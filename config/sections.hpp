// Reads the sections of a configuration, in the main file and in the included ones.
// Way of the message: none; the loader's second step.
// Pure: tree in, model and findings out.
// Spec: docs/configuration.md. Tests: unit/config/load_test.cpp.
// Limits: config_entries_max.
#pragma once

#include "config/model.hpp"
#include "config/section.hpp"

#include <string>
#include <vector>

namespace dhow::config {

/// What holds when a file says nothing.
gateway defaults();

/// Everything of the main file. Returns the patterns under `include`, made absolute.
std::vector<std::string> read_main(load_context& context, const yaml_node& root, gateway& out);

/// What an included file may hold (links, bureaus, groups, routes, agencies, assignments), added.
void read_included(load_context& context, const yaml_node& root, gateway& out);

}  // namespace dhow::config
