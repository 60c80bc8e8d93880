// When each link is dialled: back-off, turns, changes of the network.
// Way of the message: see peers.hpp.
// Pure. Net thread. Suspensions are in peers_suspension.cpp.
// Spec: docs/overview.md#links, docs/decisions/0008-who-dials-when.md.
// Tests: unit/route/peers_test.cpp, unit/route/peers_wake_test.cpp, sim.
// Limits: link_backoff, dial_pacer, wake_up.
#include "daemon/route/peers.hpp"
#include "protocol/known.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

namespace {

utc_time dial_time(const link_record& link) {
    return protocol::known(link.dial_at, "a link that waits for no dial");
}

}  // namespace

link_record* peers::link_of(session_number session) {
    const auto found = x_core.sessions.find(session);
    if (found == x_core.sessions.end() || found->second.link.empty()) {
        return nullptr;
    }
    const auto link = x_links.find(found->second.link);
    return link == x_links.end() ? nullptr : &link->second;
}

std::vector<std::string> peers::addresses_of(const link_record& link) const {
    if (link.settings.mode == config::link_mode::listen ||
        link.settings.mode == config::link_mode::courier) {
        return {};
    }
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
    const bool suspended = is_suspended(link.settings.peer);
    link.state = suspended ? link_state::suspended : link_state::idle;
    link.is_called = false;
    if (suspended || x_core.stopping || addresses_of(link).empty()) {
        link.dial_at.reset();
        return;
    }
    link.dial_at = x_core.now + delay;
}

milliseconds peers::delay_after(link_record& link, link_result brought) {
    link.wake.on_result(brought, x_core.now);
    const auto stalled = x_stalled.find(link.settings.peer);
    link.is_flash = (stalled != x_stalled.end() && stalled->second) ||
                    (x_flash_waits && x_flash_waits(link.settings.peer));
    return link.backoff.on_end(brought, link.settings.metered, link.is_flash, x_random);
}

void peers::count_for_others(const session_record& ended, link_result brought) {
    const bool came_in = ended.link.empty();
    const bool is_good = brought == link_result::progress || brought == link_result::stood;
    for (auto& [name, link] : x_links) {
        if (link.settings.peer != ended.peer || name == ended.link ||
            link.state != link_state::idle || is_up(ended.peer)) {
            continue;
        }
        if (!link.dial_at) {  // It fell due while the session was up.
            plan_dial(link, delay_after(link, brought));
        } else if (came_in && is_good) {  // The way is open: no reason to wait for long.
            const auto planned = *link.dial_at;
            plan_dial(link, delay_after(link, brought));
            link.dial_at = link.dial_at ? std::min(*link.dial_at, planned) : link.dial_at;
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
    auto delay = delay_after(link, link_result::no_session);
    // It has tried all the time. Where the path is dead, the next goes on with that.
    const bool goes_on = code == errc::timed_out && !link.settings.metered &&
                         (link.is_flash || is_stalled(link.settings.peer));
    delay = goes_on ? milliseconds{0} : delay;
    if (link.settings.metered && is_stalled(link.settings.peer)) {
        delay = std::max(delay, link_backoff::flash_probe_metered);
    }
    if (!std::exchange(link.is_probing, false)) {
        plan_dial(link, delay);
    } else if (is_stalled(link.settings.peer)) {
        link.dial_at = x_core.now + delay;
    }
}

void peers::hurry(bureau_id peer) {
    if (is_stalled(peer)) {
        on_stalled(peer, true);
    }
    for (auto& [name, link] : x_links) {
        const auto wait = link.backoff.flash_wait(link.settings.metered);
        if (link.settings.peer == peer && waits_for_dial(link)) {
            link.dial_at = std::min(dial_time(link), x_core.now + wait);
            link.is_flash = true;
        }
    }
}

void peers::dial(const std::string& name, link_record& link) {
    const auto addresses = addresses_of(link);
    const auto& address = addresses[link.next_address % addresses.size()];
    link.next_address = (link.next_address + 1) % addresses.size();
    if (link.state == link_state::up) {
        link.is_probing = true;
    } else {
        link.state = link_state::connecting;
        link.since = x_core.now;
    }
    link.dial_at.reset();
    link.is_called = false;
    x_pacer.on_dial(std::exchange(link.is_flash, false), x_core.now);
    x_core.out.dial({.link = name,
                     .peer = link.settings.peer,
                     .address = address,
                     .local = link.settings.local,
                     .again_after = again_after(link.settings)});
}

void peers::on_deadline() {
    for (const auto& [peer, record] : x_peers) {
        const auto end = suspended_until(peer);
        if (end && *end <= x_core.now) {
            resume(peer, {}, {});
        }
    }
    if (x_network.take(x_core.now)) {
        ask_for_life();
        x_core.out.ask(query::summarise_queue{}, [this](store::reply& reply) {
            wake_links(expect<answer::queue_summary>(reply));
        });
    }
    on_bearers_deadline();
    std::vector<dial_pacer::waiting> due;
    for (auto& [name, link] : x_links) {
        if (!waits_for_dial(link) || dial_time(link) > x_core.now) {
            continue;
        }
        if (is_given_up(link) || x_core.stopping || addresses_of(link).empty()) {
            link.dial_at.reset();  // Planned again when that session ends, or by a reload.
        } else if (link.is_called) {
            dial(name, link);
        } else if (const auto wanted = wanted_from(name); wanted && *wanted <= x_core.now) {
            due.push_back({name, dial_time(link), link.is_flash});
        }
    }
    while (!due.empty() && x_pacer.has_room(x_core.now)) {
        const auto next = due.begin() + static_cast<std::ptrdiff_t>(x_pacer.next_of(due));
        dial(next->link, x_links.at(next->link));
        due.erase(next);
    }
}

std::optional<utc_time> peers::next_deadline() const {
    std::optional<utc_time> first = x_network.next_deadline();
    const auto take = [&](const std::optional<utc_time>& at) {
        if (at && (!first || *at < *first)) {
            first = at;
        }
    };
    for (const auto& [name, link] : x_links) {
        if (!waits_for_dial(link)) {
            continue;
        }
        if (link.is_called) {
            take(dial_time(link));
        } else if (is_plain(link.settings.peer)) {
            take(std::max(dial_time(link), x_pacer.room_at()));
        } else if (const auto wanted = wanted_from(name)) {
            take(std::max({dial_time(link), *wanted, x_pacer.room_at()}));
        }
    }
    take(next_bearers_deadline());
    for (const auto& [peer, record] : x_peers) {
        take(suspended_until(peer));
    }
    return first;
}

void peers::wake_links(const answer::queue_summary& waiting) {
    enum class need : std::uint8_t { nothing, something, flash };
    std::map<bureau_id, need> needs;
    for (const auto& line : waiting.rows) {
        if (line.ready + line.waiting + line.in_doubt > 0) {
            auto& of = needs[line.peer];
            of = std::max(of, line.cls == message_class::flash ? need::flash : need::something);
        }
    }
    for (auto& [name, link] : x_links) {
        const auto found = needs.find(link.settings.peer);
        const auto of = found == needs.end() ? need::nothing : found->second;
        // What the peer has for us it cannot bring when only we can dial.
        const bool is_wanted =
            of != need::nothing ||
            (!link.settings.metered && link.settings.mode == config::link_mode::dial);
        if (link.state != link_state::idle || !link.dial_at || !is_wanted ||
            !link.wake.is_open(x_core.now)) {
            continue;
        }
        const auto spread = of == need::flash       ? limits::wake_spread_flash
                            : of == need::something ? limits::wake_spread
                                                    : limits::wake_spread_idle;
        const auto at = x_core.now + between(milliseconds{0}, spread, x_random);
        if (at < *link.dial_at) {
            link.wake.on_wake();
            link.dial_at = at;
            link.is_flash = of == need::flash;
        }
    }
}

std::vector<std::string> peers::named(const std::string& link_or_peer) const {
    if (x_links.contains(link_or_peer)) {
        return {link_or_peer};
    }
    std::vector<std::string> out;
    for (const auto& [name, link] : x_links) {
        if (link.settings.peer.text() == link_or_peer) {
            out.push_back(name);
        }
    }
    return out;
}

call_result peers::call(const std::string& name) {
    auto& link = x_links.at(name);
    if (is_suspended(link.settings.peer)) {
        return call_result::suspended;
    }
    const bool has_session =
        is_plain(link.settings.peer) ? is_up(link.settings.peer) : is_carrying(name);
    if (has_session && !is_stalled(link.settings.peer)) {
        return call_result::is_up;
    }
    if (!link.is_free()) {
        return call_result::under_way;
    }
    link.backoff.reset();
    link.wake.reset();
    if (link.state == link_state::up) {
        x_stalled[link.settings.peer] = true;  // Whatever it costs.
        link.dial_at = x_core.now;
    } else {
        plan_dial(link, milliseconds{0});
    }
    link.is_called = link.dial_at.has_value();
    return link.is_called ? call_result::dialling : call_result::must_be_called;
}

}  // namespace dhow::route
