// The texts of an evidence folder: how to verify it, and what that does not show.
// Way of the message: after it: `dhow evidence export`.
// Pure constants.
// Spec: docs/evidence.md. Tests: unit/seal/evidence_test.cpp.
// Limits: none.
#pragma once

#include <string>
#include <string_view>

namespace dhow::seal {

/// verify.sh: a fixed part, then `checks`, one call a line.
std::string evidence_script(std::string_view checks);
std::string_view evidence_readme();

}  // namespace dhow::seal
