// Log lines to the journal or a terminal: level, identifier, text; never content, names or file
// names.
// Way of the message: beside it.
// Not pure: writes to standard error, one line a call. Any thread.
// Spec: docs/operations.md#log. Tests: system.
// Limits: none.
#pragma once

#include "daemon/route/effects.hpp"

#include <ostream>
#include <string_view>

namespace dhow::app {

class log {
public:
    /// `for_journal`: a `<N>` syslog prefix instead of time and level (sd-daemon(3)).
    log(std::ostream& to, bool for_journal) : x_to(to), x_for_journal(for_journal) {}
    /// Below this nothing is written: debug, info, notice, warning, alarm.
    void set_level(std::string_view name);
    void write(route::log_level level, std::string_view id, std::string_view text);

private:
    std::ostream& x_to;
    bool x_for_journal;
    route::log_level x_least = route::log_level::info;
};

/// Whether standard error is the journal's stream.
bool is_under_journal();

}  // namespace dhow::app
