// What a gateway knows of the record that a hit is about, and of who was asked about it.
// Way of the message: store -> daemon/route/record_look -> [record_facts] -> the rules of hits.
// Pure values. Any thread.
// Spec: docs/decisions/0022-record-facts.md. Tests: unit/kinds/examples_test.cpp,
// unit/route/record_look_test.cpp.
// Limits: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dhow::kinds {

/// What is not known is absent, and nothing is concluded from that.
struct record_facts {
    /// False: somebody has looked where it would have to be. A gateway never says that: most
    /// records are in other systems.
    std::optional<bool> known;
    bool tombstoned = false;             ///< Withdrawn or cancelled.
    std::string owner;                   ///< Empty: not known.
    std::vector<std::string> delegates;  ///< Who else may answer: units that were asked too.
    std::uint64_t requests = 0;          ///< Number of this finder's last request that is known.
    bool requests_are_all = true;        ///< Else there may have been later ones.
};

}  // namespace dhow::kinds
