// Time that this process has had of a processor: what a machine with other work does not falsify.
#pragma once

#include <chrono>
#include <ctime>

namespace dhow::tests {

inline std::chrono::nanoseconds processor_time() {
    constexpr std::clock_t nanoseconds_a_tick = 1'000'000'000 / CLOCKS_PER_SEC;
    return std::chrono::nanoseconds{std::clock() * nanoseconds_a_tick};
}

}  // namespace dhow::tests
