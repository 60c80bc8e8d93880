// Queues and links as operators see them, and their verbs: call, test, suspend, resume.
// Way of the message: beside it.
// Pure. Net thread.
// Spec: docs/operations.md, docs/poor-links.md. Tests: unit/route/queries_test.cpp,
// unit/route/peers_suspension_test.cpp, unit/route/trials_test.cpp.
// Limits: page_rows_max, trials_open_max.
#include "daemon/route/queries.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

std::optional<response::suspension> suspension_of(bureau_id peer, const peers& all) {
    if (!all.is_suspended(peer)) {
        return std::nullopt;
    }
    const auto& row = all.find(peer)->row;
    return response::suspension{.reason = row.suspended,
                                .by = row.suspended_by,
                                .since = row.suspended_at,
                                .until = all.suspended_until(peer)};
}

response::link_status status_of(const std::string& name, const link_record& link) {
    response::link_status out;
    out.name = name;
    out.peer = link.settings.peer;
    out.state = state_text(link);
    const auto& addresses = link.settings.addresses;
    out.address =
        addresses.empty() ? std::string{} : addresses[link.next_address % addresses.size()];
    out.since = link.since;
    out.next_try = link.dial_at;
    out.last_error = link.last_error;
    out.sessions = link.sessions;
    out.failures = link.failures;
    return out;
}

/// A session beside the peer's goes by this link.
bool carries_beside(const core& shared, const std::string& link) {
    return std::ranges::any_of(shared.sessions, [&](const auto& one) {
        const auto& record = one.second;
        return record.is_beside && record.bearer == link && record.session->is_established();
    });
}

/// Of the peer's session, if it goes by this link or by none that is known.
std::optional<utc_time> silent_since(const core& shared, const response::link_status& of) {
    const auto stalled = shared.stalled_session_with(of.peer);
    if (!stalled) {
        return std::nullopt;
    }
    const auto& record = shared.sessions.at(*stalled);
    return record.bearer.empty() || record.bearer == of.name ? record.silence.stalled_since
                                                             : std::nullopt;
}

void add_line_facts(const line_facts& facts, response::link_status& to) {
    to.bytes_in = facts.bytes_in;
    to.bytes_out = facts.bytes_out;
    to.bytes_per_s = facts.bytes_per_s;
    to.round_trip = facts.round_trip;
    to.congestion = facts.congestion;
}

std::string_view text_of(call_result result) {
    switch (result) {
        case call_result::dialling:
            return "dialling";
        case call_result::under_way:
            return "a dial is under way";
        case call_result::is_up:
            return "the link is up";
        case call_result::must_be_called:
            return "only the peer can set up this link";
        case call_result::suspended:
            return "the peer is suspended";
    }
    return "";
}

/// False: the end that is asked for makes no sense, and that was said.
bool check_end(const request::suspend_peer& what, utc_time now, const answer_to& answer) {
    if (what.until && what.lasts) {
        answer(refusal(errc::bad_request, "either until when or for how long, not both"));
        return false;
    }
    const bool is_in_range =
        !what.lasts || (what.lasts->count() > 0 && *what.lasts <= limits::time_to_live_max);
    if (!is_in_range) {
        answer(refusal(errc::bad_request,
                       "for how long must be more than nothing, and 400 days "
                       "at most"));
        return false;
    }
    if (what.until && *what.until <= now) {
        answer(refusal(errc::bad_request, "until when must be a time to come; it is " +
                                              protocol::to_text(now) + " now"));
        return false;
    }
    return true;
}

}  // namespace

std::string_view state_text(const link_record& link) {
    switch (link.state) {
        case link_state::up:
            return "up";
        case link_state::connecting:
            return "connecting";
        case link_state::suspended:
            return "suspended";
        case link_state::idle:
            break;
    }
    if (link.settings.mode == config::link_mode::listen) {
        return "listening";
    }
    if (link.settings.mode == config::link_mode::courier) {
        return "courier";
    }
    return link.dial_at ? "waiting" : "down";
}

void queries::ask(const caller& who, const request::queue_summary&, answer_to answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    x_core.out.ask(query::summarise_queue{}, [this, answer](store::reply& reply) {
        response::queue_summary out{std::move(expect<answer::queue_summary>(reply).rows)};
        for (const auto& line : out.lines) {
            if (auto found = suspension_of(line.peer, x_peers)) {
                out.suspended[line.peer] = std::move(*found);
            }
        }
        out.outlooks = outlooks_of(out.lines);
        answer(std::move(out));
    });
}

void queries::ask(const caller& who, const request::list_queue& what, answer_to answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    const auto limit = std::clamp<std::size_t>(what.limit, 1, limits::page_rows_max);
    x_core.out.ask(query::list_queue{what.peer, static_cast<store::row_id>(what.after), limit},
                   [this, peer = what.peer, answer](store::reply& reply) {
                       auto& found = expect<answer::queue>(reply);
                       answer(response::queue{std::move(found.rows), found.more,
                                              suspension_of(peer, x_peers)});
                   });
}

void queries::ask(const caller& who, const request::list_links&, const answer_to& answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    x_peers.measure_all();
    response::links out;
    for (const auto& [name, link] : x_peers.links()) {
        out.rows.push_back(status_of(name, link));
        out.rows.back().has_session = x_peers.is_up(link.settings.peer);
        out.rows.back().suspended = suspension_of(link.settings.peer, x_peers);
        out.rows.back().silent_since = silent_since(x_core, out.rows.back());
        if (link.state == link_state::idle && carries_beside(x_core, name)) {
            out.rows.back().state = "beside";
        }
        add_line_facts(x_peers.line_of(name), out.rows.back());
        add_bearer_facts(out.rows.back());
    }
    answer(std::move(out));
}

void queries::ask(const caller& who, const request::call_link& what, const answer_to& answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    const auto names = x_peers.named(what.link);
    if (names.empty()) {
        answer(refusal(errc::not_found, "no such link, and no link to such a peer"));
        return;
    }
    std::string said;
    bool is_of_use = false;
    for (const auto& name : names) {
        const auto result = x_peers.call(name);
        is_of_use = is_of_use || result == call_result::dialling ||
                    result == call_result::under_way || result == call_result::is_up;
        said += (said.empty() ? "" : "; ") + (names.size() == 1 ? "" : name + ": ") +
                std::string(text_of(result));
        if (result == call_result::suspended) {
            said += ": " + x_peers.find(x_peers.links().at(name).settings.peer)->row.suspended;
        }
    }
    if (is_of_use) {
        answer(response::done{std::move(said)});
    } else {
        answer(refusal(errc::conflict, std::move(said)));
    }
}

void queries::ask(const caller& who, const request::test_link& what, const answer_to& answer) {
    if (is_operator(who, answer)) {
        x_trials.start(what.link, answer);
    }
}

void queries::ask(const caller& who, const request::suspend_peer& what, const answer_to& answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    const auto* known = x_peers.find(what.peer);
    if (known == nullptr && x_peers.named(std::string(what.peer.text())).empty()) {
        answer(refusal(errc::not_found, "no such peer"));
        return;
    }
    if (!what.suspend) {
        const bool was_suspended = x_peers.is_suspended(what.peer);
        x_peers.resume(what.peer, who.user, [answer, was_suspended](const auto& result) {
            if (result.status != store::transaction_status::committed) {
                answer(refusal(errc::store_failed,
                               "it is resumed, but that could not be written: a restart would "
                               "find it suspended"));
            } else {
                answer(response::done{was_suspended ? "resumed" : "it was not suspended"});
            }
        });
        return;
    }
    store::peer_row row;
    row.peer = what.peer;
    row.suspended = what.reason;
    row.suspended_by = who.user;
    row.suspended_until = what.until;
    row.suspended_for = what.lasts;
    if (!check_end(what, x_core.now, answer)) {
        return;
    }
    const auto end = what.lasts ? std::optional<utc_time>(x_core.now + *what.lasts) : what.until;
    const std::string said = end ? "suspended until " + protocol::to_text(*end) : "suspended";
    x_peers.suspend(row, [answer, said](const auto& result) {
        if (result.status != store::transaction_status::committed) {
            answer(refusal(errc::store_failed,
                           "it is suspended, but that could not be written: a restart would "
                           "forget it"));
        } else {
            answer(response::done{said});
        }
    });
}

}  // namespace dhow::route
