// A message and its events at every node, for whoever reads a report.
// Way of the message: beside it.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: none.
#pragma once

#include "tests/sim/ledger.hpp"

namespace dhow::sim {

/// Lines that begin with a line break; empty when nobody has it.
std::string where_is(const known_message& one, const std::vector<node*>& nodes);

}  // namespace dhow::sim
