// The link profiles that have names: those of the project's users, and two of the slowest.
#include "tests/linkemu/profiles.hpp"

#include "tests/linkemu/settings.hpp"

#include <cstdio>

namespace dhow::linkemu {
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
