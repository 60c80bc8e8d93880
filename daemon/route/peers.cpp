// Links and sessions: HELLO, which session stays, what is remembered of a peer.
// Way of the message: see peers.hpp.
// Pure. Net thread. Dialling is in peers_dialling.cpp, suspensions in
// peers_suspension.cpp, bearers in peers_bearers.cpp.
// Spec: docs/overview.md#links. Tests: unit/route/peers_test.cpp, sim.
// Limits: one established session a peer.
#include "daemon/route/peers.hpp"

#include "daemon/route/owed_ends.hpp"

#include <algorithm>

namespace dhow::route {

namespace event = protocol::session_event;

void peers::load(std::vector<store::peer_row> rows) {
    for (auto& row : rows) {
        auto& record = x_peers[row.peer];
        record.row = std::move(row);
        record.known = true;
    }
}

const peer_record* peers::find(bureau_id peer) const {
    const auto found = x_peers.find(peer);
    return found == x_peers.end() ? nullptr : &found->second;
}

protocol::hello peers::local_hello(bureau_id peer) const {
    protocol::hello out;
    out.bureau = x_core.self();
    out.instance = x_core.instance;
    out.epoch = x_core.epoch;
    out.boot = x_core.boot;
    out.directory_serial = x_core.directory->head.serial;
    out.directory_head = x_core.directory->head_digest;
    out.time = x_core.tells_time ? x_core.now : utc_time{};
    out.inline_credit_bytes = limits::granted_credit_bytes;
    out.frame_bytes_max = limits::frame_payload_bytes_max;
    out.known = known_store_of(peer);
    if (const auto* record = find(peer)) {
        out.sent_count = record->row.sent_count;
        out.received_count = record->row.received_count;
    }
    if (const auto partials = x_partials.find(peer); partials != x_partials.end()) {
        out.partials = partials->second;
    }
    return out;
}

void peers::set_partials(bureau_id peer, std::vector<protocol::partial_transfer> partials) {
    x_partials[peer] = std::move(partials);
}

void peers::forget_partial(bureau_id peer, const digest& object) {
    if (const auto partials = x_partials.find(peer); partials != x_partials.end()) {
        std::erase_if(partials->second, [&](const auto& one) { return one.object == object; });
    }
}

void peers::on_connected(session_number session) {
    auto& record = x_core.sessions.at(session);
    record.since = x_core.now;
    if (auto* link = link_of(session); link != nullptr && !take_probe(*link, session)) {
        link->state = link_state::connecting;
        link->dial_at.reset();
    }
    if (is_suspended(record.peer)) {
        x_core.session(session)->goodbye(errc::busy, pause_of(record.peer), x_core.now);
    }
}

void peers::on_event(session_number number, const event::sign_hello& what) {
    x_core.out.run(
        seal::job::sign_hello{what.to_be_signed}, true,
        [this, number](protocol::result<seal::job_outcome>& outcome) {
            auto* session = x_core.session(number);
            if (session == nullptr) {
                return;
            }
            if (!outcome) {
                x_core.out.log(log_level::alarm, "hello-sign",
                               "HELLO could not be signed: " + outcome.error().message());
                session->goodbye(errc::keys_locked, std::chrono::seconds{60}, x_core.now);
                return;
            }
            const auto& signed_hello = std::get<seal::done::signed_hello>(*outcome);
            session->on_hello_signed(signed_hello.signer, signed_hello.value, x_core.now);
            x_core.sessions.at(number).hello_said = true;
        });
}

void peers::refuse_hello(session_number number, boost::system::error_code why) {
    const auto text =
        "peer " + std::string(x_core.sessions.at(number).peer.text()) + ": " + why.message();
    if (protocol::errc_of(why) == errc::busy) {
        x_core.out.log(log_level::info, "hello-refused", text);
    } else {
        x_core.out.log(log_level::alarm, "hello-refused", text);
        x_core.count.alarms += 1;
    }
    x_core.session(number)->on_hello_verified(why, x_core.now);
}

boost::system::error_code peers::judge(bureau_id pinned, const protocol::hello& said) const {
    if (said.bureau != pinned) {
        return errc::wrong_key_owner;
    }
    const auto* entry = x_core.directory->find(pinned);
    if (entry == nullptr || entry->status == protocol::bureau_status::suspended ||
        entry->status == protocol::bureau_status::revoked) {
        return errc::peer_not_pinned;
    }
    const auto* record = find(pinned);
    if (record != nullptr && record->is_suspended()) {
        return errc::busy;
    }
    if (said.known && are_we_an_old_copy(*said.known)) {
        return errc::clone_detected;
    }
    if (record == nullptr || !record->known || record->row.instance != said.instance) {
        return {};
    }
    const bool older_epoch = said.epoch < record->row.epoch;
    const bool older_boot = said.epoch == record->row.epoch && said.boot < record->row.boot;
    return older_epoch || older_boot ? boost::system::error_code(errc::clone_detected)
                                     : boost::system::error_code{};
}

void peers::on_event(session_number number, const event::verify_hello& what) {
    const auto& session = x_core.sessions.at(number);
    const auto pinned = session.peer;
    //= LP-28
    if (session.is_dialler && !session.hello_said) {
        return refuse_hello(number, errc::protocol_violation);
    }
    if (const auto wrong = judge(pinned, what.peer)) {
        return refuse_hello(number, wrong);
    }
    x_core.out.run(seal::job::verify_hello{pinned, what.signer, what.value, what.to_be_signed},
                   true, [this, number](protocol::result<seal::job_outcome>& outcome) {
                       auto* open = x_core.session(number);
                       if (open != nullptr && outcome) {
                           open->on_hello_verified({}, x_core.now);
                       } else if (open != nullptr) {
                           refuse_hello(number, outcome.error());
                       }
                   });
}

bool peers::newer_stays(session_number older, session_number newer) const {
    const auto& first = x_core.sessions.at(older);
    const auto& second = x_core.sessions.at(newer);
    if (first.is_dialler == second.is_dialler || first.silence.stalled_since) {
        return true;
    }
    const bool we_are_lower = x_core.self() < first.peer;
    return second.is_dialler == we_are_lower;
}

bool peers::on_established(session_number number, const protocol::hello& said) {
    auto& session = x_core.sessions.at(number);
    const auto peer = session.peer;
    if (const auto older = x_core.session_with(peer); older && *older != number) {
        const bool replace = newer_stays(*older, number);
        const auto loser = replace ? *older : number;
        x_core.session(loser)->goodbye(errc::conflict, std::chrono::seconds{0}, x_core.now);
        if (!replace) {
            x_core.session(*older)->ask(x_core.now);  // The peer seems to know nothing of it.
            return false;
        }
        x_stalled.erase(peer);
        auto& lost = x_core.sessions.at(loser);
        lost.established = false;
        if (const auto link = x_links.find(lost.bearer); link != x_links.end()) {
            link->second.carried_until = x_core.now;
        }
    }
    session.established = true;
    session.is_early = false;
    if (auto* link = link_of(number)) {
        link->state = link_state::up;
        link->since = x_core.now;
        link->sessions += 1;
    }
    on_bearer_up(number);
    x_core.count.sessions += 1;
    x_core.out.log(log_level::info, "session-up", "peer " + std::string(peer.text()));
    auto& record = x_peers[peer];
    // One that was suspended before its first session is known, and is no other than before.
    const bool restored = record.has_a_store() &&
                          (record.row.instance != said.instance || record.row.epoch != said.epoch);
    record.row.peer = peer;
    record.row.boot = said.boot;
    record.row.last_session_at = x_core.now;
    note_time(record, said.time);
    record.row.last_error.clear();
    record.is_greeting_due = false;
    if (restored) {
        x_core.out.log(log_level::alarm, "peer-restored",
                       "peer " + std::string(peer.text()) +
                           " has another store than before; what it was given is offered again");
        x_core.count.alarms += 1;
        revive(number, record, said);
    } else {
        record.row.instance = said.instance;
        record.row.epoch = said.epoch;
        remember(record);
    }
    return true;
}

// The peer's new store is known only once all that it lost is ready again: until then each session
// finds it new.
void peers::revive(session_number number, const peer_record& record, const protocol::hello& said) {
    auto row = record.row;
    row.instance = said.instance;
    row.epoch = said.epoch;
    x_core.out.commit(
        revival_of(row), [this, number, row](const store::transaction_result& result) {
            if (result.status == store::transaction_status::committed) {
                auto& known = x_peers[row.peer].row;
                known.instance = row.instance;
                known.epoch = row.epoch;
                x_restored(row.peer);
            } else if (auto* session = x_core.session(number)) {
                session->goodbye(errc::store_full, std::chrono::seconds{60}, x_core.now);
            }
        });
}

store::transaction peers::revival_of(const store::peer_row& row) const {
    store::transaction out;
    out.changes.emplace_back(operation::revive_shipments{row.peer, x_core.now});
    out.changes.emplace_back(operation::put_peer{row});
    out.changes.emplace_back(owed_ends(row.peer, x_core.last_row));
    return out;
}

void peers::remember(peer_record& record, written then) {
    record.known = true;
    store::transaction transaction;
    transaction.changes.emplace_back(operation::put_peer{record.row});
    x_core.out.commit(std::move(transaction),
                      [then = std::move(then)](const store::transaction_result& result) {
                          if (then) {
                              then(result);
                          }
                      });
}

void peers::mark_offered(bureau_id peer, message_class cls, store::row_id upto,
                         std::function<void(bool is_written)> then) {
    auto& record = x_peers[peer];
    auto& mark = record.row.offered_upto[static_cast<std::size_t>(cls)];
    mark = std::max(mark, upto);
    store::transaction transaction;
    transaction.at_once = cls == message_class::flash;
    transaction.changes.emplace_back(operation::put_peer{record.row});
    x_core.out.commit(std::move(transaction),
                      [then = std::move(then)](const store::transaction_result& result) {
                          then(result.status == store::transaction_status::committed);
                      });
}

void peers::on_ended(session_number number, const protocol::session_end& how, bool was_up) {
    const auto& session = x_core.sessions.at(number);
    x_core.out.log(log_level::info, "session-ended",
                   "peer " + std::string(session.peer.text()) + ": " + how.code.message() +
                       (how.detail.empty() ? "" : ": " + how.detail));
    auto& record = x_peers[session.peer];
    record.row.peer = session.peer;
    const bool replaced = protocol::errc_of(how.code) == errc::conflict;
    const bool has_another = std::ranges::any_of(x_core.sessions, [&](const auto& one) {
        const auto& other = one.second;
        return one.first != number && other.peer == session.peer && !other.is_trial &&
               !other.is_beside;
    });
    if (replaced && was_up && !has_another) {
        // The peer has another session with us, and it is not here.
        x_core.out.log(log_level::alarm, "second-gateway",
                       "peer " + std::string(session.peer.text()) +
                           " speaks with another gateway that has our keys and our store");
        x_core.count.alarms += 1;
    }
    if (!replaced) {
        record.is_greeting_due = record.is_greeting_due || (session.is_dialler && !was_up);
        record.row.last_error = how.code.message() + (how.detail.empty() ? "" : ": " + how.detail);
        record.row.last_error_at = x_core.now;
    }
    const bool was_idle = protocol::errc_of(how.code) == errc::link_idle;
    const bool stood =
        was_up && (was_idle || x_core.now - session.since >= limits::session_stands_after);
    const auto brought = how.durable_progress ? link_result::progress
                         : stood              ? link_result::stood
                                              : link_result::nothing;
    if (was_up && !is_up(session.peer)) {
        x_stalled.erase(session.peer);
    }
    if (auto* link = link_of(number); link != nullptr && !has_another_session(number)) {
        link->state = link_state::idle;
        link->since = x_core.now;
        link->last_error = how.code.message();
        link->last_code = protocol::errc_of(how.code);
        link->last_error_at = x_core.now;
        if (brought == link_result::nothing && !replaced) {
            link->failures += 1;
            x_core.count.session_failures += 1;
        }
        const auto asked = std::min<milliseconds>(how.reconnect_after, link_backoff::cap);
        // Where links differ it is wanted again at once, and may lose each time.
        const bool lost_at_once = replaced && !was_up && !is_plain(session.peer);
        const auto own = delay_after(*link, brought);
        // All peers of a hub that stops are asked for the same: what spreads them comes on top.
        const auto later = asked + (brought == link_result::progress ? own : milliseconds{0});
        plan_dial(*link, replaced && !lost_at_once ? link_backoff::first : std::max(own, later));
        if (std::exchange(link->is_probing, false)) {
            link->state = link_state::connecting;  // That dial is out already.
            link->dial_at.reset();
        }
    }
    on_bearer_down(session, was_up);
    if (was_up) {
        x_core.bearers.count_end(session.bearer, how);
        count_for_others(session, brought);
    }
}

void peers::note_time(peer_record& record, utc_time said) const {
    if (said != utc_time{}) {
        record.clock_offset = said - x_core.now;
        record.clock_said_at = x_core.now;
    }
}

void peers::on_peer_time(session_number number, utc_time peer, milliseconds round_trip) {
    auto& record = x_peers[x_core.sessions.at(number).peer];
    note_time(record, peer == utc_time{} ? peer : peer + round_trip / 2);
    if (auto* link = link_of(number)) {
        link->round_trip = round_trip;
    }
}

std::vector<peer_clock> peers::take_peer_clocks() {
    std::vector<peer_clock> out;
    for (auto& [peer, record] : x_peers) {
        if (std::exchange(record.clock_said_at, std::nullopt)) {
            out.push_back({peer, x_core.now + record.clock_offset});
        }
    }
    return out;
}

}  // namespace dhow::route
