// dhow-sim: runs seeds of the simulator and says what they found.
// Way of the message: none; the command around run_world().
// Not pure: wall time for the report.
// Spec: docs/simulator.md. Tests: sim_tests.
// Limits: one thread; run several with ranges of their own.
#include "tests/sim/world.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {
constexpr const char* usage =
    "usage: dhow-sim --seeds A..B [--messages N]   run a range of seeds\n"
    "       dhow-sim --seed N --trace              run one and show its timeline\n"
    "       dhow-sim --seed N --good-days          without faults\n"
    "       dhow-sim --seed N --synchronous off    prove that the harness notices lost syncs\n";

bool report(std::uint64_t seed, const dhow::sim::verdict& found) {
    if (found.ok) {
        return true;
    }
    std::cout << "seed " << seed << " FAILED after " << found.steps << " steps\n";
    for (const auto& problem : found.problems) {
        std::cout << "  " << problem << '\n';
    }
    std::cout << "  repeat: dhow-sim --seed " << seed << " --trace\n";
    return false;
}
}  // namespace

int main(int count, char** values) {
    dhow::sim::world_options options;
    std::uint64_t first = 1;
    std::uint64_t last = 1;
    for (int i = 1; i < count; ++i) {
        const std::string name = values[i];
        const std::string value = i + 1 < count ? values[i + 1] : "";
        if (name == "--seeds" && value.find("..") != std::string::npos) {
            first = std::strtoull(value.c_str(), nullptr, 10);
            last = std::strtoull(value.substr(value.find("..") + 2).c_str(), nullptr, 10);
            ++i;
        } else if (name == "--seed" && !value.empty()) {
            first = last = std::strtoull(value.c_str(), nullptr, 10);
            ++i;
        } else if (name == "--messages" && !value.empty()) {
            options.messages = std::strtoull(value.c_str(), nullptr, 10);
            ++i;
        } else if (name == "--synchronous" && !value.empty()) {
            options.synchronous = value;
            ++i;
        } else if (name == "--good-days") {
            options.faults = false;
        } else if (name == "--trace") {
            options.trace = &std::cout;
        } else {
            std::cerr << usage;
            return name == "--help" ? 0 : 2;
        }
    }
    const auto begun = std::chrono::steady_clock::now();
    dhow::sim::verdict sum;
    std::uint64_t failures = 0;
    for (auto seed = first; seed <= last; ++seed) {
        options.seed = seed;
        const auto found = dhow::sim::run_world(options);
        failures += report(seed, found) ? 0 : 1;
        sum.messages += found.messages;
        sum.deliveries += found.deliveries;
        sum.crashes += found.crashes;
        sum.cuts += found.cuts;
        sum.simulated += found.simulated * 4;  // Four nodes.
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
    std::cout << "sim: " << (last - first + 1) << " seeds, " << failures << " failures, "
              << sum.messages << " messages, " << sum.deliveries << " deliveries, " << sum.crashes
              << " crashes, " << sum.cuts << " cuts, "
              << std::chrono::duration_cast<std::chrono::hours>(sum.simulated).count()
              << " node-hours in " << spent.count() << " s\n";
    return failures == 0 ? 0 : 1;
}
