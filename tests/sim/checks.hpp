// What must hold after healing, read from the stores themselves.
// Way of the message: beside it.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: none.
#pragma once

#include "tests/sim/people.hpp"

namespace dhow::sim {

/// Each accepted message is in each recipient's inbox once and complete, nothing else is there, and
/// the origin knows it. Empty: all holds.
std::vector<std::string> check_deliveries(const people& everyone, const std::vector<node*>& nodes);
/// What is opened is what was submitted, byte for byte. Advances the clock while it reads.
std::vector<std::string> check_contents(const people& everyone, const std::vector<node*>& nodes,
                                        clockwork& clock);

}  // namespace dhow::sim
