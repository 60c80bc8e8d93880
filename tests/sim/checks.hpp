// What must hold after healing, read from the stores themselves.
// Way of the message: beside it.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: none.
#pragma once

#include "tests/sim/people.hpp"

namespace dhow::sim {

struct findings {
    std::vector<std::string> problems;  ///< Empty: all holds.
    /// What is wrong, but known and not mended yet: docs/simulator.md#known.
    std::vector<std::string> known;
};

/// Every message that an origin ever had on disk has one outcome at each recipient, delivery or
/// notice, and the origin knows the true one; no inbox holds anything else.
findings check_outcomes(const ledger& book, const std::vector<node*>& nodes);
/// What is opened is what was submitted, text and attachments byte for byte. Advances the clock
/// while it reads.
findings check_contents(const people& everyone, const ledger& book, const std::vector<node*>& nodes,
                        clockwork& clock);

}  // namespace dhow::sim
