// Reads what a configuration has many of: links, bureaus, groups, routes, agencies, assignments.
// Way of the message: none; shared by the main file and the included ones.
// Pure: tree in, model and findings out.
// Spec: docs/configuration.md. Tests: unit/config/load_test.cpp.
// Limits: config_entries_max of each.
#pragma once

#include "config/model.hpp"
#include "config/section.hpp"

namespace dhow::config {

/// `top` is the map at the top of a file. Names that stand already are reported.
void read_entries(section& top, gateway& out);

}  // namespace dhow::config
