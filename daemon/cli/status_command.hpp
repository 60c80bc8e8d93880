// Asking for a message's status, once or until it is settled; shared by `dhow status`,
// `dhow send` and `dhow link call`.
// Way of the message: after submission, for people and scripts.
// Not pure: the socket, the clock. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/delivery_verbs_test.cpp, scripts/demo.
// Limits: none.
#pragma once

#include "daemon/cli/online.hpp"

#include <chrono>

namespace dhow::cli {

/// Asks until all recipients are settled or the time is over. The last status; nothing: the run
/// ends with `code`.
std::optional<boost::json::object> wait_for_delivery(online& verb, const std::string& id,
                                                     std::chrono::seconds time, int& code);

/// An options_check of --wait.
std::string check_wait(const parsed_options& options);
/// The value of --wait, which was checked; zero when it is not given.
std::chrono::seconds wait_of(const online& verb);

/// Pauses between two questions to the daemon: short at first, so that what is quick is seen
/// quickly.
class poll_pauses {
public:
    explicit poll_pauses(std::chrono::seconds time);
    /// Sleeps once. False, at once: the time is over.
    bool pause();

private:
    std::chrono::steady_clock::time_point x_until;
    std::chrono::milliseconds x_next;
};

}  // namespace dhow::cli
