// Which links are dialled while a session is up whose path seems to be dead.
// Way of the message: see peers.hpp.
// Pure. Net thread. When a session is stalled is decided in silences.cpp.
// Spec: docs/decisions/0015-dead-paths.md. Tests: unit/route/stalled_links_test.cpp, sim.
// Limits: flash_probe_metered, dial_again.
#include "daemon/route/peers.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

milliseconds peers::again_after(const config::link& link) {
    return link.metered ? milliseconds{0} : milliseconds{limits::dial_again};
}

/// A line that is paid by the byte is not dialled beside a session unless flash waits.
bool peers::may_be_dialled(const link_record& link) const {
    const auto stalled = x_stalled.find(link.settings.peer);
    return stalled == x_stalled.end() || !link.settings.metered || stalled->second;
}

/// It is dialled neither now nor then: planned again when the peer's session ends or is stalled.
bool peers::is_given_up(const link_record& link) const {
    const auto peer = link.settings.peer;
    const bool has_line = is_up(peer) && (!is_stalled(peer) || !may_be_dialled(link));
    return has_line && (link.state == link_state::up || is_plain(peer));
}

bool peers::waits_for_dial(const link_record& link) const { return link.is_free() && link.dial_at; }

void peers::on_stalled(bureau_id peer, bool flash_waits) {
    const bool is_new = x_stalled.emplace(peer, false).second;
    const bool is_flash_new = flash_waits && !x_stalled[peer];
    x_stalled[peer] = flash_waits;
    if (const auto state = x_bearers.find(peer); state != x_bearers.end() && is_new) {
        state->second.look_at = x_core.now;  // Another bearer may be wanted.
    }
    for (auto& [name, link] : x_links) {
        if (link.settings.peer != peer || !link.is_free() || !may_be_dialled(link) ||
            is_suspended(peer) || addresses_of(link).empty()) {
            continue;
        }
        // TCP may overcome a short death by itself, which costs less than a handshake.
        const auto wait =
            link.settings.metered ? link_backoff::flash_probe_metered : milliseconds{0};
        if (!link.dial_at) {
            link.dial_at = x_core.now + wait;
            link.is_flash = flash_waits;
        } else if (is_flash_new) {
            const auto most = x_core.now + link.backoff.flash_wait(link.settings.metered);
            link.dial_at = std::min(*link.dial_at, most);
            link.is_flash = true;
        }
    }
}

void peers::on_heard(bureau_id peer) {
    x_stalled.erase(peer);
    for (auto& [name, link] : x_links) {
        if (link.settings.peer == peer && link.state == link_state::up) {
            link.dial_at.reset();
        }
    }
}

/// A dial of a link whose own session is up has come through. True: nobody needs it any more.
bool peers::take_probe(link_record& link, session_number session) {
    if (!std::exchange(link.is_probing, false)) {
        return false;
    }
    x_core.session(session)->goodbye(errc::conflict, std::chrono::seconds{0}, x_core.now);
    return true;
}

/// Of the same link, that carries what the peer gets.
bool peers::has_another_session(session_number session) const {
    const auto& own = x_core.sessions.at(session);
    return std::ranges::any_of(x_core.sessions, [&](const auto& one) {
        const auto& other = one.second;
        return one.first != session && other.established && other.link == own.link;
    });
}

// Their paths may have gone with the change.
void peers::ask_for_life() {
    for (const auto& [number, record] : x_core.sessions) {
        const auto link = x_links.find(record.bearer);
        if (record.established && link != x_links.end() && !link->second.settings.metered) {
            x_core.session(number)->ask(x_core.now);
        }
    }
}

}  // namespace dhow::route
