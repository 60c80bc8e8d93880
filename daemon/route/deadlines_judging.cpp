// What becomes of a delivery that is due: expiry, sending again, another way, or a later look.
// Way of the message: see deadlines.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#expiry, #sending-again. Tests: unit/route/deadlines_test.cpp, sim.
// Limits: see deadlines.hpp.
#include "daemon/route/deadlines.hpp"
#include "daemon/route/levels.hpp"
#include "daemon/route/with_others.hpp"

#include <algorithm>
#include <iterator>

namespace dhow::route {

using store::delivery_state;
using store::shipment_state;

namespace {
/// A held or doubtful delivery is looked at again after this.
constexpr std::chrono::hours look_again{6};
/// The origin sends these again when no receipt comes.
constexpr store::state_set sent_again =
    in_state(delivery_state::relayed) | in_state(delivery_state::in_doubt) |
    in_state(delivery_state::queued) | in_state(delivery_state::deferred) |
    in_state(delivery_state::delivered);
/// These go by a text shipment to their next hop.
constexpr store::state_set wait_here =
    in_state(delivery_state::queued) | in_state(delivery_state::deferred) |
    in_state(delivery_state::accepted) | in_state(delivery_state::sending);

bool is_open(const store::shipment_row& shipment) { return shipment.state < shipment_state::done; }

/// The text for this delivery counts as sent without an answer.
store::transaction doubt_of(core& shared, const answer::full_message& message,
                            const store::delivery_row& row) {
    store::transaction out;
    for (const auto& one : message.shipments) {
        if (one.position == 0 && one.peer == row.next_hop && is_open(one)) {
            out.changes.emplace_back(operation::advance_shipment{.shipment = one.row,
                                                                 .expected = in_state(one.state),
                                                                 .state = one.state,
                                                                 .at = one.changed_at,
                                                                 .in_doubt = true,
                                                                 .code = one.code,
                                                                 .text = one.text,
                                                                 .lenient = true});
        }
    }
    const auto over = std::ranges::count_if(message.shipments, [&](const auto& one) {
        return one.position == 0 && one.peer == row.next_hop && !is_open(one);
    });
    if (out.changes.empty() && over < 2) {  // One had no recipient left, one was asked for.
        out.changes.emplace_back(operation::put_shipment{{.row = shared.next_row(),
                                                          .peer = row.next_hop,
                                                          .cls = message.message.cls,
                                                          .state = shipment_state::ready,
                                                          .object = message.message.text_object,
                                                          .message = message.message.row,
                                                          .attempt = row.attempt,
                                                          .origin = message.message.origin,
                                                          .in_doubt = true,
                                                          .text = {},
                                                          .due_at = {},
                                                          .created_at = shared.now,
                                                          .changed_at = shared.now}});
    }
    return out;
}
}  // namespace

struct deadlines::look {
    answer::full_message message;
    std::vector<bureau_id> recipients;
    attempts tried;
    withheld keep;
    std::shared_ptr<const void> busy;        ///< Until all is written no other look begins.
    std::vector<bureau_id> again;            ///< Of these a new attempt is made.
    called_back back;                        ///< At a gateway on the way.
    std::vector<store::delivery_row> ended;  ///< Called back, and with nobody else.
};

withheld deadlines::both(const look& what) {
    return std::make_shared<const std::pair<withheld, withheld>>(what.keep, what.busy);
}

void deadlines::look_at(store::row_id message, const std::vector<bureau_id>& recipients) {
    if (!x_under_look->insert(message).second) {
        // A slow disk: what was found about it is not written yet.
        x_core.wake_at(x_core.now + std::chrono::seconds{1});
        return;
    }
    auto what = std::make_shared<look>();
    what->recipients = recipients;
    what->busy = {this, [all = x_under_look, message](const void*) { all->erase(message); }};
    what->keep = x_out.withhold(message);
    x_core.out.ask(query::load_message{message}, [this, what](store::reply& reply) {
        auto& rows = expect<answer::messages>(reply).rows;
        if (rows.empty() || x_out.waits_for_space()) {
            return;  // What has left may not be noted yet: the rows stay due.
        }
        what->message = std::move(rows.front());
        // Also of a first attempt: a peer that was restored refuses what it had taken.
        x_core.out.ask(attempts_of(what->message.message), [this, what](store::reply& events) {
            what->tried = attempts_in(expect<answer::events>(events).rows);
            const auto& about = what->message.message;
            if (is_origin(about)) {
                judge_all(*what);
                return;
            }
            x_core.out.ask(query::find_called_back{about.origin, about.id},
                           [this, what](store::reply& said) {
                               what->back = called_back_in(expect<answer::called_back>(said).rows);
                               judge_all(*what);
                           });
        });
    });
}

void deadlines::judge_all(look& what) {
    for (const auto& row : what.message.deliveries) {
        if (std::ranges::find(what.recipients, row.recipient) != what.recipients.end()) {
            judge(what, row);
        }
    }
    if (!what.ended.empty()) {
        x_recalls.collapse(what.message, what.ended, what.back, both(what));
    }
    if (what.again.empty()) {
        return;
    }
    std::vector<store::delivery_row> rows;
    std::ranges::copy_if(what.message.deliveries, std::back_inserter(rows), [&](const auto& row) {
        return std::ranges::find(what.again, row.recipient) != what.again.end();
    });
    x_divert.send_again(what.message, what.again, "no receipt has come in time",
                        [this, rows, busy = what.busy](bool is_done) {
                            for (const auto& row : rows) {
                                if (!is_done) {  // No way any more, or no space: not at once again.
                                    look_later(row, x_core.now + look_again, errc{}, busy);
                                }
                            }
                        });
}

void deadlines::judge(look& what, const store::delivery_row& row) {
    const auto& message = what.message.message;
    const auto expires_at = x_core.expiry_of(message);
    const bool over = expires_at && *expires_at <= x_core.now;
    const bool ours = (message.roles & static_cast<std::uint8_t>(store::message_role::origin)) != 0;
    const bool has_text = row.state == delivery_state::delivered;
    if ((in_state(row.state) & store::settled_states) != 0 || (has_text && (over || !ours))) {
        look_later(row, std::nullopt, errc{}, what.busy);
        return;
    }
    if (what.back.contains(row.recipient) && row.recipient != x_core.self()) {
        judge_called_back(what, row);
        return;
    }
    if (row.state == delivery_state::held || (over && x_core.expiry_frozen)) {
        look_later(row, x_core.now + look_again, errc{}, what.busy);
        return;
    }
    const auto [by_link, by_courier] = may_be_at(what, row, over ? expires_at : std::nullopt);
    const bool in_doubt = by_link || by_courier;
    if (over && !in_doubt) {
        x_divert.notice(message, row.recipient, row.attempt, protocol::outcome_kind::expired,
                        errc::expired, both(what));
    } else if (over) {
        // Expired, unconfirmed: the peer or the addressee has the word; no notice before it.
        look_later(row, x_core.now + look_again, errc::expired, what.busy);
    } else if (const auto code = without_a_way(what, row); code != errc{}) {
        divert_or_wait(what, row, expires_at,
                       {message, row.recipient, row.next_hop, row.attempt, code, row.attempt},
                       in_doubt);
    } else if (!ours || (in_state(row.state) & sent_again) == 0) {
        look_later(row, expires_at, errc{}, what.busy);
    } else {
        // What only went along with a courier waits here for its link as well.
        send_again_or_wait(what, row, expires_at, by_link);
    }
}

// A courier gets rid of what has expired at nobody; a receipt for what came in time may still be on
// its way back, and not for ever. Nor does what no link takes wait for it for ever.
deadlines::whereabouts deadlines::may_be_at(const look& what, const store::delivery_row& row,
                                            std::optional<utc_time> over_since) const {
    const auto courier_since = over_since.value_or(row.changed_at);
    const bool is_awaited = x_core.now < courier_since + x_core.outside.courier_receipt_lifetime;
    return {may_be_with_others(what.message, row, what.tried.without_couriers(), x_out),
            is_awaited && may_be_with_others(what.message, row, what.tried, x_out)};
}

// Nothing of it is offered any more but to ask a peer that may have it already.
void deadlines::judge_called_back(look& what, const store::delivery_row& row) {
    const auto [by_link, by_courier] = may_be_at(what, row, std::nullopt);
    if (!by_link && !by_courier) {
        what.ended.push_back(row);
        return;
    }
    look_later(row, x_core.now + look_again, errc{}, what.busy);
    if (!by_link) {
        // His receipt may be lost on its way: the link's peer is asked as well, as in a doubt.
        auto asked = doubt_of(x_core, what.message, row);
        if (asked.changes.empty()) {
            return;
        }
        x_core.out.commit(std::move(asked),
                          [this, peer = row.next_hop, keep = both(what)](
                              const store::transaction_result&) { x_out.rescan(peer); });
    }
}

void deadlines::send_again_or_wait(look& what, const store::delivery_row& row,
                                   std::optional<utc_time> expires_at, bool in_doubt) {
    const auto no_later_than_expiry = [&](utc_time at) {
        return std::min(at, expires_at.value_or(at));
    };
    // Nothing else would look at it when it has left and is lost on its way.
    const auto patience = x_divert.patience(what.message.message.cls, row.attempt);
    const auto in_time =
        patience ? std::optional(no_later_than_expiry(x_core.now + *patience)) : expires_at;
    const bool attachments_go = std::ranges::any_of(what.message.shipments, [&](const auto& one) {
        return one.position != 0 && one.peer == row.next_hop && is_open(one);
    });
    const auto level = what.message.message.level;
    const bool may_go = may_go_to(*x_core.config, row.next_hop, level);
    const bool waits_here = row.state == delivery_state::delivered
                                ? attachments_go
                                : !in_doubt && may_go && x_core.session_with(row.next_hop);
    if (waits_here || !patience) {
        look_later(row, in_time, errc{}, what.busy);
        return;
    }
    if (row.state == delivery_state::deferred && row.changed_at + *patience > x_core.now) {
        // Refused of late, while an older text of it still waits: not at once again.
        look_later(row, no_later_than_expiry(row.changed_at + *patience), errc{}, what.busy);
        return;
    }
    const auto other = x_divert.way_after(row.recipient, row.next_hop, level, true);
    const bool is_better = other && *other != row.next_hop;
    if (in_doubt || (is_better && (!may_go || x_core.session_with(*other)))) {
        what.again.push_back(row.recipient);
        return;
    }
    look_later(row, no_later_than_expiry(x_core.now + look_again), errc{}, what.busy);
}

// Refused and no other way: while an earlier attempt may be with others no notice is given.
void deadlines::divert_or_wait(look& what, const store::delivery_row& row,
                               std::optional<utc_time> expires_at, const undelivered& refused,
                               bool in_doubt) {
    // A gateway further on gave up this attempt: by another way it would meet what that one knows.
    const bool has_failed = what.tried.has_failed(row.recipient, row.attempt);
    if (!has_failed && x_divert.other_way(refused)) {
        x_divert.divert({refused}, what.busy);
        return;
    }
    if (!in_doubt) {
        x_divert.give_up(refused, both(what));
        return;
    }
    const bool ours =
        (what.message.message.roles & static_cast<std::uint8_t>(store::message_role::origin)) != 0;
    if (!ours) {
        // It went along with a courier: that may arrive, and only the origin makes attempts.
        const auto at = x_core.now + look_again;
        look_later(row, std::min(at, expires_at.value_or(at)), refused.code, what.busy);
        return;
    }
    const auto patience = x_divert.patience(what.message.message.cls, row.attempt);
    if (patience && row.changed_at + *patience <= x_core.now) {
        what.again.push_back(row.recipient);
        return;
    }
    const auto at = patience ? std::min(row.changed_at + *patience, x_core.now + *patience)
                             : x_core.now + look_again;
    look_later(row, std::min(at, expires_at.value_or(at)), refused.code, what.busy);
}

// Its text failed, or was done without it, and what should have followed was not written.
errc deadlines::without_a_way(const look& what, const store::delivery_row& row) {
    constexpr auto may_have_failed = wait_here | in_state(delivery_state::relayed);
    if ((in_state(row.state) & may_have_failed) != 0 &&
        what.tried.has_failed(row.recipient, row.attempt)) {
        return row.code != 0 ? static_cast<errc>(row.code) : errc::no_route;
    }
    if ((in_state(row.state) & wait_here) == 0) {
        return errc{};
    }
    errc out = errc::no_route;
    for (const auto& shipment : what.message.shipments) {
        if (shipment.position != 0 || shipment.peer != row.next_hop) {
            continue;
        }
        if (is_open(shipment)) {
            return errc{};
        }
        out = shipment.code != 0 ? static_cast<errc>(shipment.code) : out;
    }
    // An exception for one recipient stands in its own row; the text was done.
    return row.state == delivery_state::deferred && row.code != 0 ? static_cast<errc>(row.code)
                                                                  : out;
}

void deadlines::look_later(const store::delivery_row& row, std::optional<utc_time> at, errc code,
                           std::shared_ptr<const void> busy) {
    x_core.wake_at(at);
    store::transaction transaction;
    transaction.changes.emplace_back(operation::advance_delivery{
        .message = row.message,
        .recipient = row.recipient,
        .expected = in_state(row.state),
        .state = row.state,
        .at = row.changed_at,
        .code = code == errc{} ? row.code : static_cast<std::uint16_t>(code),
        .text = code == errc::expired ? "expired, unconfirmed" : row.text,
        .due_at = std::optional<std::optional<utc_time>>(at),
        .lenient = true,
        .unless_changed_since = row.changed_at});
    x_core.out.commit(std::move(transaction),
                      [busy = std::move(busy)](const store::transaction_result&) {});
}

}  // namespace dhow::route
