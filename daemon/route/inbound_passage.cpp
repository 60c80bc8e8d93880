// What may come in over the bearer that is up: large bodies wait for window and quota.
// Way of the message: peer -> link_session -> [inbound].
// Pure. Net thread.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/inbound_passage_test.cpp, sim.
// Limits: bearer_refusal_max.
#include "daemon/route/inbound.hpp"

#include <algorithm>

namespace dhow::route {

std::optional<std::chrono::seconds> inbound::wait_for_passage(
    session_number number, const protocol::offer_frame& offer) const {
    const auto record = x_core.sessions.find(number);
    if (record == x_core.sessions.end() || x_peers.is_plain(record->second.peer)) {
        return std::nullopt;
    }
    const auto opens =
        x_core.bearers.opens(record->second.bearer, offer.cls, offer.body_bytes, x_core.now);
    // Bulk never uses a dearer link, whoever sends it.
    const bool is_dear = record->second.passage_of(offer.cls).bytes_max < offer.body_bytes;
    const bool is_open = opens && *opens <= x_core.now;
    if (is_open && !is_dear) {
        return std::nullopt;
    }
    const auto wait = opens && !is_open
                          ? std::chrono::ceil<std::chrono::seconds>(*opens - x_core.now)
                          : limits::bearer_refusal_max;
    return std::clamp(wait, std::chrono::seconds{1}, limits::bearer_refusal_max);
}

void inbound::on_passage_changed(session_number number) {
    const auto streams = x_streams.find(number);
    if (streams == x_streams.end()) {
        return;
    }
    std::vector<std::pair<stream_id, std::chrono::seconds>> shut;
    for (const auto& [stream, in] : streams->second) {
        const bool may_end = in.is_small || in.is_finishing || in.has_body;
        const auto wait = may_end ? std::nullopt : wait_for_passage(number, in.offer);
        if (wait) {
            shut.emplace_back(stream, *wait);
        }
    }
    for (const auto& [stream, wait] : shut) {
        refuse(number, stream, errc::busy, wait);
    }
}

}  // namespace dhow::route
