// Notices sessions of which something is expected and nothing comes: their paths may be dead.
// Way of the message: stands beside it; tells peers, who dials, and asks peers for a sign of life.
// Pure: what TCP has had acknowledged is asked for. Net thread.
// Spec: docs/decisions/0015-dead-paths.md (states, failure table).
// Tests: unit/route/silences_test.cpp, unit/route/stalled_links_test.cpp, sim.
// Limits: stall_time_min and the others of dead paths.
#pragma once

#include "daemon/route/outbound.hpp"
#include "daemon/route/peers.hpp"

namespace dhow::route {

/// How long nothing may come while something is expected, on a line like this.
[[nodiscard]] milliseconds silence_allowed(const line_facts& line);

class silences {
public:
    silences(core& shared, peers& links, const outbound& out)
        : x_core(shared), x_peers(links), x_out(out) {}
    void set_flash_waits(std::function<bool(bureau_id)> waits) { x_flash_waits = std::move(waits); }

    /// Bytes came or went, or it is a session since now.
    void on_events(session_number session);
    void on_deadline();
    [[nodiscard]] std::optional<utc_time> next_deadline() const;
    /// Connections of ours that died before they were established.
    [[nodiscard]] std::vector<session_number> take_dead() { return std::exchange(x_dead, {}); }

private:
    void look(session_number number, session_record& record);
    void judge(session_number number, session_record& record, const line_facts& line);
    void look_for_life(session_record& record);
    [[nodiscard]] bool has_flash(bureau_id peer) const;
    [[nodiscard]] line_facts facts_of(session_number number) const;

    core& x_core;
    peers& x_peers;
    const outbound& x_out;
    std::function<bool(bureau_id)> x_flash_waits;
    std::vector<session_number> x_dead;
};

}  // namespace dhow::route
