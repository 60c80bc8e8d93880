// Reads the entries of `links`: peer, mode, cost, windows, quota.
// Way of the message: none; shared by the main file and the included ones.
// Pure: tree in, model and findings out.
// Spec: docs/configuration.md#bearers. Tests: unit/config/link_entries_test.cpp.
// Limits: config_entries_max links, link_windows_max windows of each.
#pragma once

#include "config/model.hpp"
#include "config/section.hpp"

namespace dhow::config {

/// `top` is the map at the top of a file. Names that stand already are reported.
void read_links(section& top, gateway& out);

}  // namespace dhow::config
