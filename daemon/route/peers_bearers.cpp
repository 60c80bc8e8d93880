// Peers with several bearers: which link is wanted when, what passes over the one that is up.
// Way of the message: see peers.hpp.
// Pure. Net thread. Counting is in peers_quota.cpp.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/peers_bearers_test.cpp, sim.
// Limits: demand_look_min and _max.
#include "daemon/route/peers.hpp"
#include "protocol/known.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

namespace {

constexpr std::size_t class_count = protocol::message_class_count;

/// A sixteenth of the time that decides, so that what has waited for it waits little longer.
milliseconds next_look(milliseconds wait) {
    return std::clamp<milliseconds>(wait / 16, limits::demand_look_min, limits::demand_look_max);
}

bool is_alike(const config::link& one, const bearer_book& book) {
    const auto* record = book.find(one.name);
    return one.idle_close.count() == 0 && record != nullptr && record->schedule.is_plain() &&
           !record->quota.is_limited() && one.level_max == protocol::highest_confidentiality;
}

/// Whether something of some class waits.
bool is_any(const class_waits& waits) {
    return std::ranges::any_of(waits, [](const auto& one) { return one.has_value(); });
}

}  // namespace

void peers::configure_bearers() {
    x_core.bearers.configure(x_core.config->links);
    std::map<bureau_id, std::uint64_t> cost_of;
    std::set<bureau_id> chosen;
    for (const auto& one : x_core.config->links) {
        if (one.mode == config::link_mode::courier) {
            continue;
        }
        const auto first = cost_of.emplace(one.peer, one.cost).first;
        if (first->second != one.cost || !is_alike(one, x_core.bearers)) {
            chosen.insert(one.peer);
        }
    }
    std::erase_if(x_bearers, [&](const auto& entry) { return !chosen.contains(entry.first); });
    for (const auto peer : chosen) {
        x_bearers[peer].look_at = x_core.now;
    }
    for (auto& [number, record] : x_core.sessions) {
        record.passes_until = x_core.now;
        if (is_plain(record.peer)) {
            let_all_pass(number);  // Also what was left to write of a quota that is gone.
        }
    }
}

std::string peers::bearer_of(bureau_id peer, const std::string& came_to) const {
    std::string any;
    for (const auto& one : x_core.config->links) {
        if (one.peer != peer || one.mode == config::link_mode::courier) {
            continue;
        }
        if (!one.local.empty() && one.local == came_to) {
            return one.name;
        }
        const bool may_be_called = one.mode != config::link_mode::dial;
        if (any.empty() && one.local.empty() && may_be_called) {
            any = one.name;
        }
    }
    return any;
}

bool peers::is_carrying(const std::string& link) const {
    return std::ranges::any_of(x_core.sessions, [&](const auto& one) {
        return one.second.established && one.second.bearer == link;
    });
}

dearer_times peers::dearer_after() const {
    dearer_times out;
    for (std::size_t i = 0; i < class_count; ++i) {
        out[i] = x_core.config->times[i].dearer_after;
    }
    return out;
}

bearer_facts peers::facts_of(const std::string& name, const link_record& link) const {
    bearer_facts out;
    out.cost = link.settings.cost;
    const auto stalled = x_core.stalled_session_with(link.settings.peer);
    const auto* silent = stalled ? &x_core.sessions.at(*stalled) : nullptr;
    const bool is_silent = silent != nullptr && silent->bearer == name;
    out.is_up = is_carrying(name) && !is_silent;
    out.may_dial = !addresses_of(link).empty();
    out.level_max = link.settings.level_max;
    out.closes_when_idle = link.settings.idle_close.count() > 0;
    const auto* record = x_core.bearers.find(name);
    for (std::size_t i = 0; record != nullptr && i < class_count; ++i) {
        const auto cls = static_cast<message_class>(i);
        out.carries[i] = record->schedule.carries(cls);
        out.open[i] = x_core.bearers.size_max(name, cls, x_core.now) > 0;
    }
    out.carried_until = out.is_up   ? x_core.now
                        : is_silent ? protocol::known(silent->silence.stalled_since,
                                                      "a session that is stalled since never")
                                    : link.carried_until;
    if (const auto state = x_bearers.find(link.settings.peer); state != x_bearers.end()) {
        out.stay_until = state->second.stay.stay_until();
    }
    return out;
}

peers::bearers_of_peer peers::bearers_of(bureau_id peer) const {
    bearers_of_peer out;
    std::vector<milliseconds> call_every;
    utc_time last{};
    for (const auto& [name, link] : x_links) {
        if (link.settings.peer == peer && link.settings.mode != config::link_mode::courier) {
            out.names.push_back(name);
            out.facts.push_back(facts_of(name, link));
            call_every.push_back(link.settings.call_every);
            last = std::max(last, out.facts.back().carried_until);
        }
    }
    for (std::size_t i = 0; i < out.facts.size(); ++i) {
        out.facts[i].call_at = last + call_every[i];
    }
    return out;
}

std::optional<utc_time> peers::wanted_from(const std::string& name) const {
    const auto& link = x_links.at(name);
    const auto peer = link.settings.peer;
    const auto state = x_bearers.find(peer);
    if (!may_be_dialled(link)) {
        return std::nullopt;
    }
    if (state == x_bearers.end()) {
        return is_up(peer) && !is_stalled(peer) ? std::nullopt : std::optional(x_core.now);
    }
    const auto all = bearers_of(peer);
    const auto which = std::ranges::find(all.names, name) - all.names.begin();
    if (static_cast<std::size_t>(which) == all.names.size()) {
        return std::nullopt;  // A courier.
    }
    const auto after = dearer_after();
    const auto own = static_cast<std::size_t>(which);
    auto out = bearer_choice(all.facts, after, x_core.now).wanted_from(own, state->second.waits);
    for (const auto level : protocol::levels_above_lowest) {
        const auto& waits = state->second.waits_of_level[static_cast<std::size_t>(level)];
        if (!is_any(waits)) {
            continue;
        }
        const auto facts = as_for(all.facts, level);
        const bearer_choice choice(facts, after, x_core.now);
        if (choice.is_needed_elsewhere(own, waits)) {
            return std::nullopt;
        }
        const auto at = choice.wanted_from(own, waits);
        out = at && (!out || *at < *out) ? at : out;
    }
    return out;
}

std::optional<utc_time> peers::passes_from(bureau_id peer, message_class cls,
                                           std::uint64_t size_bytes, utc_time made_at,
                                           confidentiality level) const {
    auto all = bearers_of(peer);
    all.facts = as_for(all.facts, level);
    const auto after = dearer_after();
    const bearer_choice choice(all.facts, after, x_core.now);
    const auto up = x_core.session_with(peer);
    std::optional<utc_time> first;
    for (std::size_t i = 0; i < all.names.size(); ++i) {
        const auto usable = choice.usable_from(i, cls, made_at);
        auto at = usable ? x_core.bearers.opens(all.names[i], cls, size_bytes, *usable)
                         : std::optional<utc_time>{};
        if (at && up && x_core.sessions.at(*up).bearer != all.names[i]) {
            at = std::max(*at, x_links.at(all.names[i]).dial_at.value_or(*at));
            at = *at > x_core.now ? at : std::nullopt;  // It is tried, and nobody knows how long.
        }
        first = at && (!first || *at < *first) ? at : first;
    }
    return first;
}

void peers::on_waiting(bureau_id peer, message_class cls, confidentiality level) {
    const auto state = x_bearers.find(peer);
    if (state == x_bearers.end()) {
        return;
    }
    state->second.has_news = x_asks_for_waits;
    const auto which = static_cast<std::size_t>(cls);
    auto& of_level = state->second.waits_of_level[static_cast<std::size_t>(level)][which];
    for (auto* since : {&state->second.waits[which], &of_level}) {
        *since = *since ? std::min(**since, x_core.now) : x_core.now;
    }
    const auto at = x_core.now + limits::demand_look_max;
    state->second.look_at = std::min(state->second.look_at.value_or(at), at);
}

void peers::on_bearer_up(session_number number) {
    auto& record = x_core.sessions.at(number);
    record.active_at = x_core.now;
    const auto state = x_bearers.find(record.peer);
    const auto link = x_links.find(record.bearer);
    if (state == x_bearers.end()) {
        return;
    }
    if (link != x_links.end()) {
        const auto own_cost = link->second.settings.cost;
        const bool is_dearer = std::ranges::any_of(x_links, [&](const auto& other) {
            const auto& settings = other.second.settings;
            return settings.peer == record.peer && settings.cost < own_cost &&
                   settings.mode != config::link_mode::courier;
        });
        if (is_dearer) {
            state->second.stay.on_dearer(x_core.now, link->second.settings.hold_down);
        } else {
            state->second.stay.on_cheapest(x_core.now);
        }
    }
    state->second.look_at = x_core.now;
    refresh_passages(number);
}

void peers::on_bearer_down(const session_record& ended, bool was_up) {
    const auto link = x_links.find(ended.bearer);
    if (was_up && link != x_links.end()) {
        link->second.carried_until = x_core.now;
    }
    const auto state = x_bearers.find(ended.peer);
    if (state == x_bearers.end()) {
        return;
    }
    state->second.look_at = x_core.now;
    if (was_up && link != x_links.end() && !is_up(ended.peer)) {
        state->second.stay.on_cheapest_ended(x_core.now);  // Means nothing of a dearer one.
    }
}

void peers::refresh_passages(session_number number) {
    auto& record = x_core.sessions.at(number);
    const bool is_due = record.passes_until <= x_core.now;
    if (is_due) {  // Else the look that was planned stays: readings come each second.
        record.passes_until = utc_time::max();
    }
    const auto all = bearers_of(record.peer);
    const auto found = std::ranges::find(all.names, record.bearer);
    if (is_plain(record.peer) || found == all.names.end()) {
        return let_all_pass(number);
    }
    const auto which = static_cast<std::size_t>(found - all.names.begin());
    const auto after = dearer_after();
    const bearer_choice choice(all.facts, after, x_core.now);
    const auto before = record.passes;
    const auto look_at = [&](std::optional<utc_time> at) {
        record.passes_until = std::min(record.passes_until, at.value_or(utc_time::max()));
    };
    look_at(x_core.bearers.next_change(record.bearer, x_core.now));
    bool some_wait = false;
    for (std::size_t i = 0; i < class_count; ++i) {
        const auto cls = static_cast<message_class>(i);
        const auto wait = choice.least_wait(which, cls);
        auto& passes = record.passes[i];
        passes.level_max = all.facts[which].level_max;
        passes.waits_upto =
            choice.cheaper_level(which, cls).value_or(protocol::highest_confidentiality);
        const bool is_any_free = wait || passes.waits_upto < passes.level_max;
        passes.bytes_max =
            is_any_free ? x_core.bearers.size_max(record.bearer, cls, x_core.now) : 0;
        passes.least_wait = passes.bytes_max > 0 ? wait.value_or(for_ever) : milliseconds{0};
        if (passes.least_wait.count() > 0 && wait) {
            some_wait = true;
            look_at(choice.free_from(which, cls));
            look_at(x_core.now + next_look(passes.least_wait));
        }
    }
    allow_writing(number);
    const bool is_other = record.passes != before;
    if (is_other) {
        x_bearers.at(record.peer).look_at = x_core.now;  // Another link may be wanted for the rest.
    }
    if ((is_other || (is_due && some_wait)) && x_passage_changed) {
        x_passage_changed(number);
    }
}

// Nobody knows which link a session is that counts for none: it may be any of them.
confidentiality peers::level_of_all(bureau_id peer) const {
    auto out = protocol::highest_confidentiality;
    for (const auto& one : x_core.config->links) {
        if (one.peer == peer && one.mode != config::link_mode::courier) {
            out = std::min(out, one.level_max);
        }
    }
    return out;
}

void peers::let_all_pass(session_number number) {
    auto& record = x_core.sessions.at(number);
    const auto before = std::exchange(record.passes, {});
    for (auto& one : record.passes) {
        one.level_max = level_of_all(record.peer);
    }
    const bool is_other = record.passes != before;
    allow_writing(number);
    if (is_other && x_passage_changed) {
        x_passage_changed(number);
    }
}

void peers::refresh_passages_where(const std::function<bool(const session_record&)>& is_due) {
    std::vector<session_number> due;
    for (const auto& [number, record] : x_core.sessions) {
        const bool carries = record.established || record.is_early;
        if (carries && !is_plain(record.peer) && is_due(record)) {
            due.push_back(number);
        }
    }
    for (const auto number : due) {
        refresh_passages(number);
    }
}

std::optional<utc_time> peers::idle_end(const session_record& record) const {
    const auto link = x_links.find(record.bearer);
    if (!record.established || link == x_links.end() ||
        link->second.settings.idle_close.count() == 0 || record.session->open_transfers() > 0) {
        return std::nullopt;
    }
    return record.active_at + link->second.settings.idle_close;
}

void peers::close_idle() {
    for (auto& [number, record] : x_core.sessions) {
        const auto end = idle_end(record);
        if (!end || *end > x_core.now) {
            continue;
        }
        // A body that comes slowly makes an event now and then.
        const auto carried = record.session->payload();
        if (std::exchange(record.payload_seen, carried) != carried) {
            record.active_at = x_core.now;
        } else {
            const auto pause = x_links.at(record.bearer).settings.call_every;
            x_core.session(number)->goodbye(errc::link_idle, pause, x_core.now);
        }
    }
}

void peers::ask_for_waits() {
    const bool is_due = std::ranges::any_of(x_bearers, [this](const auto& one) {
        return one.second.look_at && *one.second.look_at <= x_core.now;
    });
    if (!is_due || x_asks_for_waits) {
        return;
    }
    x_asks_for_waits = true;
    x_core.out.ask(query::summarise_queue{}, [this](store::reply& reply) {
        x_asks_for_waits = false;
        on_waits(expect<answer::queue_summary>(reply));
    });
}

// Dials follow from how long things wait, to the millisecond; what is looked for again is only what
// nobody has told of.
void peers::on_waits(const answer::queue_summary& waiting) {
    for (auto& [peer, state] : x_bearers) {
        if (std::exchange(state.has_news, false)) {
            state.look_at = x_core.now;  // The answer may be older than what was told meanwhile.
            continue;
        }
        state.waits = {};
        state.waits_of_level = {};
        for (const auto& line : waiting.rows) {
            const auto which = static_cast<std::size_t>(line.cls);
            if (line.peer == peer && line.ready + line.in_doubt > 0) {
                state.waits[which] = line.oldest_ready.value_or(x_core.now);
                for (const auto level : protocol::levels_above_lowest) {
                    const auto of = static_cast<std::size_t>(level);
                    state.waits_of_level[of][which] = line.oldest_of_level[of];
                }
            }
        }
        const auto up = is_stalled(peer) ? std::nullopt : x_core.session_with(peer);
        const bool is_all_open = up && x_core.sessions.at(*up).passes == passages{};
        state.look_at =
            is_all_open ? std::nullopt : std::optional(x_core.now + limits::demand_look_max);
    }
}

void peers::on_bearers_deadline() {
    if (x_bearers.empty()) {
        return;
    }
    if (x_roll_at <= x_core.now) {
        x_core.bearers.roll(x_core.now, !x_core.expiry_frozen);
        x_roll_at = x_core.expiry_frozen ? x_core.now + limits::demand_look_max
                                         : month_quota::next_month(x_core.now);
    }
    const bool is_measured = x_measure_at <= x_core.now || is_near_an_end();
    if (is_measured) {
        measure_all();
    }
    refresh_passages_where([&](const session_record& record) {
        return record.passes_until <= x_core.now || (is_measured && is_metered_session(record));
    });
    close_idle();
    ask_for_waits();
}

std::optional<utc_time> peers::next_bearers_deadline() const {
    if (x_bearers.empty()) {
        return std::nullopt;
    }
    auto first = x_roll_at;
    for (const auto& [number, record] : x_core.sessions) {
        const bool carries = record.established || record.is_early;
        if (!carries || is_plain(record.peer)) {
            continue;
        }
        first = std::min({first, record.passes_until, idle_end(record).value_or(first)});
        if (is_metered_session(record)) {
            first = std::min(first, x_measure_at);
        }
    }
    for (const auto& [peer, state] : x_bearers) {
        if (!x_asks_for_waits) {
            first = std::min(first, state.look_at.value_or(first));
        }
    }
    return first;
}

}  // namespace dhow::route
