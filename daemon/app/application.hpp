// The daemon: reads configuration, keys and directory, opens the store, wires core and drivers,
// runs.
// Way of the message: the frame around it.
// Not pure: everything. Main thread is the net thread.
// Spec: docs/man/dhowd.8. Tests: system.
// Limits: none.
#pragma once

#include <iosfwd>
#include <string>

namespace dhow::app {

struct daemon_options {
    std::string config_path;
    bool check_only = false;  ///< Load everything, open nothing, say what is wrong.
};

/// Runs until SIGTERM or SIGINT. Returns an exit code of docs/man/dhowd.8: 0, 3 configuration, 4
/// store,
/// 14 keys or trust, 1 anything else.
int run_daemon(const daemon_options& options, std::ostream& err);

}  // namespace dhow::app
