// Messages both ways while daemons are killed at random: what is left must be exactly what was
// sent.
// Way of the message: all of it, again and again.
// Not pure: processes and threads.
// Spec: docs/overview.md. Tests: exactly_once_test, exactly_once_slow_test.
// Limits: none.
#pragma once

#include "tests/system/harness.hpp"

namespace dhow::tests {

struct storm_wish {
    std::size_t messages = 60;          ///< Half of them each way.
    std::size_t kills = 5;              ///< Of each daemon.
    double with_attachment = 0.05;      ///< Share of the messages.
    std::size_t attachment_bytes_min = 100'000;
    std::size_t attachment_bytes_max = 2'000'000;
    std::uint64_t seed = 0;
};

struct storm_counts {
    std::size_t delivered_once = 0, lost = 0, doubled = 0, altered = 0, without_receipt = 0;
    std::map<std::string, std::size_t> kills;              ///< By bureau.
    /// Something was sent and not committed.
    std::map<std::string, std::size_t> kills_in_transfer;
    /// Accepted, killed before the answer: the agency asked again and got the same id.
    std::size_t between_commit_and_202 = 0;
    /// On the receiver's disk, and the sender did not know it: it was offered again and declined.
    std::size_t between_commit_and_done = 0;
};

/// Sends, kills, restarts, waits, counts. Prints what it counted.
storm_counts run_storm(federation& bureaus, const storm_wish& wish);

}  // namespace dhow::tests
