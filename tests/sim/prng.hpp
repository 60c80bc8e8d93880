// Random numbers that are the same on every machine: xoshiro256** seeded by splitmix64.
// Way of the message: every choice of the simulator is drawn here.
// Pure.
// Spec: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators" (2021).
// Tests: sim. Limits: not for keys.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace dhow::sim {

class prng {
public:
    explicit prng(std::uint64_t seed) {
        for (auto& word : x_state) {
            seed += 0x9e3779b97f4a7c15ULL;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
            z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
            word = z ^ (z >> 31U);
        }
    }
    std::uint64_t next() {
        const std::uint64_t out = std::rotl(x_state[1] * 5, 7) * 9;
        const std::uint64_t t = x_state[1] << 17U;
        x_state[2] ^= x_state[0];
        x_state[3] ^= x_state[1];
        x_state[1] ^= x_state[2];
        x_state[0] ^= x_state[3];
        x_state[2] ^= t;
        x_state[3] = std::rotl(x_state[3], 45);
        return out;
    }
    /// 0 to limit - 1; limit must not be 0. The bias is below 2^-32 for the small limits used here.
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    std::uint64_t between(std::uint64_t low, std::uint64_t high) {
        return low + below(high - low + 1);
    }
    double fraction() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
    bool chance(double probability) { return fraction() < probability; }

private:
    std::array<std::uint64_t, 4> x_state{};
};

}  // namespace dhow::sim
