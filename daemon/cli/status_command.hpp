// Asking for a message's status, once or until it is settled; shared by `dhow status` and `dhow
// send`.
// Way of the message: after submission, for people and scripts.
// Not pure: the socket, the clock. One thread.
// Spec: docs/man/dhow.1. Tests: scripts/demo.
// Limits: none.
#pragma once

#include "daemon/cli/online.hpp"

#include <chrono>

namespace dhow::cli {

/// Asks until all recipients are settled or the time is over. The last status; nothing: the run
/// ends
/// with `code`.
std::optional<boost::json::object> wait_for_delivery(online& verb, const std::string& id,
                                                     std::chrono::seconds time, int& code);

/// The value of --wait. Nothing: a usage error was said and `code` set.
std::optional<std::chrono::seconds> wait_option(online& verb, const verb_usage& usage, int& code);

}  // namespace dhow::cli
