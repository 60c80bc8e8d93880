// When each link is dialled: back-off, wake-ups, suspension.
// Way of the message: see peers.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#links. Tests: unit/route/peers_test.cpp, sim.
// Limits: link_backoff.
#include "daemon/route/peers.hpp"

#include <algorithm>

namespace dhow::route {

link_record* peers::link_of(session_number session) {
    const auto found = x_core.sessions.find(session);
    if (found == x_core.sessions.end() || found->second.link.empty()) {
        return nullptr;
    }
    const auto link = x_links.find(found->second.link);
    return link == x_links.end() ? nullptr : &link->second;
}

void peers::configure() {
    std::map<std::string, link_record> kept;
    for (const auto& settings : x_core.config->links) {
        auto& record = kept[settings.name];
        if (const auto old = x_links.find(settings.name); old != x_links.end()) {
            record = std::move(old->second);
        } else {
            record.since = x_core.now;
        }
        record.settings = settings;
        if (record.state == link_state::idle && !record.dial_at) {
            plan_dial(record, milliseconds{0});
        }
    }
    x_links = std::move(kept);
}

std::vector<std::string> peers::addresses_of(const link_record& link) const {
    if (!link.settings.addresses.empty()) {
        return link.settings.addresses;
    }
    std::vector<std::string> out;
    if (const auto* entry = x_core.directory->find(link.settings.peer)) {
        for (const auto& instance : entry->instances) {
            out.insert(out.end(), instance.addresses.begin(), instance.addresses.end());
        }
    }
    return out;
}

void peers::plan_dial(link_record& link, milliseconds delay) {
    const bool dials =
        link.settings.mode != config::link_mode::listen && !addresses_of(link).empty();
    const auto* record = find(link.settings.peer);
    const bool suspended = record != nullptr && !record->row.suspended.empty();
    link.state = suspended ? link_state::suspended : link_state::idle;
    if (!dials || suspended || x_core.stopping) {
        link.dial_at.reset();
        return;
    }
    link.dial_at = x_core.now + delay;
}

void peers::call_dial_links(bureau_id peer) {
    for (auto& [name, link] : x_links) {
        if (link.settings.peer == peer && link.state == link_state::idle && !link.dial_at &&
            !is_up(peer)) {
            plan_dial(link, link_backoff::after_progress);
        }
    }
}

void peers::on_dial_failed(const std::string& name, errc code, std::string text) {
    const auto found = x_links.find(name);
    if (found == x_links.end()) {
        return;
    }
    auto& link = found->second;
    link.failures += 1;
    link.last_error = std::string(protocol::text_of(code)) + (text.empty() ? "" : ": " + text);
    link.last_code = code;
    link.last_error_at = x_core.now;
    link.since = x_core.now;
    x_core.count.session_failures += 1;
    const bool flash = x_flash_waits && x_flash_waits(link.settings.peer);
    plan_dial(link, link.backoff.on_end(false, link.settings.metered, flash, x_random));
}

void peers::hurry(bureau_id peer) {
    for (auto& [name, link] : x_links) {
        const auto wait =
            link.settings.metered ? link_backoff::flash_probe_metered : link_backoff::flash_probe;
        if (link.settings.peer == peer && link.state == link_state::idle && link.dial_at &&
            *link.dial_at > x_core.now + wait) {
            plan_dial(link, wait);
        }
    }
}

void peers::on_deadline() {
    for (auto& [peer, record] : x_peers) {
        if (record.row.suspended_until && *record.row.suspended_until <= x_core.now) {
            resume(peer);
        }
    }
    for (auto& [name, link] : x_links) {
        if (link.state != link_state::idle || !link.dial_at || *link.dial_at > x_core.now) {
            continue;
        }
        if (is_up(link.settings.peer)) {
            link.dial_at.reset();  // Planned again when that session ends.
            continue;
        }
        const auto addresses = addresses_of(link);
        if (addresses.empty()) {
            link.dial_at.reset();  // A reload took them away.
            continue;
        }
        const auto& address = addresses[link.next_address % addresses.size()];
        link.next_address = (link.next_address + 1) % addresses.size();
        link.state = link_state::connecting;
        link.since = x_core.now;
        link.dial_at.reset();
        x_core.out.dial(name, link.settings.peer, address);
    }
}

std::optional<utc_time> peers::next_deadline() const {
    std::optional<utc_time> first;
    const auto take = [&](const std::optional<utc_time>& at) {
        if (at && (!first || *at < *first)) {
            first = at;
        }
    };
    for (const auto& [name, link] : x_links) {
        take(link.state == link_state::idle ? link.dial_at : std::nullopt);
    }
    for (const auto& [peer, record] : x_peers) {
        take(record.row.suspended.empty() ? std::nullopt : record.row.suspended_until);
    }
    return first;
}

bool peers::call(const std::string& name) {
    const auto found = x_links.find(name);
    if (found == x_links.end() || found->second.state == link_state::suspended) {
        return false;
    }
    if (found->second.state == link_state::idle) {
        plan_dial(found->second, milliseconds{0});
    }
    return true;
}

void peers::suspend(bureau_id peer, std::string reason, std::optional<utc_time> until) {
    auto& record = x_peers[peer];
    record.row.peer = peer;
    record.row.suspended = reason.empty() ? "no reason given" : std::move(reason);
    record.row.suspended_until = until;
    for (auto& [name, link] : x_links) {
        if (link.settings.peer == peer) {
            link.state = link.state == link_state::idle ? link_state::suspended : link.state;
            link.dial_at.reset();
        }
    }
    if (const auto session = x_core.session_with(peer)) {
        x_core.session(*session)->goodbye(errc::busy, std::chrono::seconds{60}, x_core.now);
    }
    remember(record);
}

void peers::resume(bureau_id peer) {
    auto& record = x_peers[peer];
    record.row.peer = peer;
    record.row.suspended.clear();
    record.row.suspended_until.reset();
    remember(record);
    for (auto& [name, link] : x_links) {
        if (link.settings.peer == peer && link.state == link_state::suspended) {
            plan_dial(link, milliseconds{0});
        }
    }
}

}  // namespace dhow::route
