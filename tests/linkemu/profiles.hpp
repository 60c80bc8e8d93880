// The link profiles that have names: those of the project's users, and two of the slowest. For the
// emulator and for the simulator.
#pragma once

#include <array>
#include <string_view>

namespace dhow::linkemu {

inline constexpr double minute = 60;
inline constexpr double hour = 3600;
inline constexpr double day = 24 * hour;

/// Time between cuts is exponential around its mean; a cut lasts between the two times.
struct profile {
    std::string_view name;
    double down_kbit;
    double up_kbit;
    double rtt_ms;
    double loss;
    double between_cuts_s;  ///< 0: no cuts
    double cut_s_min;
    double cut_s_max;
};

inline constexpr std::array profiles{
    profile{"capital-fibre", 20'000, 5'000, 203, 0.003, 67 * hour, 5 * minute, 5 * minute},
    profile{"provincial-grid", 4'000, 1'000, 243, 0.01, 67 * hour, 6.6 * hour, 6.6 * hour},
    profile{"cross-region", 2'000, 1'000, 300, 0.01, day, 15 * minute, 15 * minute},
    profile{"cell-3g", 2'500, 400, 250, 0.02, 20 * minute, 5, 90},
    profile{"vsat-geo", 512, 128, 600, 0.005, 12 * hour, 2 * minute, 20 * minute},
    profile{"vsat-congested", 128, 64, 900, 0.15, 2 * hour, minute, 10 * minute},
    profile{"meo", 10'000, 2'000, 120, 0.005, day, minute, minute},
    profile{"leo-local", 50'000, 10'000, 60, 0.01, 30 * minute, 2, 15},
    profile{"leo-far-pop", 63'000, 6'900, 320, 0.01, 30 * minute, 2, 15},
    // capital-fibre at half its rate, 150 ms farther, for the weeks of a cable's repair.
    profile{"cut-rerouted", 10'000, 2'500, 353, 0.03, 0, 0, 0},
    profile{"island-satellite", 32, 32, 700, 0.05, hour, 10 * minute, 10 * minute},
    profile{"blackout", 0, 0, 600, 1, 0, 0, 0},
    profile{"hf-9600", 9.6, 9.6, 1'400, 0, 0, 0, 0},
    profile{"dsl-64k", 64, 64, 600, 0, 0, 0, 0},
};

}  // namespace dhow::linkemu
