// The seed of a test run: DHOW_SEED if set, else drawn once per process; unit/main.cpp prints it.
// Way of the message: none; support of all test programs.
// Not pure: reads the environment and, once, the system's random source. Any thread.
// Spec: docs/style.md. Tests: every test that draws random input starts from it.
// Limits: none.
#pragma once

#include <cstdint>

namespace dhow::tests {

// The same number for the whole process. Throws std::invalid_argument if DHOW_SEED is no number.
std::uint64_t seed();

}  // namespace dhow::tests
