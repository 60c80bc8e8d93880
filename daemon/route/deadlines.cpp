// What falls due in the store.
// Way of the message: see deadlines.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#expiry. Tests: unit/route/deadlines_test.cpp, sim.
// Limits: see deadlines.hpp.
#include "daemon/route/deadlines.hpp"

#include <algorithm>
#include <set>

namespace dhow::route {

using store::delivery_state;
using store::shipment_state;

namespace {
constexpr std::size_t rows_a_look = 256;
/// Nothing depends on it but drift: every due row gives a hint of its own.
constexpr std::chrono::minutes look_interval{1};
/// A held or doubtful delivery is looked at again after this.
constexpr std::chrono::hours look_again{6};
constexpr store::state_set nothing_falls_due =
    store::settled_states | in_state(delivery_state::delivered);
}  // namespace

std::optional<utc_time> deadlines::next_deadline() const {
    if (x_looking) {
        return std::nullopt;
    }
    const auto regular = x_looked_at + look_interval;
    return x_core.next_due ? std::min(*x_core.next_due, regular) : regular;
}

void deadlines::on_deadline() {
    const auto next = next_deadline();
    if (!next || *next > x_core.now || x_core.stopping) {
        return;
    }
    x_looking = true;
    x_looked_at = x_core.now;
    x_core.next_due.reset();
    x_out.write_again();
    if (x_core.now >= x_signed_at + look_interval) {
        x_signed_at = x_core.now;
        x_receipts.sign_waiting();
        x_opening.retry();
    }
    x_core.out.ask(query::load_due{x_core.now, rows_a_look}, [this](store::reply& reply) {
        x_looking = false;
        on_due(expect<answer::due>(reply));
    });
}

void deadlines::on_due(answer::due& due) {
    if (due.next) {
        // Not at once again for a row that could not be moved on.
        x_core.wake_at(std::max(*due.next, x_core.now + std::chrono::seconds{1}));
    }
    wake_shipments(due.shipments);
    std::map<store::row_id, std::vector<bureau_id>> by_message;
    for (const auto& row : due.deliveries) {
        by_message[row.message].push_back(row.recipient);
    }
    for (const auto& [message, recipients] : by_message) {
        look_at(message, recipients);
    }
    if (!x_core.expiry_frozen) {
        purge(due.purges);
    }
}

void deadlines::wake_shipments(const std::vector<store::shipment_row>& rows) {
    if (rows.empty()) {
        return;
    }
    store::transaction transaction;
    std::set<bureau_id> peers;
    for (const auto& row : rows) {
        transaction.changes.emplace_back(operation::advance_shipment{
            .shipment = row.row,
            .expected = in_state(shipment_state::deferred),
            .state = shipment_state::ready,
            .at = x_core.now,
            .due_at = std::optional<std::optional<utc_time>>(std::optional<utc_time>{}),
            .text = {},
            .lenient = true});
        peers.insert(row.peer);
    }
    x_core.out.commit(std::move(transaction), [this, peers](const store::transaction_result&) {
        for (const auto peer : peers) {
            x_out.rescan(peer);
        }
    });
}

void deadlines::look_at(store::row_id message, const std::vector<bureau_id>& recipients) {
    const auto keep = x_out.withhold(message);
    x_core.out.ask(query::load_message{message}, [this, recipients, keep](store::reply& reply) {
        const auto& rows = expect<answer::messages>(reply).rows;
        if (rows.empty() || x_out.waits_for_space()) {
            return;  // What has left may not be noted yet: the rows stay due.
        }
        const auto& found = rows.front();
        std::vector<bureau_id> again;
        for (const auto& row : found.deliveries) {
            if (std::find(recipients.begin(), recipients.end(), row.recipient) !=
                recipients.end()) {
                judge(found, row, keep, again);
            }
        }
        if (!again.empty()) {
            x_divert.send_again(found, again, "no receipt has come in time", [](bool) {});
        }
    });
}

void deadlines::judge(const answer::full_message& message, const store::delivery_row& row,
                      const withheld& keep, std::vector<bureau_id>& again) {
    if ((in_state(row.state) & nothing_falls_due) != 0) {
        look_later(row, std::nullopt, errc{});
        return;
    }
    std::optional<utc_time> expires_at = message.message.expires_at;
    if (expires_at) {
        *expires_at += x_core.jumps.shift(message.message.received_at);
    }
    const bool over = expires_at && *expires_at <= x_core.now;
    if (row.state == delivery_state::held || (over && x_core.expiry_frozen)) {
        look_later(row, x_core.now + look_again, errc{});
        return;
    }
    const bool in_doubt =
        row.state == delivery_state::relayed || row.state == delivery_state::in_doubt ||
        std::any_of(message.shipments.begin(), message.shipments.end(), [&](const auto& shipment) {
            return shipment.peer == row.next_hop && shipment.position == 0 &&
                   shipment.state < shipment_state::done &&
                   (shipment.in_doubt || x_out.may_have_left(shipment));
        });
    if (over && !in_doubt) {
        x_divert.notice(message.message, row.recipient, row.attempt,
                        protocol::outcome_kind::expired, errc::expired, keep);
        return;
    }
    if (over) {
        // Expired, unconfirmed: the peer or the addressee has the word; no notice before it.
        look_later(row, x_core.now + look_again, errc::expired);
        return;
    }
    const bool ours =
        (message.message.roles & static_cast<std::uint8_t>(store::message_role::origin)) != 0;
    const bool settled =
        row.state != delivery_state::relayed && row.state != delivery_state::in_doubt &&
        row.state != delivery_state::queued && row.state != delivery_state::deferred;
    const bool waits_here = !in_doubt && x_core.session_with(row.next_hop).has_value();
    if (!ours || settled || waits_here) {
        look_later(row, expires_at, errc{});
        return;
    }
    const auto other = x_divert.way_after(row.recipient, row.next_hop, false);
    if (in_doubt || (other && x_core.session_with(*other))) {
        again.push_back(row.recipient);
        return;
    }
    const auto at = x_core.now + look_again;
    look_later(row, std::min(at, expires_at.value_or(at)), errc{});
}

void deadlines::look_later(const store::delivery_row& row, std::optional<utc_time> at, errc code) {
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
        .lenient = true});
    x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
}

void deadlines::purge(const std::vector<answer::purge>& rows) {
    store::transaction transaction;
    for (const auto& row : rows) {
        if (row.message != 0) {
            transaction.changes.emplace_back(operation::drop_message{row.message});
        } else if (row.object != 0) {
            transaction.changes.emplace_back(operation::drop_object{row.object});
        }
    }
    transaction.changes.emplace_back(operation::forget_old{x_core.now, 256});
    transaction.changes.emplace_back(
        operation::put_meta{"last_time", protocol::to_text(x_core.now)});
    x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
}

}  // namespace dhow::route
