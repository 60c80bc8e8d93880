// TCP's congestion control of a connection: set, read back, and why it cannot be had.
// Way of the message: configuration -> [congestion] -> socket.
// Not pure: system calls, files below /proc. Any thread.
// Spec: docs/configuration.md, docs/poor-links.md. Tests: unit/link/congestion_test.cpp.
// Limits: none.
#pragma once

#include <boost/system/error_code.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace dhow::link {

/// Of a live connection too. Refused: it stays as it was.
boost::system::error_code set_congestion(int descriptor, std::string_view name);
/// Which is in use, as the kernel names it; empty: not known.
std::string congestion_of(int descriptor);

/// What the kernel has, and what it lets unprivileged processes use; names with spaces between
/// them. Empty: cannot be read, as in the unit's sandbox.
struct congestion_lists {
    std::string available, allowed;
};

/// Why a congestion control cannot be had.
struct congestion_refusal {
    std::string text;  ///< What the kernel says.
    std::string hint;  ///< What to do.
};

/// `tried`: what the kernel answered to this process. Nothing: it can be had. Pure.
std::optional<congestion_refusal> judge_congestion(std::string_view name,
                                                   const boost::system::error_code& tried,
                                                   const congestion_lists& lists);

/// Asks this host's kernel, with a socket of its own. What it does not list is not tried, since
/// that may load a module.
std::optional<congestion_refusal> look_for_congestion(std::string_view name);

}  // namespace dhow::link
