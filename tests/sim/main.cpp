// dhow-sim: runs seeds of the simulator and says what they found.
// Way of the message: none; the command around run_world().
// Not pure: wall time for the report.
// Spec: docs/simulator.md. Tests: sim_tests.
// Limits: one thread; scripts/sim splits a range over the cores.
#include "tests/sim/cases_world.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <set>
#include <string>

namespace {
using dhow::sim::tally;
using dhow::sim::world_options;

constexpr const char* usage =
    "usage: dhow-sim --seeds A..B [--messages N]   run a range of seeds\n"
    "       dhow-sim --seed N --trace              run one and show its timeline\n"
    "       dhow-sim --seed N --good-days          without faults\n"
    "       dhow-sim --seed N --synchronous off    prove that the harness notices lost syncs\n"
    "       --cases       notices, diffusions and hits instead (docs/simulator.md#cases)\n"
    "       --strict      faults that are known (docs/simulator.md) count as failures\n"
    "       --lies        strangers give notices that are known to be believed\n"
    "       --real-sealer real cryptography (2 % of the seeds have it anyway); not repeatable to "
    "the byte\n"
    "       --step K      only every K-th seed of the range, from the first\n"
    "       --progress    a line on stderr every ten seeds\n"
    "       --numbers     the sums as one line of numbers, for scripts/sim to add up\n";

struct request {
    world_options options;
    std::uint64_t first = 1, last = 1, step = 1;
    bool cases = false, progress = false, numbers = false, is_wrong = false, wants_help = false;
};

std::uint64_t number_of(const std::string& text) {
    return std::strtoull(text.c_str(), nullptr, 10);
}

/// Takes one option; true when it used its value.
bool take(request& into, const std::string& name, const std::string& value) {
    if (name == "--seeds" && value.find("..") != std::string::npos) {
        into.first = number_of(value);
        into.last = number_of(value.substr(value.find("..") + 2));
    } else if (name == "--seed" && !value.empty()) {
        into.first = into.last = number_of(value);
    } else if (name == "--messages" && !value.empty()) {
        into.options.messages = number_of(value);
    } else if (name == "--step" && number_of(value) > 0) {
        into.step = number_of(value);
    } else if (name == "--synchronous" && !value.empty()) {
        into.options.synchronous = value;
    } else {
        into.options.faults = into.options.faults && name != "--good-days";
        into.options.trace = name == "--trace" ? &std::cout : into.options.trace;
        into.cases = into.cases || name == "--cases";
        into.progress = into.progress || name == "--progress";
        into.numbers = into.numbers || name == "--numbers";
        into.options.strict = into.options.strict || name == "--strict";
        into.options.lies = into.options.lies || name == "--lies";
        into.options.real_sealer = into.options.real_sealer || name == "--real-sealer";
        into.wants_help = into.wants_help || name == "--help";
        const std::set<std::string> known{"--good-days",   "--trace",  "--progress",
                                          "--numbers",     "--strict", "--lies",
                                          "--real-sealer", "--help",   "--cases"};
        into.is_wrong = into.is_wrong || !known.contains(name);
        return false;
    }
    return true;
}

request parse(int count, char** values) {
    request out;
    for (int i = 1; i < count; ++i) {
        const std::string value = i + 1 < count ? values[i + 1] : "";
        i += take(out, values[i], value) ? 1 : 0;
    }
    return out;
}

void report(std::uint64_t seed, const dhow::sim::verdict& found, bool cases) {
    if (found.ok) {
        return;
    }
    std::cout << "seed " << seed << " FAILED after " << found.seen.steps << " steps\n";
    for (const auto& problem : found.problems) {
        std::cout << "  " << problem << '\n';
    }
    std::cout << "  repeat: dhow-sim " << (cases ? "--cases " : "") << "--seed " << seed
              << " --trace" << std::endl;
}

std::uint64_t hours_of(const tally& sum) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::hours>(sum.node_time).count());
}

/// Seeds, failures and so on as members of one line; scripts/sim adds such lines up.
void print_numbers(const tally& sum, std::uint64_t failures) {
    std::cout << "numbers";
    for (const auto value : {sum.seeds,
                             failures,
                             sum.messages,
                             sum.deliveries,
                             sum.crashes,
                             sum.cuts,
                             sum.notices,
                             sum.cancelled,
                             sum.taken,
                             sum.rejected,
                             sum.operator_acts,
                             sum.full_disks,
                             sum.store_failures,
                             sum.clock_changes,
                             sum.hostile_acts,
                             sum.payload_bytes,
                             sum.resent_bytes,
                             sum.known,
                             static_cast<std::uint64_t>(sum.node_time.count() / 1000),
                             sum.restored,
                             sum.real_seals,
                             sum.dead_links,
                             sum.copies_refused,
                             sum.dead_disks,
                             sum.days_off,
                             sum.memory_peak_bytes / 1024,
                             sum.dropped}) {
        std::cout << ' ' << value;
    }
    std::cout << std::endl;
}

void print_cases(const dhow::sim::case_tally& sum) {
    std::cout << "cases: " << sum.papers << " documents, " << sum.ends << " ends, " << sum.offers
              << " offers, " << sum.late_copies << " late copies, " << sum.sent_again
              << " sent again, " << sum.removed << " removals, " << sum.requests << " requests, "
              << sum.replies << " replies, " << sum.fired << " clocks fired\n";
}

void print_sums(const tally& sum, std::uint64_t failures, double seconds) {
    const auto share = sum.payload_bytes == 0 ? 0 : 1000 * sum.resent_bytes / sum.payload_bytes;
    std::cout << "people: " << sum.taken << " taken, " << sum.rejected << " rejected, "
              << sum.cancelled << " cancelled, " << sum.dropped << " copies dropped at hubs, "
              << sum.notices << " notices, " << sum.operator_acts
              << " acts of operators\n"
              << "troubles: " << sum.full_disks << " full disks, " << sum.store_failures
              << " failed stores, " << sum.clock_changes << " wrong clocks, " << sum.hostile_acts
              << " hostile acts, " << sum.restored << " restored backups, " << sum.dead_links
              << " dead links, " << sum.dead_disks << " dead disks, " << sum.days_off
              << " days off, " << sum.copies_refused << " old copies refused, " << sum.sticks
              << " sticks with " << sum.stick_records << " new records, " << sum.real_seals
              << " seeds with real seals, " << sum.known << " known faults seen; at most "
              << sum.memory_peak_bytes / 1024 << " KiB in a gateway's memory\n"
              << "sim: " << sum.seeds << " seeds, " << failures << " failures, " << hours_of(sum)
              << " node-hours, " << sum.crashes << " crashes, " << sum.cuts << " cuts, "
              << sum.messages << " messages, " << sum.deliveries << " deliveries, "
              << sum.payload_bytes / 1'000'000 << " MB sent, " << share / 10 << '.' << share % 10
              << " % of it again; " << static_cast<int>(seconds) << " s, "
              << static_cast<std::uint64_t>(static_cast<double>(sum.messages) / seconds)
              << " messages a second\n";
}
}  // namespace

int main(int count, char** values) {
    auto asked = parse(count, values);
    if (asked.wants_help || asked.is_wrong) {
        std::cerr << usage;
        return asked.wants_help ? 0 : 2;
    }
    const auto begun = std::chrono::steady_clock::now();
    tally sum;
    dhow::sim::case_tally cases;
    std::uint64_t failures = 0;
    for (auto seed = asked.first; seed <= asked.last; seed += asked.step) {
        asked.options.seed = seed;
        const auto found = asked.cases ? dhow::sim::run_cases(asked.options, cases)
                                       : dhow::sim::run_world(asked.options);
        report(seed, found, asked.cases);
        failures += found.ok ? 0 : 1;
        sum.add(found.seen);
        if (asked.progress && sum.seeds % 10 == 0) {
            std::cerr << "  seed " << seed << ": " << sum.seeds << " done, " << failures
                      << " failures, " << hours_of(sum) << " node-hours\n";
        }
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
    if (asked.numbers) {
        print_numbers(sum, failures);
    } else {
        if (asked.cases) {
            print_cases(cases);
        }
        print_sums(sum, failures, spent.count());
    }
    return failures == 0 ? 0 : 1;
}
