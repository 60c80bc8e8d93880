// The link profiles that have names: those of the project's users, and two of the slowest.
#include "tests/linkemu/settings.hpp"

#include <cstdio>

namespace dhow::linkemu {
namespace {

constexpr double minute = 60;
constexpr double hour = 3600;
constexpr double day = 24 * hour;

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

constexpr std::array profiles{
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

}  // namespace

void apply_profile(settings& to, std::string_view name) {
    for (const auto& one : profiles) {
        if (one.name != name) {
            continue;
        }
        for (const auto direction : both_ways) {
            auto& pipe = to.pipes.at(direction);
            pipe.bits_per_s = 1000 * (direction == up ? one.up_kbit : one.down_kbit);
            pipe.delay = from_seconds(one.rtt_ms / 2000);
            pipe.loss = one.loss;
        }
        to.cuts.reset();
        if (one.between_cuts_s > 0) {
            to.cuts = cut_plan{cut_kind::silent, one.between_cuts_s, one.between_cuts_s, true,
                               one.cut_s_min,    one.cut_s_max};
        }
        return;
    }
    throw wrong_word("no profile named '" + std::string(name) + "'; see --profiles");
}

std::string profile_table() {
    std::string out =
        "profile            down/up kbit/s      RTT ms  loss   up for (mean)  cut for\n";
    for (const auto& one : profiles) {
        std::array<char, 160> line{};
        std::snprintf(
            line.data(), line.size(), "%-18.*s %8.1f/%-8.1f %7.0f  %4.1f%%  %9.0f s  %.0f-%.0f s\n",
            static_cast<int>(one.name.size()), one.name.data(), one.down_kbit, one.up_kbit,
            one.rtt_ms, one.loss * 100, one.between_cuts_s, one.cut_s_min, one.cut_s_max);
        out += line.data();
    }
    return out;
}

}  // namespace dhow::linkemu
