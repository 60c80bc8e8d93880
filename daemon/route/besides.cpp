// Sessions beside those of the peers, for flash alone.
// Way of the message: see besides.hpp.
// Pure. Net thread. What passes over them is in peers_beside.cpp, what is offered in
// outbound_beside.cpp.
// Spec: docs/decisions/0013-flash-beside.md. Tests: unit/route/besides_test.cpp, sim.
// Limits: see besides.hpp.
#include "daemon/route/besides.hpp"

#include <algorithm>

namespace dhow::route {

using config::link_beside;

void besides::configure() {
    for (auto& [peer, one] : x_lines) {
        one.ways.clear();
    }
    for (const auto& [name, link] : x_peers.links()) {
        if (link.settings.flash_beside != link_beside::never) {
            auto& of = x_lines[link.settings.peer];
            of.may_have_flash = true;  // To be looked at.
            if (!x_peers.addresses_of(link).empty()) {
                of.ways.push_back(name);
            }
        }
    }
    const auto cost_of = [this](const auto& name) {
        return std::pair(x_peers.links().at(name).settings.cost, name);
    };
    for (auto& [peer, one] : x_lines) {
        std::ranges::sort(one.ways, {}, cost_of);
        if (!one.session) {
            continue;
        }
        const auto& up = x_core.sessions.at(*one.session);
        if (up.is_dialler && setting_of(up.bearer) == link_beside::never) {
            x_core.session(*one.session)
                ->goodbye(errc::link_idle, std::chrono::seconds{0}, x_core.now);
        }
    }
}

link_beside besides::setting_of(const std::string& link) const {
    const auto found = x_peers.links().find(link);
    return found == x_peers.links().end() ? link_beside::never
                                          : found->second.settings.flash_beside;
}

void besides::on_flash(bureau_id peer) {
    if (const auto found = x_lines.find(peer); found != x_lines.end()) {
        found->second.may_have_flash = true;
    }
}

/// Those that should be dialled as soon as the pause is over, the cheapest first; while a session
/// is up over another one.
std::vector<std::string> besides::wanted_ways(bureau_id peer, const line& of) const {
    const bool is_busy = of.session || !of.dialling.empty() || x_core.stopping;
    const auto up = is_busy || of.ways.empty() ? std::nullopt : x_core.session_with(peer);
    if (!up || x_peers.is_suspended(peer)) {
        return {};
    }
    const auto* known = x_peers.find(peer);
    if (of.refused_by_boot && known != nullptr && known->row.boot == *of.refused_by_boot) {
        return {};
    }
    std::vector<std::string> out;
    for (const auto& name : of.ways) {
        const bool is_wanted = of.may_have_flash || setting_of(name) == link_beside::always;
        if (is_wanted && name != x_core.sessions.at(*up).bearer &&
            x_core.bearers.size_max(name, message_class::flash, x_core.now) > 0) {
            out.push_back(name);
        }
    }
    return out;
}

// After a failure the one after the last.
void besides::dial(bureau_id peer, line& of) {
    const auto ways = wanted_ways(peer, of);
    if (ways.empty()) {
        return;
    }
    const auto last = std::ranges::find(ways, of.last_link);
    const bool goes_on = of.backoff.failures() > 0 && last != ways.end();
    const auto& name = goes_on && last + 1 != ways.end() ? *(last + 1) : ways.front();
    const auto& link = x_peers.links().at(name);
    const auto addresses = x_peers.addresses_of(link);
    of.dialling = of.last_link = name;
    x_core.out.dial({.link = name,
                     .peer = peer,
                     .address = addresses[of.next_address++ % addresses.size()],
                     .local = link.settings.local,
                     .is_beside = true,
                     .again_after = peers::again_after(link.settings)});
}

void besides::pause(bureau_id peer, line& of, link_result brought, milliseconds at_least) {
    const auto link = x_peers.links().find(of.last_link);
    const bool is_metered = link != x_peers.links().end() && link->second.settings.metered;
    const auto wait = of.backoff.on_end(brought, is_metered, x_out.has_flash(peer), x_random);
    of.not_before = x_core.now + std::max(wait, at_least);
}

void besides::on_dial_failed(const std::string& link, errc code, const std::string& text) {
    for (auto& [peer, one] : x_lines) {
        if (one.dialling == link) {
            one.dialling.clear();
            x_core.out.log(log_level::info, "beside-failed",
                           "link " + link + ": " + std::string(protocol::text_of(code)) +
                               (text.empty() ? "" : ": " + text));
            pause(peer, one, link_result::no_session, milliseconds{0});
            return;
        }
    }
}

//= LP-58
void besides::on_established(session_number number, const protocol::hello& said) {
    const auto& record = x_core.sessions.at(number);
    const auto* known = x_peers.find(record.peer);
    const bool is_known = known != nullptr && known->has_a_store() &&
                          known->row.instance == said.instance && known->row.epoch == said.epoch;
    if (!is_known) {  // What its store has lost is found out by a session for everything.
        x_core.session(number)->goodbye(errc::busy, std::chrono::seconds{5}, x_core.now);
        return;
    }
    auto& of = x_lines[record.peer];
    if (of.session) {
        const bool is_newer = x_peers.newer_stays(*of.session, number);
        const auto loser = is_newer ? *of.session : number;
        x_core.session(loser)->goodbye(errc::conflict, std::chrono::seconds{0}, x_core.now);
        if (!is_newer) {
            return;
        }
    }
    of.session = number;
    if (record.is_dialler) {
        of.dialling.clear();
    }
    x_core.sessions.at(number).active_at = x_core.now;
    x_core.out.log(log_level::info, "session-beside",
                   "peer " + std::string(record.peer.text()) + ", link " + record.bearer);
    x_peers.refresh_beside(number);
    if (setting_of(record.bearer) != link_beside::never) {
        x_out.on_beside_up(number);
    }
}

void besides::on_ended(session_number number, const protocol::session_end& how) {
    const auto& record = x_core.sessions.at(number);
    const auto found = x_lines.find(record.peer);
    if (found == x_lines.end()) {
        return;
    }
    auto& of = found->second;
    const bool was_up = of.session == number;
    if (was_up) {
        x_core.bearers.count_end(record.bearer, how);
        of.session.reset();
    } else if (record.is_dialler) {
        of.dialling.clear();
    }
    of.may_have_flash = true;  // To be looked at.
    if (!record.is_dialler) {
        return;
    }
    const auto code = protocol::errc_of(how.code);
    x_core.out.log(log_level::info, "beside-ended",
                   "peer " + std::string(record.peer.text()) + ": " + how.code.message());
    if (code == errc::unknown_critical) {
        const auto* known = x_peers.find(record.peer);
        of.refused_by_boot = known == nullptr ? 0 : known->row.boot;
    }
    const bool stood = was_up && (code == errc::link_idle ||
                                  x_core.now - record.since >= limits::session_stands_after);
    const auto brought = how.durable_progress ? link_result::progress
                         : stood              ? link_result::stood
                                              : link_result::nothing;
    pause(record.peer, of, brought, std::min<milliseconds>(how.reconnect_after, link_backoff::cap));
}

void besides::on_gone(session_number number) {
    const auto found = x_lines.find(x_core.sessions.at(number).peer);
    if (found != x_lines.end() && found->second.session == number) {
        found->second.session.reset();
    }
}

/// The session of the peer goes by the same link now.
bool besides::is_over(session_number number) const {
    const auto& record = x_core.sessions.at(number);
    const auto up = x_core.session_with(record.peer);
    return up && x_core.sessions.at(*up).bearer == record.bearer && !record.bearer.empty();
}

std::optional<utc_time> besides::idle_end(session_number number) const {
    const auto& record = x_core.sessions.at(number);
    if (!record.is_dialler || record.session->open_transfers() > 0) {
        return std::nullopt;
    }
    const bool stays =
        setting_of(record.bearer) == link_beside::always || x_out.has_flash(record.peer);
    if (is_over(number)) {
        return record.active_at + limits::beside_end;
    }
    return stays ? std::nullopt : std::optional(record.active_at + limits::beside_idle);
}

void besides::look_at(bureau_id peer, line& of) {
    if (!of.session) {
        of.may_have_flash = of.may_have_flash && x_out.has_flash(peer);
        if (of.not_before <= x_core.now) {
            dial(peer, of);
        }
        return;
    }
    auto& record = x_core.sessions.at(*of.session);
    if (record.passes_until <= x_core.now) {
        x_peers.refresh_beside(*of.session);
    }
    const auto end = idle_end(*of.session);
    if (!end || *end > x_core.now) {
        return;
    }
    // A body that comes slowly makes an event now and then.
    const auto carried = record.session->payload();
    if (std::exchange(record.payload_seen, carried) != carried) {
        record.active_at = x_core.now;
        return;
    }
    x_core.session(*of.session)->goodbye(errc::link_idle, std::chrono::seconds{0}, x_core.now);
}

void besides::on_deadline() {
    for (auto& [peer, one] : x_lines) {
        look_at(peer, one);
    }
    x_out.offer_copies_again();
}

std::optional<utc_time> besides::next_deadline() const {
    auto first = x_out.next_copies_at();
    const auto take = [&](std::optional<utc_time> at) {
        first = first && at ? std::min(*first, *at) : at ? at : first;
    };
    for (const auto& [peer, one] : x_lines) {
        if (one.session) {
            const auto change = x_core.sessions.at(*one.session).passes_until;
            take(change == utc_time::max() ? std::nullopt : std::optional(change));
            take(idle_end(*one.session));
        } else if (!wanted_ways(peer, one).empty()) {
            take(std::max(one.not_before, x_core.now));
        }
    }
    return first;
}

}  // namespace dhow::route
