// A run: some bureaus and a hub, people who send, faults drawn from the seed, healing, checks.
// Way of the message: agency -> node -> network -> hub -> network -> node -> inbox, receipts back.
// Pure but for SQLite in memory. One seed gives one run, to the byte.
// Spec: docs/simulator.md (faults, checks). Tests: sim_tests; `dhow-sim --seed N`.
// Limits: small on purpose, so that seeds are many.
#pragma once

#include "tests/sim/node.hpp"

#include <ostream>

namespace dhow::sim {

struct world_options {
    std::uint64_t seed = 1;
    std::size_t messages = 20;
    bool faults = true;
    std::string synchronous = "FULL";
    bool strict = false;            ///< Known faults count as failures.
    bool lies = false;              ///< Strangers also give notices that are known to be believed.
    bool real_sealer = false;       ///< Real cryptography; else in 2 % of the seeds with faults.
    std::ostream* trace = nullptr;  ///< A line per event worth reading; nothing: silent.
};

/// What a run, or several together, saw.
struct tally {
    std::uint64_t seeds = 0, messages = 0, deliveries = 0, crashes = 0, cuts = 0, steps = 0;
    std::uint64_t notices = 0, taken = 0, rejected = 0, cancelled = 0, operator_acts = 0;
    std::uint64_t full_disks = 0, store_failures = 0, clock_changes = 0, hostile_acts = 0,
                  restored = 0, real_seals = 0, dead_links = 0, dead_disks = 0, days_off = 0;
    std::uint64_t dropped = 0;         ///< Copies at hubs, called back by their origin.
    std::uint64_t copies_refused = 0;  ///< Greetings of old copies of a gateway.
    std::uint64_t sticks = 0;          ///< That couriers set out with.
    std::uint64_t stick_records = 0;   ///< That were new where they arrived.
    std::uint64_t payload_bytes = 0, resent_bytes = 0;
    std::uint64_t memory_peak_bytes = 0;  ///< The most of any gateway.
    std::uint64_t known = 0;              ///< Faults that docs/simulator.md#known names.
    protocol::milliseconds node_time{0};  ///< Simulated, of all nodes together.
    void add(const tally& other);
};

struct verdict {
    bool ok = true;
    std::vector<std::string> problems;
    tally seen;
    std::uint64_t trace_hash = 0;  ///< Of every event's time and text: two runs of a seed agree.
};

verdict run_world(const world_options& options);

}  // namespace dhow::sim
