// The core as a whole: start, time, sessions.
// Way of the message: see gateway.hpp.
// Pure. Requests of agencies and operators are dispatched in gateway_api.cpp.
// Spec: docs/overview.md. Tests: unit/route, sim.
// Limits: see the stations.
#include "daemon/route/gateway.hpp"

#include "protocol/ensure.hpp"

#include <cstdlib>
#include <utility>

namespace dhow::route {

namespace event = protocol::session_event;

namespace {
constexpr const char* clock_jumps_key = "clock_jumps";
constexpr const char* doubtful_since_key = "doubtful_since";

std::optional<utc_time> time_in(const std::map<std::string, std::string>& meta, const char* key) {
    const auto text = meta.find(key);
    return text == meta.end() ? std::nullopt : protocol::parse_utc(text->second);
}
}  // namespace

gateway::gateway(gateway_start from)
    : x_out(x_core),
      x_receipts(x_core, x_out),
      x_opening(x_core, x_receipts),
      x_peers(x_core, from.random),
      x_trials(x_core, x_peers),
      x_besides(x_core, x_peers, x_out, from.random),
      x_silences(x_core, x_peers, x_out),
      x_recalls(x_core, x_out, x_receipts),
      x_in(x_core, x_out, x_receipts, x_opening, x_peers, x_recalls),
      x_divert(x_core, x_out, x_receipts),
      x_deadlines(x_core, x_out, x_divert, x_receipts, x_opening, x_recalls),
      x_clocks(x_core, x_divert, x_opening),
      x_submission(x_core, x_out),
      x_inbox(x_core, x_receipts),
      x_queries(x_core, x_out, x_peers, x_trials, x_receipts, x_divert, x_submission),
      x_courier(x_core, x_out, x_in, x_peers),
      x_cases(x_core, x_submission, x_queries),
      x_retention(x_core, x_submission, x_opening) {
    x_core.outside = std::move(from.outside);
    x_core.config = std::move(from.config);
    x_core.directory = std::move(from.directory);
    x_core.routes = routing_table(*x_core.config, *x_core.directory);
    x_core.instance = from.instance;
    x_core.epoch = from.epoch;
    x_core.now = from.now;
    x_remember = std::move(from.remember);
    x_out.set_diverter([this](std::vector<undelivered> what) { x_divert.divert(std::move(what)); });
    x_out.set_marker([this](auto... what) { x_peers.mark_offered(what...); });
    x_out.set_hurry([this](bureau_id peer) { x_peers.hurry(peer); });
    x_out.set_waiting([this](auto... what) { x_peers.on_waiting(what...); });
    x_peers.set_passage_changed([this](session_number number) {
        x_out.on_passage_changed(number);
        x_in.on_passage_changed(number);
    });
    x_out.set_flash_ready([this](bureau_id peer) { x_besides.on_flash(peer); });
    x_clocks.set_submit([this](const auto& agency, request::submit what, answer_to answer) {
        x_submission.submit_own(agency, std::move(what), std::move(answer));
    });
    x_opening.set_notify([this](const std::string& agency) { x_inbox.notify(agency); });
    x_submission.set_call_back([this](const auto&... what) { x_queries.call_back(what...); });
    x_submission.set_case_due([this](utc_time at) { x_cases.wake_at(at); });
    x_peers.set_restored([this](bureau_id peer) { x_cases.on_restored(peer); });
    const auto waits = [this](bureau_id peer) { return x_queries.flash_waits(peer); };
    x_peers.set_flash_waits(waits);
    x_silences.set_flash_waits(waits);
}

void gateway::start() {
    x_core.out.ask(query::load_start{},
                   [this](store::reply& reply) { on_started(expect<answer::start>(reply)); });
}

void gateway::on_started(answer::start& found) {
    x_core.last_row = found.last_row;
    const auto boot = found.meta.find("boot");
    x_core.boot =
        1 + (boot == found.meta.end() ? 0 : std::strtoull(boot->second.c_str(), nullptr, 10));
    store::transaction transaction;
    transaction.changes.emplace_back(operation::put_meta{"boot", std::to_string(x_core.boot)});
    if (const auto text = found.meta.find(clock_jumps_key); text != found.meta.end()) {
        x_core.jumps = clock_jumps::parse(text->second);
    }
    judge_times(found, transaction);
    judge_doubt(found.meta, transaction);
    for (const auto& [key, value] : x_remember) {
        transaction.changes.emplace_back(operation::put_meta{key, value});
    }
    for (const auto& peer : found.peers) {
        for (std::size_t cls = 0; cls < peer.offered_upto.size(); ++cls) {
            transaction.changes.emplace_back(operation::doubt_shipments{
                peer.peer, static_cast<message_class>(cls), peer.offered_upto[cls]});
        }
    }
    x_core.bearers.configure(x_core.config->links);
    x_core.bearers.restore(found.meta);
    x_cases.restore(found.meta);
    x_peers.load(std::move(found.peers));
    x_submission.drop_spooled(found.spooling);
    x_core.out.commit(std::move(transaction), [this](const store::transaction_result& result) {
        if (result.status != store::transaction_status::committed) {
            x_core.out.log(
                log_level::alarm, "start",
                "the start could not be recorded, it is tried again in 10 s: " + result.detail);
            x_start_again_at = x_core.now + std::chrono::seconds{10};
            return;
        }
        x_ready = true;
        x_core.started = true;
        for (const auto& link : x_core.config->links) {
            x_in.refresh_partials(link.peer);
        }
        x_receipts.load_pending();
        x_opening.on_configured();
        x_opening.load_unopened();
        x_opening.load_incomplete(0);
        x_cases.start();
        x_retention.start();
        x_clocks.start();
        x_peers.configure();
        x_besides.configure();
    });
}

void gateway::judge_times(answer::start& found, store::transaction& to) {
    const auto last = time_in(found.meta, "last_time");
    x_doubted_from = time_in(found.meta, "doubted_from");
    if (x_doubted_from && last && *x_doubted_from <= *last) {
        x_doubted_from.reset();  // The doubt ended well.
    }
    if (x_doubted_from) {
        // Where the doubt began behind it may have gone ahead since, by a peer's word.
        const auto since = std::max(*x_doubted_from, x_core.now);
        to.changes.emplace_back(operation::bring_back{since, x_core.now, answer_by(x_core.now)});
        for (auto& peer : found.peers) {
            if (peer.suspended_at && *peer.suspended_at >= since) {
                peer.suspended_at = x_core.now;
                to.changes.emplace_back(operation::put_peer{peer});
            }
        }
    }
    if (x_doubted_from && x_core.now < *x_doubted_from) {
        x_core.out.log(log_level::notice, "clock",
                       "an earlier run had the time " + protocol::to_text(*x_doubted_from) +
                           " or later; what waits for then is due now");
        x_doubted_from.reset();
    }
    if (!x_core.expiry_frozen) {
        to.changes.emplace_back(operation::put_meta{"last_time", protocol::to_text(x_core.now)});
        to.changes.emplace_back(operation::put_meta{"doubted_from", ""});
        x_doubted_from.reset();
    } else if (!last || x_core.now > *last) {
        doubt_from(x_core.now, to);
    }
}

// What came in a doubt was noted under a time that may have been behind: if this life goes on with
// the doubt, it is the same one; if it starts without, that is the doubt's end, and a jump.
void gateway::judge_doubt(const std::map<std::string, std::string>& meta, store::transaction& to) {
    const auto as_read = x_core.jumps.text();
    x_core.jumps.bring_back(x_core.now);
    const auto since = time_in(meta, doubtful_since_key);
    if (x_core.expiry_frozen) {
        x_core.frozen_since = std::min(since.value_or(x_core.now), x_core.now);
    } else if (since && *since < x_core.now) {
        x_core.jumps.add(*since, *since, x_core.now);
    }
    if (x_core.expiry_frozen || since) {
        note_doubt(to);
    }
    if (x_core.jumps.text() != as_read) {
        to.changes.emplace_back(operation::put_meta{clock_jumps_key, x_core.jumps.text()});
    }
}

/// Since when the clock is in doubt, or that it is not.
void gateway::note_doubt(store::transaction& to) const {
    to.changes.emplace_back(operation::put_meta{
        doubtful_since_key,
        x_core.expiry_frozen ? protocol::to_text(x_core.frozen_since) : std::string()});
}

void gateway::doubt_from(utc_time time, store::transaction& to) {
    x_doubted_from = std::min(x_doubted_from.value_or(time), time);
    to.changes.emplace_back(
        operation::put_meta{"doubted_from", protocol::to_text(*x_doubted_from)});
}

void gateway::reload(std::shared_ptr<const config::gateway> config,
                     std::shared_ptr<const protocol::directory> directory,
                     const std::map<std::string, std::string>& remember) {
    x_core.config = std::move(config);
    x_core.directory = std::move(directory);
    x_core.routes = routing_table(*x_core.config, *x_core.directory);
    x_peers.configure();
    x_besides.configure();
    x_receipts.sign_waiting();
    x_opening.on_configured();
    store::transaction transaction;
    for (const auto& [key, value] : remember) {
        transaction.changes.emplace_back(operation::put_meta{key, value});
    }
    x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
    for (const auto& [number, record] : x_core.sessions) {
        const auto* entry = x_core.directory->find(record.peer);
        const bool may_stay = entry != nullptr &&
                              entry->status != protocol::bureau_status::suspended &&
                              entry->status != protocol::bureau_status::revoked;
        if (!may_stay) {
            x_core.session(number)->goodbye(errc::peer_not_pinned, std::chrono::seconds{0},
                                            x_core.now);
        }
    }
}

void gateway::stop() {
    x_core.stopping = true;
    x_core.stopping_since = x_core.now;
    x_inbox.wake_all();
    x_peers.note_quotas();
    for (const auto& [number, record] : x_core.sessions) {
        x_core.session(number)->goodbye(errc::shutting_down, link_backoff::after_stop, x_core.now);
    }
}

void gateway::set_disk(disk_state disk) {
    if (x_core.disk.bulk && !disk.bulk) {
        x_core.disk_since = x_core.now;
    }
    x_core.disk = disk;
}

void gateway::on_clock_jump(utc_time from, utc_time to) {
    if (!x_core.expiry_frozen) {
        return;  // Time that has really passed, while the machine stood still.
    }
    x_core.jumps.add(x_core.frozen_since, from, to);
    x_core.out.log(log_level::notice, "clock",
                   "the time went from " + protocol::to_text(from) + " to " +
                       protocol::to_text(to) + "; messages do not age by that");
    store::transaction transaction;
    transaction.changes.emplace_back(operation::put_meta{clock_jumps_key, x_core.jumps.text()});
    doubt_from(to, transaction);
    x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
}

void gateway::freeze_expiry(bool frozen) {
    if (!x_core.expiry_frozen && frozen) {
        x_core.frozen_since = x_core.now;
    } else if (!frozen) {
        x_doubted_from.reset();
        x_core.wake_retention(x_core.now);
        if (x_core.clocks_run) {
            x_core.wake_clocks(x_core.now);  // They were put off for the doubt.
        }
    }
    const bool is_new = std::exchange(x_core.expiry_frozen, frozen) != frozen;
    if (is_new && x_core.boot != 0) {
        store::transaction transaction;
        note_doubt(transaction);
        x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
    }
}

void gateway::tell_time(bool is_known) {
    if (x_core.tells_time != is_known) {
        x_core.tells_time = is_known;
        for (const auto& [number, record] : x_core.sessions) {
            x_core.session(number)->tell_time(is_known);
        }
    }
}

void gateway::advance(utc_time now) {
    x_core.now = std::max(x_core.now, now);
    if (!x_ready) {
        if (x_start_again_at && *x_start_again_at <= x_core.now) {
            x_start_again_at.reset();
            start();
        }
        return;
    }
    x_peers.on_deadline();
    x_trials.on_deadline();
    x_besides.on_deadline();
    x_silences.on_deadline();
    for (const auto number : x_silences.take_dead()) {
        give_up(number);
    }
    x_deadlines.on_deadline();
    x_clocks.on_deadline();
    x_courier.on_deadline();
    x_cases.on_deadline();
    x_retention.on_deadline();
}

std::optional<utc_time> gateway::next_deadline() const {
    if (!x_ready) {
        return x_start_again_at;
    }
    auto first = x_peers.next_deadline();
    for (const auto& due :
         {x_trials.next_deadline(), x_besides.next_deadline(), x_silences.next_deadline(),
          x_deadlines.next_deadline(), x_clocks.next_deadline(), x_courier.next_deadline(),
          x_cases.next_deadline(), x_retention.next_deadline()}) {
        if (due && (!first || *due < *first)) {
            first = due;
        }
    }
    return first;
}

void gateway::on_stored(const std::vector<store::transaction_result>& results) {
    for (const auto& result : results) {
        x_core.out.on_stored(result);
    }
}

void gateway::on_connected(session_number number, bureau_id peer, std::string link, bool is_dialler,
                           protocol::link_session& session, trial_number trial,
                           const std::string& came_to) {
    DHOW_ENSURE(x_ready);
    auto bearer = is_dialler ? link : x_peers.bearer_of(peer, came_to);
    const bool is_beside = session.is_beside();
    const bool is_for_all = trial == 0 && !is_beside;
    if (const auto stalled = x_core.stalled_session_with(peer);
        stalled && is_for_all && is_dialler) {
        give_up(*stalled);  // The path lives, and this one may offer early.
    }
    x_core.sessions[number] = {.peer = peer,
                               .link = is_for_all ? std::move(link) : std::string{},
                               .is_dialler = is_dialler,
                               .established = false,
                               .session = &session,
                               .since = x_core.now,
                               .trial = trial,
                               .is_trial = trial != 0,
                               .is_beside = is_beside,
                               .bearer = std::move(bearer),
                               .active_at = x_core.now};
    session.tell_time(x_core.tells_time);
    x_peers.on_connected(number);
    if (x_peers.begin_early(number)) {
        x_out.on_session_begins(number);
    }
    on_session_events(number);
}

/// Its path is dead, or another one lives. Nothing more would get there.
void gateway::give_up(session_number number) {
    x_core.out.close_session(number, true);
    x_core.session(number)->on_transport_closed(make_error_code(errc::timed_out), x_core.now);
    drain_events(number);
}

void gateway::drain_events(session_number number) {
    const auto found = x_core.sessions.find(number);
    if (found == x_core.sessions.end()) {
        return;
    }
    auto* session = found->second.session;
    while (auto happened = session->next_event()) {
        on_event(number, *happened);
    }
}

void gateway::on_session_events(session_number number) {
    drain_events(number);
    if (x_core.sessions.contains(number)) {
        x_silences.on_events(number);
        x_core.touched.insert(number);
    }
}

// Nothing of it concerns what carries messages.
void gateway::on_trial_event(session_number number, protocol::session_events& happened) {
    const auto visit = [&](auto& what) {
        using kind = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<kind, event::sign_hello> ||
                      std::is_same_v<kind, event::verify_hello>) {
            x_peers.on_event(number, what);
        } else if constexpr (std::is_same_v<kind, event::established>) {
            x_trials.on_established(number);
        } else if constexpr (std::is_same_v<kind, event::offer_received>) {
            x_core.session(number)->goodbye(errc::protocol_violation, std::chrono::seconds{0},
                                            x_core.now);
        } else if constexpr (std::is_same_v<kind, event::ended>) {
            x_trials.on_ended(number, what.how);
            x_core.out.close_session(number);
        }
    };
    std::visit(visit, happened);
}

void gateway::on_event(session_number number, protocol::session_events& happened) {
    auto& record = x_core.sessions.at(number);
    if (const auto* up = std::get_if<event::established>(&happened)) {
        record.is_trial = record.is_trial || (up->peer.is_trial && !record.is_dialler);
        record.is_beside = record.session->is_beside();
    }
    if (record.is_trial) {
        return on_trial_event(number, happened);
    }
    const auto visit = [&](auto& what) {
        using kind = std::decay_t<decltype(what)>;
        if constexpr (!std::is_same_v<kind, event::peer_time> &&
                      !std::is_same_v<kind, event::can_offer_again>) {
            record.active_at = x_core.now;
            record.payload_seen = record.session->payload();
        }
        if constexpr (std::is_same_v<kind, event::sign_hello> ||
                      std::is_same_v<kind, event::verify_hello>) {
            x_peers.on_event(number, what);
        } else if constexpr (std::is_same_v<kind, event::established>) {
            on_established(number, what.peer);
        } else if constexpr (std::is_same_v<kind, event::offer_received>) {
            on_offer(number, what);
        } else if constexpr (std::is_same_v<kind, event::data_received>) {
            x_in.on_event(number, std::move(what));
        } else if constexpr (std::is_same_v<kind, event::body_received> ||
                             std::is_same_v<kind, event::peer_cancelled>) {
            x_in.on_event(number, what);
        } else if constexpr (std::is_same_v<kind, event::can_offer_again>) {
            x_out.feed(x_core.sessions.at(number).peer);
        } else if constexpr (std::is_same_v<kind, event::peer_time>) {
            x_peers.on_peer_time(number, what.peer, what.round_trip);
        } else if constexpr (std::is_same_v<kind, event::ended>) {
            on_ended(number, what.how);
        } else if constexpr (std::is_same_v<kind, event::refused>) {
            x_out.on_event(number, std::move(what));
        } else {
            x_out.on_event(number, what);
        }
    };
    std::visit(visit, happened);
}

void gateway::on_established(session_number number, const protocol::hello& said) {
    if (x_core.sessions.at(number).is_beside) {
        x_besides.on_established(number, said);
    } else if (x_peers.on_established(number, said)) {
        x_out.on_session_up(number);
    }
}

//= LP-56
void gateway::on_offer(session_number number, event::offer_received& what) {
    const bool is_copy = what.offer.cls == protocol::message_class::flash &&
                         what.offer.kind == protocol::object_kind::text;
    if (x_core.sessions.at(number).is_beside && !is_copy) {
        x_core.session(number)->goodbye(errc::protocol_violation, std::chrono::seconds{0},
                                        x_core.now);
        return;
    }
    x_in.on_event(number, std::move(what));
}

void gateway::on_ended(session_number number, const protocol::session_end& how) {
    x_out.on_session_down(number, how.nothing_taken);
    x_in.on_session_down(number);
    auto& record = x_core.sessions.at(number);
    const bool was_up = std::exchange(record.established, false);
    record.is_early = false;
    if (record.is_beside) {
        x_besides.on_ended(number, how);
    } else {
        x_peers.on_ended(number, how, was_up);
    }
    x_core.out.close_session(number);
}

void gateway::on_disconnected(session_number number) {
    const auto found = x_core.sessions.find(number);
    if (found == x_core.sessions.end()) {
        return;
    }
    drain_events(number);
    x_peers.on_line_gone(number);
    x_besides.on_gone(number);
    x_core.sessions.erase(number);
    x_core.touched.erase(number);
}

std::set<session_number> gateway::take_touched() {
    auto out = std::exchange(x_core.touched, {});
    // What the core told a session may have made events of its own.
    for (const auto number : out) {
        drain_events(number);
    }
    return out;
}

}  // namespace dhow::route
