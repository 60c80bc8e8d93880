// Messages both ways while daemons are killed at random: what is left, and what agencies were given
// meanwhile, must be exactly what was sent.
// Way of the message: all of it, again and again.
// Not pure: processes and threads.
// Spec: docs/overview.md. Tests: exactly_once_test, exactly_once_slow_test.
// Limits: none.
#pragma once

#include "tests/system/harness.hpp"

namespace dhow::tests {

struct storm_wish {
    std::size_t messages = 60;      ///< Half of them each way.
    std::size_t kills = 5;          ///< Of each daemon.
    double with_attachment = 0.05;  ///< Share of the messages.
    std::size_t attachment_bytes_min = 100'000;
    std::size_t attachment_bytes_max = 2'000'000;
    std::uint64_t seed = 0;
};

struct storm_counts {
    std::size_t delivered_once = 0, lost = 0, doubled = 0, altered = 0, without_receipt = 0;
    // The agencies of the addressees, who took messages meanwhile and wrote down which.
    std::size_t taken_once = 0, not_taken = 0, taken_twice = 0, altered_when_taken = 0;

    std::map<std::string, std::size_t> kills;  ///< By bureau.
    /// Something was sent and not committed.
    std::map<std::string, std::size_t> kills_in_transfer;

    // Kills between a commit and its acknowledgement, each counted once in each line.
    /// Submitted and committed, killed before the answer: the agency asked again and got the same
    /// id.
    std::size_t kills_before_202 = 0;
    /// The hub had committed, the origin did not know: by who was killed.
    std::map<std::string, std::size_t> kills_before_hubs_done;
    /// The addressee had committed, the hub did not know: by who was killed.
    std::map<std::string, std::size_t> kills_before_addressees_done;
    /// Taken and committed, killed before the answer: the agency asked again and heard "before".
    std::size_t kills_before_taken = 0;
};

/// All of them, whoever was killed.
std::size_t sum(const std::map<std::string, std::size_t>& by_bureau);

/// Sends, takes, kills, restarts, waits, counts. Prints what it counted.
storm_counts run_storm(federation& bureaus, const storm_wish& wish);

}  // namespace dhow::tests
