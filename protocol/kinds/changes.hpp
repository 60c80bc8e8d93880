// What a federation changes of the data files: times, classes, rights, numbers and code lists.
// Way of the message: none; read once, while a program starts.
// Pure. Throws nothing.
// Spec: docs/kinds.md#changes, RFC 7396. Tests: unit/kinds/changes_test.cpp.
// Limits: those of a text (text_bytes_max, kinds_depth_max, kinds_values_max); `least` and `most`
// of each number; time_to_live_max.
#pragma once

#include "protocol/kinds/registry.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dhow::kinds {

/// A merge patch for the data file of this name: `policy.json`, `codes/offences.json`,
/// `kinds/hit.request.json`. Comments as in drafts.
struct data_change {
    std::string name;
    std::string text;
    bool operator==(const data_change&) const = default;
};

struct changed_data {
    std::unique_ptr<const registry> made;  ///< nullptr: there is trouble.
    std::vector<std::string> troubles;     ///< `policy.json: …`, of each file the first.
};

/// The data inside the program with these changes. Only what is no invariant of the code can be
/// changed: of the policy its numbers, of a list its codes and where they are from, of a kind who
/// may send it to whom, class, expiry, clocks and how long it is kept.
changed_data changed(std::span<const data_change> changes);

}  // namespace dhow::kinds
