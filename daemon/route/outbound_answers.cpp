// Turns the peer's answers into transactions: custody handed on, deferred, diverted, given up.
// Way of the message: peer -> link_session -> [outbound] -> store.
// Pure. Net thread.
// Spec: docs/overview.md#sending. Tests: unit/route/outbound_test.cpp, sim.
// Limits: see outbound.hpp.
#include "daemon/route/open_states.hpp"
#include "daemon/route/outbound.hpp"
#include "daemon/route/retry.hpp"
#include "daemon/store/names.hpp"
#include "protocol/ensure.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace dhow::route {

namespace event = protocol::session_event;
using store::delivery_state;
using store::shipment_state;

namespace {

/// What is to follow a failure is begun at once; should it come to nothing, deadlines looks then.
constexpr std::chrono::seconds look_after{10};
/// A full disk is asked again no sooner.
constexpr std::chrono::seconds write_again_after{10};

/// Nobody says again what a receipt says: it waits for a peer whose directory or routes are behind.
bool is_worth_another_try(const ready_shipment& item, errc code) {
    return item.object.kind == protocol::object_kind::receipt && is_no_for_now(code);
}

}  // namespace

std::optional<std::optional<utc_time>> due_when_taken(core& shared,
                                                      const store::message_row& message,
                                                      std::uint8_t attempt) {
    const auto patience = patience_of(shared, message.cls, attempt);
    if (!is_origin(message) || !patience) {
        return std::nullopt;
    }
    const auto at = shared.now + *patience;
    shared.wake_at(at);
    return std::min(at, message.expires_at.value_or(at));
}

void outbound::on_event(session_number number, const event::committed& what) {
    auto* lane = lane_of(number);
    if (lane == nullptr) {
        return;
    }
    const auto found = lane->open.find(what.stream);
    if (found == lane->open.end()) {
        return;
    }
    transfer done = std::move(found->second);
    lane->open.erase(found);
    const bureau_id peer = x_core.sessions.at(number).peer;
    if (is_settled(*lane, done, what.exceptions)) {
        finish(peer, std::move(done), what.exceptions);
    }
    feed(peer);
}

void outbound::add_custody_moves(store::transaction& to, const ready_shipment& item, bureau_id peer,
                                 const std::vector<protocol::recipient_answer>& exceptions,
                                 std::vector<undelivered>& left) const {
    if (!item.message) {
        DHOW_NEVER("a shipment that was committed has no message");
    }
    const auto& message = *item.message;
    const bool origin = store::is_origin(message);
    const std::string actor = "peer " + std::string(peer.text());
    for (const auto& delivery : item.deliveries) {
        const auto said = std::find_if(exceptions.begin(), exceptions.end(), [&](const auto& one) {
            return one.recipient == delivery.recipient;
        });
        if (said != exceptions.end() && !means_taken(*said)) {
            left.push_back({message, delivery.recipient, peer, item.shipment.attempt, said->code,
                            delivery.attempt});
            continue;
        }
        const auto state = origin ? delivery_state::relayed : delivery_state::handed_on;
        to.changes.emplace_back(operation::advance_delivery{
            .message = message.row,
            .recipient = delivery.recipient,
            .expected = in_progress,
            .state = state,
            .at = x_core.now,
            .text = {},
            .due_at = due_when_taken(x_core, message, item.shipment.attempt),
            .lenient = true});
        to.changes.emplace_back(
            operation::put_event{x_core.event(message.origin, message.id, delivery.recipient,
                                              origin ? store::relayed_event : "handed-on", actor,
                                              store::attempt_text(item.shipment.attempt))});
        if (!origin) {
            to.changes.emplace_back(operation::settle_custody{.origin = message.origin,
                                                              .id = message.id,
                                                              .attempt = message.attempt,
                                                              .recipient = delivery.recipient,
                                                              .handed_on = true,
                                                              .outcome = {}});
        }
    }
}

void outbound::keep_due(store::transaction& to, const ready_shipment& item) const {
    if (!item.message) {
        return;
    }
    const auto at = x_core.now + look_after;
    for (const auto& delivery : item.deliveries) {
        to.changes.emplace_back(
            operation::advance_delivery{.message = item.message->row,
                                        .recipient = delivery.recipient,
                                        .expected = in_state(delivery.state) & in_progress,
                                        .state = delivery.state,
                                        .at = x_core.now,
                                        .due_at = std::optional<std::optional<utc_time>>(at),
                                        .lenient = true});
    }
    x_core.wake_at(at);
}

void outbound::finish(bureau_id peer, transfer done,
                      const std::vector<protocol::recipient_answer>& exceptions) {
    const auto& item = done.item;
    take_from_both(item);
    store::transaction transaction;
    transaction.at_once = false;
    std::vector<undelivered> left;
    const bool is_text = item.message && item.object.kind == protocol::object_kind::text;
    if (is_text) {
        add_custody_moves(transaction, item, peer, exceptions, left);
        if (!left.empty() && left.size() == item.deliveries.size()) {
            give_up(peer, std::move(done), left.front().code, left);  // For each it says no.
            return;
        }
    }
    transaction.changes.emplace_back(operation::advance_shipment{.shipment = item.shipment.row,
                                                                 .expected = open_shipment,
                                                                 .state = shipment_state::done,
                                                                 .at = x_core.now,
                                                                 .in_doubt = false,
                                                                 .lenient = true});
    if (!left.empty()) {
        keep_due(transaction, item);
    }
    if (is_text) {
        transaction.changes.emplace_back(operation::ready_shipments{
            .message = item.message->row, .peer = peer, .object = 0, .at = x_core.now});
    }
    x_core.count.handed_on[static_cast<std::size_t>(item.shipment.cls)] += 1;
    const auto id = is_text ? item.message->id : message_id{};
    x_handing_over.insert(id);
    const auto row = item.shipment.row;
    x_unsettled.insert(row);
    const std::size_t last = transaction.changes.size() - 1;
    commit_surely(std::move(transaction), [this, peer, row, left, is_text, last,
                                           id](const store::transaction_result& result) {
        x_handing_over.erase(x_handing_over.find(id));
        x_unsettled.erase(x_unsettled.find(row));
        forget(peer, row);
        if (result.status != store::transaction_status::committed) {
            x_core.out.log(log_level::warning, "outbound-commit",
                           "a hand-over could not be recorded; the peer will be asked again: " +
                               result.detail);
            rescan(peer);
            return;
        }
        if (!left.empty()) {
            x_divert(left);
        }
        const bool attachments_ready =
            is_text && std::find(result.unchanged.begin(), result.unchanged.end(), last) ==
                           result.unchanged.end();
        if (attachments_ready) {
            rescan(peer);
        }
    });
}

void outbound::on_event(session_number number, event::refused what) {
    auto* lane = lane_of(number);
    if (lane == nullptr) {
        return;
    }
    const auto found = lane->open.find(what.stream);
    if (found == lane->open.end()) {
        return;
    }
    transfer open = std::move(found->second);
    lane->open.erase(found);
    const bureau_id peer = x_core.sessions.at(number).peer;
    x_core.count.refused_out += what.code == errc::have_it ? 0 : 1;
    if (!is_last_word(*lane, open, what)) {
        feed(peer);
        return;
    }
    switch (what.code) {
        case errc::have_it:
            if (is_settled(*lane, open, what.exceptions)) {
                finish(peer, std::move(open), what.exceptions);
            }
            break;
        case errc::full_form_wanted:
            if (!open.is_short) {
                give_up(peer, std::move(open), what.code, {});
                break;
            }
            lane->wants_full = true;
            if (!keep_back(*lane, open.item)) {
                put_back(*lane, number, std::move(open.item));
            }
            break;
        default:
            if (means_later(what.code) || is_worth_another_try(open.item, what.code)) {
                defer(peer, std::move(open), what.code, what.retry_after);
            } else {
                give_up(peer, std::move(open), what.code, {});
            }
            break;
    }
    feed(peer);
}

void outbound::defer(bureau_id peer, transfer what, errc code, std::chrono::seconds after) {
    take_from_both(what.item);
    const auto tries = what.item.shipment.tries + 1;
    const auto delay =
        after.count() > 0 ? std::chrono::duration_cast<milliseconds>(after)
                          : message_retry_delay(tries, [this] { return x_core.random_fraction(); });
    x_core.wake_at(x_core.now + delay);
    store::transaction transaction;
    transaction.changes.emplace_back(
        operation::advance_shipment{.shipment = what.item.shipment.row,
                                    .expected = in_state(shipment_state::ready),
                                    .state = shipment_state::deferred,
                                    .at = x_core.now,
                                    .due_at = std::optional<utc_time>(x_core.now + delay),
                                    // "Later" says nothing about an offer before this one.
                                    .in_doubt = {},
                                    .tries = tries,
                                    .code = static_cast<std::uint16_t>(code),
                                    .text = std::string(protocol::text_of(code)),
                                    .lenient = true});
    // The same answer again is no event: it may come every few seconds for days.
    const bool is_news = what.item.shipment.code != static_cast<std::uint16_t>(code);
    if (is_news && what.item.message && what.item.object.kind == protocol::object_kind::text) {
        for (const auto& delivery : what.item.deliveries) {
            transaction.changes.emplace_back(operation::put_event{
                x_core.event(what.item.message->origin, what.item.message->id, delivery.recipient,
                             "deferred", "peer " + std::string(peer.text()), {}, code)});
        }
    }
    const auto row = what.item.shipment.row;
    commit_surely(std::move(transaction),
                  [this, peer, row](const store::transaction_result&) { forget(peer, row); });
}

void outbound::give_up(bureau_id peer, transfer what, errc code, std::vector<undelivered> left) {
    const auto item = std::move(what.item);
    fail(item, code, std::string(protocol::text_of(code)));
    if (const auto lane = x_lanes.find(peer); lane != x_lanes.end()) {
        lane->second.queue.forget(item.shipment.row);
    }
    if (!item.message || item.object.kind != protocol::object_kind::text) {
        return;
    }
    if (left.empty()) {
        for (const auto& delivery : item.deliveries) {
            left.push_back({*item.message, delivery.recipient, peer, item.shipment.attempt, code,
                            delivery.attempt});
        }
    }
    x_divert(std::move(left));
}

void outbound::fail(const ready_shipment& item, errc code, std::string text) {
    // It stays known there: rows that are being loaded may hold it as ready.
    take_from_both(item);
    if (code == errc::store_corrupt) {
        x_core.out.log(log_level::alarm, "object-damaged",
                       "shipment " + std::to_string(item.shipment.row) + ": " + text +
                           "; it is set aside, run `dhow db check`");
        x_core.count.alarms += 1;
    }
    store::transaction transaction;
    transaction.changes.emplace_back(
        operation::advance_shipment{.shipment = item.shipment.row,
                                    .expected = open_shipment,
                                    .state = shipment_state::failed,
                                    .at = x_core.now,
                                    .code = static_cast<std::uint16_t>(code),
                                    .text = text,
                                    .lenient = true});
    if (item.message && item.object.kind == protocol::object_kind::text) {
        // Also those revived for a peer that was restored, while all their recipients are settled.
        transaction.changes.emplace_back(
            operation::fail_attachments{.message = item.message->row,
                                        .peer = item.shipment.peer,
                                        .attempt = item.shipment.attempt,
                                        .at = x_core.now,
                                        .code = static_cast<std::uint16_t>(code),
                                        .text = std::move(text)});
    }
    keep_due(transaction, item);
    commit_surely(std::move(transaction), [](const store::transaction_result&) {});
}

void outbound::fail_if_still_here(ready_shipment item) {
    const auto row = item.shipment.row;
    x_core.out.ask(query::load_shipment{row}, [this, item = std::move(item)](store::reply& reply) {
        if (!expect<answer::ready>(reply).rows.empty()) {
            fail(item, errc::store_corrupt, "the stored object is damaged");
        }
    });
}

void outbound::wait_for_space() {
    x_waits_for_space = true;
    x_write_again_at = x_core.now + write_again_after;
    x_core.wake_at(x_write_again_at);
}

void outbound::commit_surely(store::transaction what, effects::stored then) {
    auto kept = std::make_shared<const store::transaction>(what);
    ++x_surely_open;
    x_core.out.commit(std::move(what), [this, kept, then = std::move(then)](
                                           const store::transaction_result& result) {
        --x_surely_open;
        if (result.status == store::transaction_status::full) {
            x_unwritten.push_back({*kept, then});
            wait_for_space();
            return;
        }
        then(result);
        if (x_unwritten.empty() && x_surely_open == 0) {
            feed_all();
        }
    });
}

void outbound::commit_doubts(store::transaction doubts) {
    if (doubts.changes.empty()) {
        return;
    }
    std::vector<store::row_id> rows;
    for (const auto& change : doubts.changes) {
        rows.push_back(std::get<operation::advance_shipment>(change).shipment);
    }
    x_unsettled.insert(rows.begin(), rows.end());
    commit_surely(std::move(doubts), [this, rows](const store::transaction_result&) {
        for (const auto row : rows) {
            x_unsettled.erase(x_unsettled.find(row));
        }
    });
}

void outbound::feed_all() {
    if (std::exchange(x_waits_for_space, false)) {
        each_lane([this](peer_lane& lane) { feed(lane); });
    }
}

void outbound::write_again() {
    if (!x_waits_for_space) {
        return;
    }
    if (x_core.now < x_write_again_at) {
        x_core.wake_at(x_write_again_at);
        return;
    }
    if (x_unwritten.empty() && x_surely_open == 0) {
        feed_all();  // A mark was not written: it is asked for again.
    }
    for (auto& one : std::exchange(x_unwritten, {})) {
        commit_surely(std::move(one.what), std::move(one.then));
    }
}

}  // namespace dhow::route
