// Another way for a recipient, or a notice.
// Way of the message: see diversion.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#sending-again. Tests: unit/route/outbound_test.cpp, sim.
// Limits: sending_attempts_max.
#include "daemon/route/diversion.hpp"

#include "daemon/route/levels.hpp"
#include "daemon/store/names.hpp"

#include <algorithm>

namespace dhow::route {

using protocol::outcome_kind;
using store::delivery_state;
using store::shipment_state;

namespace {
constexpr store::state_set not_settled =
    in_state(delivery_state::accepted) | in_state(delivery_state::queued) |
    in_state(delivery_state::sending) | in_state(delivery_state::in_doubt) |
    in_state(delivery_state::relayed) | in_state(delivery_state::deferred) |
    in_state(delivery_state::held);

/// Who has taken it answers with a receipt; what a peer refuses of it later, restored to a backup,
/// changes nothing.
constexpr store::state_set waits_here = not_settled & ~in_state(delivery_state::relayed);

outcome_kind notice_kind(errc code) {
    switch (code) {
        case errc::expired:
            return outcome_kind::expired;
        case errc::no_route:
        case errc::loop:
        case errc::hop_limit:
        case errc::unknown_recipient:
            return outcome_kind::undeliverable;
        case errc::cancelled:
            return outcome_kind::cancelled;
        default:
            return outcome_kind::refused;
    }
}

delivery_state state_of(outcome_kind kind) {
    switch (kind) {
        case outcome_kind::expired:
            return delivery_state::expired;
        case outcome_kind::undeliverable:
            return delivery_state::undeliverable;
        case outcome_kind::cancelled:
            return delivery_state::cancelled;
        default:
            return delivery_state::refused;
    }
}

bool another_way_may_help(errc code) {
    return code != errc::expired && code != errc::cancelled && code != errc::equivocation &&
           code != errc::bad_signature && code != errc::bad_digest && code != errc::store_corrupt;
}
}  // namespace

std::optional<bureau_id> diversion::way_after(bureau_id recipient, bureau_id peer,
                                              confidentiality level, bool wrap) const {
    const auto hops = next_hops(x_core, recipient, level);
    const auto here = std::find(hops.begin(), hops.end(), peer);
    if (here != hops.end() && std::next(here) != hops.end()) {
        return *std::next(here);
    }
    if (wrap && !hops.empty()) {
        return hops.front();
    }
    return std::nullopt;
}

std::optional<protocol::milliseconds> patience_of(const core& shared, message_class cls,
                                                  std::uint8_t attempt) {
    const auto first = shared.config->times[static_cast<std::size_t>(cls)].send_again_after;
    if (first.count() == 0) {
        return std::nullopt;
    }
    constexpr unsigned doublings_max = 6;  // Attempts are counted for all recipients together.
    return first * (1L << std::min<unsigned>(attempt, doublings_max));
}

std::optional<protocol::milliseconds> diversion::patience(message_class cls,
                                                          std::uint8_t attempt) const {
    return patience_of(x_core, cls, attempt);
}

// Of three hubs or more, those asked because the recipient was away may all have handed it on, each
// to the next: the last waits for the recipient itself, whose own word is final.
std::optional<bureau_id> diversion::other_way(const undelivered& what) const {
    if (what.peer == what.recipient || !another_way_may_help(what.code)) {
        return std::nullopt;
    }
    if (const auto next = way_after(what.recipient, what.peer, what.message.level, false)) {
        return next;
    }
    const auto hops = next_hops(x_core, what.recipient, what.message.level);
    const bool is_direct = std::ranges::find(hops, what.recipient) != hops.end();
    return what.code == errc::loop && is_direct ? std::optional(what.recipient) : std::nullopt;
}

void diversion::give_up(const undelivered& what, withheld keep) {
    notice(what.message, what.recipient, what.attempt, notice_kind(what.code), what.code,
           std::move(keep));
}

void diversion::divert(std::vector<undelivered> what, withheld keep) {
    ways by_peer;
    for (const auto& one : what) {
        const bool is_ours =
            (one.message.roles & static_cast<std::uint8_t>(store::message_role::origin)) != 0;
        if (const auto way = other_way(one)) {
            by_peer[*way].push_back(one.recipient);
        } else if (is_ours) {
            judge_soon(one);
        } else {
            give_up_or_wait(one, keep);
        }
    }
    if (by_peer.empty()) {
        return;
    }
    const auto reason = "peer " + std::string(what.front().peer.text()) +
                        " does not take it: " + std::string(protocol::text_of(what.front().code));
    x_core.out.ask(
        query::load_message{what.front().message.row},
        [this, by_peer, reason, keep, attempt = what.front().attempt](store::reply& reply) {
            const auto& rows = expect<answer::messages>(reply).rows;
            const auto still = rows.empty() ? ways{} : still_here(rows.front(), by_peer, attempt);
            if (!still.empty()) {
                reroute(rows.front(), still, false, reason, [keep](bool) {});
            }
        });
}

// The link's word is not the last one while a courier has a copy: deadlines waits for its receipt.
void diversion::give_up_or_wait(const undelivered& what, withheld keep) {
    // Withheld, so that it does not go along between the look and the notice.
    auto both = std::make_shared<const std::pair<withheld, withheld>>(
        std::move(keep), x_out.withhold(what.message.row));
    const std::string courier(store::courier_event);
    x_core.out.ask(
        query::load_events{what.message.origin, what.message.id, courier, courier, courier},
        [this, what, both = std::move(both)](store::reply& reply) {
            const auto& events = expect<answer::events>(reply).rows;
            const bool went_along = std::ranges::any_of(events, [&](const auto& event) {
                return event.recipient == what.recipient &&
                       store::attempt_of(event.text) == what.attempt;
            });
            if (went_along) {
                judge_soon(what);
            } else {
                give_up(what, both);
            }
        });
}

diversion::ways diversion::still_here(const answer::full_message& message, ways by_peer,
                                      std::uint8_t attempt) {
    constexpr auto states = waits_here | in_state(delivery_state::delivered);
    const auto goes_by_it = [&](bureau_id recipient) {
        return std::ranges::any_of(message.deliveries, [&](const auto& row) {
            return row.recipient == recipient && row.attempt <= attempt &&
                   (in_state(row.state) & states) != 0;
        });
    };
    for (auto& [peer, recipients] : by_peer) {
        std::erase_if(recipients, [&](bureau_id recipient) { return !goes_by_it(recipient); });
    }
    std::erase_if(by_peer, [](const auto& way) { return way.second.empty(); });
    return by_peer;
}

// Another attempt may be with others, or be taken by them meanwhile: deadlines asks before it gives
// notice.
void diversion::judge_soon(const undelivered& what) {
    if (what.attempt < what.last_attempt) {
        return;  // That one moves it, and keep_due has it looked at.
    }
    store::transaction transaction;
    transaction.changes.emplace_back(
        operation::advance_delivery{.message = what.message.row,
                                    .recipient = what.recipient,
                                    .expected = waits_here,
                                    .state = delivery_state::deferred,
                                    .at = x_core.now,
                                    .code = static_cast<std::uint16_t>(what.code),
                                    .text = std::string(protocol::text_of(what.code)),
                                    .due_at = std::optional<std::optional<utc_time>>(x_core.now),
                                    .lenient = true});
    x_core.out.commit(std::move(transaction), [this](const store::transaction_result&) {
        x_core.wake_at(x_core.now);  // Not written: keep_due has it looked at a little later.
    });
}

void diversion::send_again(const answer::full_message& message,
                           const std::vector<bureau_id>& recipients, std::string reason,
                           std::function<void(bool)> then) {
    ways by_peer;
    for (const auto recipient : recipients) {
        const auto row = std::find_if(message.deliveries.begin(), message.deliveries.end(),
                                      [&](const auto& one) { return one.recipient == recipient; });
        if (row == message.deliveries.end() || row->attempt >= limits::sending_attempts_max) {
            continue;
        }
        if (const auto way = way_after(recipient, row->next_hop, message.message.level, true)) {
            by_peer[*way].push_back(recipient);
        }
    }
    if (by_peer.empty()) {
        then(false);
        return;
    }
    reroute(message, by_peer, true, reason, std::move(then));
}

void diversion::add_shipments(store::transaction& to, const answer::full_message& message,
                              bureau_id peer, std::uint8_t attempt) const {
    for (const auto& object : message.objects) {
        to.changes.emplace_back(operation::put_shipment{
            {.row = x_core.next_row(),
             .peer = peer,
             .cls =
                 object.position == 0 ? message.message.cls : attachment_class(message.message.cls),
             .state = object.position == 0 ? shipment_state::ready : shipment_state::waiting,
             .object = object.row,
             .message = message.message.row,
             .position = object.position,
             .attempt = attempt,
             .origin = message.message.origin,
             .text = {},
             .due_at = {},
             .created_at = x_core.now,
             .changed_at = x_core.now}});
    }
}

//= PF-38
void diversion::reroute(const answer::full_message& message, const ways& by_peer, bool new_attempt,
                        const std::string& reason, std::function<void(bool)> then) {
    std::uint8_t attempt = 0;
    for (const auto& row : message.deliveries) {
        attempt = std::max(attempt, row.attempt);
    }
    attempt = static_cast<std::uint8_t>(attempt + (new_attempt ? 1 : 0));
    auto due = x_core.expiry_of(message.message);
    if (const auto time = patience(message.message.cls, attempt)) {
        due = std::min(due.value_or(x_core.now + *time), x_core.now + *time);
    }
    store::transaction transaction;
    for (const auto& [peer, recipients] : by_peer) {
        for (const auto recipient : recipients) {
            transaction.changes.emplace_back(
                operation::advance_delivery{.message = message.message.row,
                                            .recipient = recipient,
                                            .expected = new_attempt ? not_settled : waits_here,
                                            .state = delivery_state::queued,
                                            .at = x_core.now,
                                            .next_hop = peer,
                                            .attempt = attempt,
                                            .due_at = due,
                                            .lenient = true});
            // The addressee has the text; it goes that way so that its attachments may.
            transaction.changes.emplace_back(
                operation::advance_delivery{.message = message.message.row,
                                            .recipient = recipient,
                                            .expected = in_state(delivery_state::delivered),
                                            .state = delivery_state::delivered,
                                            .at = x_core.now,
                                            .next_hop = peer,
                                            .attempt = attempt,
                                            .due_at = due,
                                            .lenient = true});
            transaction.changes.emplace_back(operation::put_event{
                x_core.event(message.message.origin, message.message.id, recipient,
                             new_attempt ? "sent-again" : "diverted", "gateway",
                             "by " + std::string(peer.text()) + "; " + reason)});
        }
        add_shipments(transaction, message, peer, attempt);
    }
    x_core.wake_at(due);
    x_core.count.sent_again += new_attempt ? 1 : 0;
    x_core.out.commit(std::move(transaction),
                      [this, by_peer, then](const store::transaction_result& result) {
                          const bool ok = result.status == store::transaction_status::committed;
                          for (const auto& [peer, recipients] : by_peer) {
                              if (ok) {
                                  x_out.rescan(peer);
                              }
                          }
                          then(ok);
                      });
}

void diversion::notice(const store::message_row& message, bureau_id recipient, std::uint8_t attempt,
                       outcome_kind kind, errc code, withheld keep) {
    protocol::outcome outcome;
    outcome.id = message.id;
    outcome.attempt = attempt;
    outcome.recipient = recipient;
    outcome.kind = kind;
    outcome.at = x_core.now;
    outcome.reason = static_cast<std::uint16_t>(code);
    if (auto seal = protocol::decode_seal(message.seal)) {
        outcome.seal_digest = x_core.hash().sha256({protocol::seal_content(*seal)});
    }
    x_core.count.expired += kind == outcome_kind::expired ? 1 : 0;
    store::transaction transaction;
    transaction.changes.emplace_back(operation::advance_delivery{
        .message = message.row,
        .recipient = recipient,
        .expected = not_settled,
        .state = state_of(kind),
        .at = x_core.now,
        .code = static_cast<std::uint16_t>(code),
        .text = std::string(protocol::text_of(code)),
        .due_at = std::optional<std::optional<utc_time>>(std::optional<utc_time>{})});
    transaction.changes.emplace_back(operation::put_event{
        x_core.event(message.origin, message.id, recipient, to_text(kind), "gateway", {}, code)});
    if ((message.roles & static_cast<std::uint8_t>(store::message_role::origin)) == 0) {
        transaction.changes.emplace_back(operation::settle_custody{.origin = message.origin,
                                                                   .id = message.id,
                                                                   .attempt = message.attempt,
                                                                   .recipient = recipient,
                                                                   .handed_on = false,
                                                                   .outcome = kind});
    }
    const auto row = x_receipts.add(transaction, message.origin, message.cls, std::move(outcome));
    x_core.out.commit(std::move(transaction),
                      [this, row, keep](const store::transaction_result& result) {
                          if (result.status == store::transaction_status::committed) {
                              x_receipts.pend(row);
                          }
                      });
}

}  // namespace dhow::route
