// What a reload would change, and whether the running daemon can follow.
// Way of the message: none; at reload.
// Pure.
// Spec: docs/configuration.md#reload. Tests: unit/config/diff_test.cpp.
// Limits: none.
#pragma once

#include "config/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dhow::config {

enum class effect : std::uint8_t {
    at_once,  ///< Takes effect with the reload.
    restart,  ///< The reload is done; this part waits for the next start.
    refused,  ///< The reload is not done: the store belongs to the old value.
};

std::string_view to_text(effect value);

struct change {
    effect when = effect::at_once;
    std::string what;  ///< The key in the file: `links.vsat`, `bureau.id`.
    std::string text;  ///< `added`, `removed`, `changed`, or `changed from A to B`.
};

/// Empty when nothing differs. In the order of the file's sections.
std::vector<change> diff(const gateway& before, const gateway& after);

bool is_refused(const std::vector<change>& changes);

}  // namespace dhow::config
