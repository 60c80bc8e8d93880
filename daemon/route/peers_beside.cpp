// What passes over a session that stands beside the one of the peer.
// Way of the message: see peers.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0013-flash-beside.md. Tests: unit/route/besides_test.cpp, sim.
// Limits: traffic_look.
#include "daemon/route/peers.hpp"

#include <algorithm>

namespace dhow::route {

// What it costs does not matter: that is what the setting is for.
void peers::refresh_beside(session_number number) {
    measure(number);
    auto& record = x_core.sessions.at(number);
    const auto before = record.passes;
    record.passes.fill({.bytes_max = 0});
    auto& flash = record.passes[static_cast<std::size_t>(message_class::flash)];
    flash.bytes_max = x_core.bearers.size_max(record.bearer, message_class::flash, x_core.now);
    flash.level_max = x_core.bearers.level_max(record.bearer);
    const auto change = x_core.bearers.next_change(record.bearer, x_core.now);
    record.passes_until = change.value_or(utc_time::max());
    if (is_metered_session(record)) {
        record.passes_until = std::min(record.passes_until, x_core.now + limits::traffic_look);
    }
    allow_writing(number);
    if (record.passes != before && x_passage_changed) {
        x_passage_changed(number);
    }
}

}  // namespace dhow::route
