// Cross-checks of a configuration that was read without errors: what does not fit together.
// Way of the message: none; at start, at reload and in `dhow config check`.
// Pure: files, certificates and the time are passed in as facts.
// Spec: docs/configuration.md#checks. Tests: unit/config/check_test.cpp.
// Limits: none; there is at most one finding for each thing and check.
#pragma once

#include "config/finding.hpp"
#include "config/model.hpp"
#include "protocol/directory.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dhow::config {

/// Validity of one certificate that the configuration names.
struct certificate_dates {
    std::string key;   ///< Where the configuration names it: `keys.link_certificate`.
    std::string path;  ///< Its file.
    protocol::utc_time not_before{}, not_after{};
};

/// A congestion control that this host's kernel does not let us use.
struct congestion_trouble {
    link_congestion which = link_congestion::kernel;
    std::string text, hint;
};

/// What the checks need to know of the world. What is absent is not checked.
struct check_facts {
    const protocol::directory* directory = nullptr;
    std::optional<protocol::utc_time> now;
    std::vector<certificate_dates> certificates;
    std::vector<congestion_trouble> congestion_troubles;  ///< Of those that links name.
};

/// Findings in the order of the configuration's sections, with positions where they are known.
std::vector<finding> check(const gateway& settings, const source_map& where,
                           const check_facts& facts);

}  // namespace dhow::config
