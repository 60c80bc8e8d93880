// Peers with whom an operator wants no sessions, and what a configuration makes of links.
// Way of the message: see peers.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0008-who-dials-when.md. Tests: unit/route/peers_suspension_test.cpp, sim.
// Limits: suspended_pause_max.
#include "daemon/route/peers.hpp"

#include <algorithm>

namespace dhow::route {

bool peers::is_suspended(bureau_id peer) const {
    const auto* record = find(peer);
    return record != nullptr && record->is_suspended();
}

// What an earlier life noted and seems to be of a time to come is at least as old as the doubt of
// this one.
milliseconds peers::least_age(utc_time noted) const {
    const bool is_ahead = x_core.expiry_frozen && noted > x_core.now;
    return x_core.age_since(is_ahead ? x_core.frozen_since : noted);
}

// A clock that is ahead must not end a suspension: messages would go where an operator wants none.
// So while the clock is in doubt it ends only when the doubt alone has lasted for long enough. How
// long it was to last does not pass by a jump of the clock, nor by a time that was wrong.
std::optional<utc_time> peers::suspended_until(bureau_id peer) const {
    const auto* record = find(peer);
    if (record == nullptr || !record->is_suspended()) {
        return std::nullopt;
    }
    const auto& row = record->row;
    const auto after = [&](milliseconds length) {
        const auto left = length - least_age(row.suspended_at.value_or(x_core.now));
        return x_core.now + std::max(left, milliseconds{0});
    };
    if (row.suspended_for) {
        return after(*row.suspended_for);
    }
    if (!row.suspended_until || !x_core.expiry_frozen) {
        return row.suspended_until;
    }
    if (!row.suspended_at) {
        return std::nullopt;  // An older version has not noted it.
    }
    return std::max(*row.suspended_until, after(*row.suspended_until - *row.suspended_at));
}

void peers::configure() {
    x_pacer.set_pace(x_core.outside.pace);
    std::map<std::string, link_record> kept;
    for (const auto& settings : x_core.config->links) {
        auto& record = kept[settings.name];
        const auto old = x_links.find(settings.name);
        if (old != x_links.end() && old->second.settings.peer == settings.peer) {
            record = std::move(old->second);
        } else {
            record.since = record.carried_until = x_core.now;
        }
        record.settings = settings;
        configure(record);
    }
    x_links = std::move(kept);
    configure_bearers();
    for (const auto& [peer, record] : x_peers) {
        if (record.is_suspended()) {
            end_sessions(peer);  // At the start: they came before the store was read.
        }
    }
}

// Not by what the link was before, but by what its peer is now.
void peers::configure(link_record& link) {
    const bool waits = link.state == link_state::idle || link.state == link_state::suspended;
    if (!waits) {
        return;  // Judged when the dial or the session ends.
    }
    const bool is_planned = link.state == link_state::idle && link.dial_at;
    if (!is_planned || is_suspended(link.settings.peer) || addresses_of(link).empty()) {
        plan_dial(link, milliseconds{0});
    }
}

std::chrono::seconds peers::pause_of(bureau_id peer) const {
    constexpr std::chrono::seconds most = limits::suspended_pause_max;
    const auto end = suspended_until(peer);
    if (!end) {
        return most;
    }
    const auto left = std::chrono::ceil<std::chrono::seconds>(*end - x_core.now);
    return std::clamp(left, std::chrono::seconds{1}, most);
}

void peers::end_sessions(bureau_id peer) {
    for (const auto& [number, session] : x_core.sessions) {
        if (session.peer == peer) {
            x_core.session(number)->goodbye(errc::busy, pause_of(peer), x_core.now);
        }
    }
}

void peers::suspend(const store::peer_row& what, written then) {
    auto& record = x_peers[what.peer];
    record.row.peer = what.peer;
    record.row.suspended = what.suspended.empty() ? "no reason given" : what.suspended;
    record.row.suspended_until = what.suspended_until;
    record.row.suspended_for = what.suspended_for;
    record.row.suspended_by = what.suspended_by;
    record.row.suspended_at = x_core.now;
    for (auto& [name, link] : x_links) {
        if (link.settings.peer == what.peer && link.state == link_state::idle) {
            plan_dial(link, milliseconds{0});
        }
    }
    end_sessions(what.peer);
    const auto end = suspended_until(what.peer);
    x_core.out.log(log_level::notice, "peer-suspended",
                   "peer " + std::string(what.peer.text()) +
                       (what.suspended_by.empty() ? "" : " by " + what.suspended_by) +
                       (end ? " until " + protocol::to_text(*end) : ""));
    remember(record, std::move(then));
}

void peers::resume(bureau_id peer, const std::string& by, written then) {
    auto& record = x_peers[peer];
    record.row.peer = peer;
    record.row.suspended.clear();
    record.row.suspended_until.reset();
    record.row.suspended_for.reset();
    record.row.suspended_by.clear();
    record.row.suspended_at.reset();
    x_core.out.log(
        log_level::notice, "peer-resumed",
        "peer " + std::string(peer.text()) + (by.empty() ? ": its time is over" : " by " + by));
    for (auto& [name, link] : x_links) {
        if (link.settings.peer == peer) {
            link.backoff.reset();
            link.wake.reset();
        }
        if (link.settings.peer == peer && link.state == link_state::suspended) {
            plan_dial(link, milliseconds{0});
        }
    }
    remember(record, std::move(then));
}

}  // namespace dhow::route
