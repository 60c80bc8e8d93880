// Which connection may carry offers before its peer's HELLO, and to which store.
// Way of the message: see peers.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0012-offers-before-the-peers-hello.md.
// Tests: unit/route/early_offers_test.cpp, sim.
// Limits: once, 64 KiB, after each session with the peer.
#include "daemon/route/peers.hpp"

namespace dhow::route {

// A peer whose HELLO is never good could otherwise put more in doubt with each dial.
bool peers::begin_early(session_number number) {
    auto& session = x_core.sessions.at(number);
    const auto* record = find(session.peer);
    const bool is_trusted = record != nullptr && record->known && record->row.last_session_at &&
                            !record->is_greeting_due && !record->is_suspended();
    if (!session.is_dialler || session.is_trial || session.is_beside || !is_trusted ||
        is_up(session.peer) || session.session->is_ended()) {
        return false;
    }
    session.is_early = true;
    refresh_passages(number);
    return true;
}

//= LP-29
std::optional<protocol::known_store> peers::known_store_of(bureau_id peer) const {
    const auto* record = find(peer);
    if (record == nullptr || !record->known || !record->row.last_session_at) {
        return std::nullopt;
    }
    return protocol::known_store{record->row.instance, record->row.epoch, record->row.boot};
}

//= LP-29
bool peers::are_we_an_old_copy(const protocol::known_store& known) const {
    return known.instance == x_core.instance &&
           (known.epoch > x_core.epoch ||
            (known.epoch == x_core.epoch && known.boot > x_core.boot));
}

}  // namespace dhow::route
