// What links have carried: readings of the lines, counts in the store, what may still be written.
// Way of the message: see peers.hpp.
// Pure: readings are asked for through core::outside. Net thread.
// Spec: docs/decisions/0010-bearers.md#quota. Tests: unit/route/peers_bearers_test.cpp, sim.
// Limits: traffic_look, quota_rest_bytes, connection_end_bytes.
#include "daemon/route/peers.hpp"

#include <algorithm>

namespace dhow::route {

bool peers::is_metered_session(const session_record& record) const {
    return !record.bearer.empty() && x_core.bearers.has_quota(record.bearer);
}

bool peers::is_metered(bureau_id peer, const std::string& name) const {
    const auto found = x_links.find(name);
    if (found != x_links.end()) {
        return found->second.settings.metered;
    }
    return std::ranges::any_of(x_links, [&](const auto& one) {
        return one.second.settings.peer == peer && one.second.settings.metered;
    });
}

line_facts peers::line_of(const std::string& name) const {
    const auto& link = x_links.at(name);
    const auto session = std::ranges::find_if(x_core.sessions, [&](const auto& one) {
        const auto& record = one.second;
        const bool is_its = record.bearer.empty() ? record.link.empty() : record.bearer == name;
        return record.established && record.peer == link.settings.peer && is_its;
    });
    line_facts out;
    if (session != x_core.sessions.end() && x_core.outside.line) {
        out = x_core.outside.line(session->first);
    }
    out.round_trip = out.round_trip.count() > 0 ? out.round_trip : link.round_trip;
    return out;
}

/// Of a quota, on a link that carries a session.
bool peers::is_near_an_end() const {
    return std::ranges::any_of(x_core.sessions, [this](const auto& one) {
        const auto* record = x_core.bearers.find(one.second.bearer);
        return record != nullptr && record->quota.is_limited() &&
               record->quota.left() > limits::quota_rest_bytes &&
               record->quota.left() <= limits::quota_near_bytes;
    });
}

void peers::measure(session_number number) {
    const auto& record = x_core.sessions.at(number);
    if (record.bearer.empty() || !x_core.outside.line) {
        return;
    }
    x_core.bearers.count(number, record.bearer, x_core.outside.line(number).traffic, x_core.now,
                         !x_core.expiry_frozen);
    tell_quota(record.bearer);
}

void peers::measure_all() {
    x_measure_at = x_core.now + limits::traffic_look;
    for (const auto& [number, record] : x_core.sessions) {
        measure(number);
    }
    write_notes(x_core.bearers.take_notes(x_core.stopping));
}

void peers::on_line_gone(session_number number) {
    const auto record = x_core.sessions.find(number);
    if (record == x_core.sessions.end() || !x_core.outside.line) {
        return;
    }
    measure(number);
    x_core.bearers.forget(number);
    line_traffic end;
    end.in = end.out = limits::connection_end_bytes / 2;
    on_dial_cost(record->second.bearer, end);
}

void peers::on_dial_cost(const std::string& link, const line_traffic& cost) {
    x_core.bearers.count_failed(link, cost, x_core.now, !x_core.expiry_frozen);
    tell_quota(link);
    write_notes(x_core.bearers.take_notes(x_core.stopping));
}

void peers::tell_quota(const std::string& link) {
    auto* record = x_core.bearers.find(link);
    const auto news = record == nullptr ? std::nullopt : record->quota.take_news();
    if (!news) {
        return;
    }
    const bool is_used_up = *news == month_quota::level::used_up;
    x_core.out.log(log_level::warning, is_used_up ? "quota-used-up" : "quota",
                   "link " + link + " has used " + std::to_string(record->quota.used()) + " of " +
                       std::to_string(record->quota.limit()) + " bytes of this month" +
                       (is_used_up ? "; only classes that may go beyond pass" : ""));
}

void peers::write_notes(std::vector<std::pair<std::string, std::string>> notes) {
    if (notes.empty() || !x_core.started) {
        return;
    }
    store::transaction transaction;
    for (auto& [key, value] : notes) {
        transaction.changes.emplace_back(operation::put_meta{key, std::move(value)});
    }
    // A full disk does not take it: the next one says all that this one did.
    x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
}

void peers::note_quotas() {
    measure_all();
    write_notes(x_core.bearers.take_notes(true));
}

void peers::correct_quota(const std::string& link, std::uint64_t used_bytes,
                          std::function<void(const store::transaction_result&)> then) {
    measure_all();
    x_core.bearers.find(link)->quota.correct(used_bytes, x_core.now, !x_core.expiry_frozen);
    refresh_passages_where([](const session_record&) { return true; });
    auto note = x_core.bearers.note_of(link);
    store::transaction transaction;
    transaction.changes.emplace_back(operation::put_meta{note.first, std::move(note.second)});
    x_core.out.commit(std::move(transaction), std::move(then));
}

// Three quarters of what is left: the rest is for headers, for what comes back, and for what is
// under way and not counted yet. The next look gives the rest of that.
void peers::allow_writing(session_number number) {
    const auto& record = x_core.sessions.at(number);
    auto* session = x_core.session(number);
    const auto* bearer = x_core.bearers.find(record.bearer);
    protocol::write_allowance what;
    if (bearer != nullptr && bearer->quota.is_limited()) {
        for (std::size_t i = 0; i < what.is_metered.size(); ++i) {
            what.is_metered[i] = !bearer->quota.is_free(static_cast<message_class>(i));
        }
        const auto left = bearer->quota.left();
        what.bytes = left > limits::quota_rest_bytes ? left / 4 * 3 : 0;
    }
    if (session != nullptr) {
        session->set_allowance(what);
    }
}

}  // namespace dhow::route
