// Reads `answers`: how long other bureaus may take, and what follows when they take longer.
// Way of the message: none; read once and at each reload.
// Pure.
// Spec: docs/configuration.md#answers. Tests: unit/config/answers_test.cpp.
// Limits: config_entries_max rules, paper_warnings_max, time_to_live_max.
#pragma once

#include "config/model.hpp"
#include "config/section.hpp"

namespace dhow::config {

void read_answers(load_context& context, const yaml_node& node, gateway& out);

}  // namespace dhow::config
