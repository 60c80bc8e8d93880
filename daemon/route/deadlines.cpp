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
        x_receipts.find_other_ways();
        x_opening.retry();
    }
    x_core.out.ask(query::load_due{x_core.now, limits::rows_a_look}, [this](store::reply& reply) {
        x_looking = false;
        on_due(expect<answer::due>(reply));
    });
    look_for_purges();
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
            .code = row.code,  // What the peer said last: the same again is no news.
            .text = row.text,
            .lenient = true});
        peers.insert(row.peer);
    }
    x_core.out.commit(std::move(transaction), [this, peers](const store::transaction_result&) {
        for (const auto peer : peers) {
            x_out.rescan(peer);
        }
    });
}

/// Of what is kept for a peer that is restored to a backup, and for whoever goes on with it.
std::chrono::milliseconds deadlines::kept_after_the_end() const {
    return std::max<std::chrono::milliseconds>(limits::custody_memory,
                                               x_core.config->disk_settings.backup_window);
}

// From the oldest on, some rows at a time, so that flash messages do not wait for it.
void deadlines::look_for_purges() {
    // A clock that went back must not keep it from looking.
    const bool is_too_early = x_core.now < x_purge_at && x_purge_at <= x_core.now + look_interval;
    if (x_is_purging || x_core.expiry_frozen || is_too_early) {
        return;
    }
    x_is_purging = true;
    x_core.out.ask(query::find_purges{x_core.now, x_core.now - kept_after_the_end(),
                                      x_core.now - limits::time_to_live_max, x_purge_from,
                                      limits::rows_a_look},
                   [this](store::reply& reply) { purge(expect<answer::purges>(reply)); });
}

void deadlines::purge(const answer::purges& found) {
    if (x_core.expiry_frozen) {
        x_is_purging = false;  // The clock came into doubt meanwhile: no time is written down.
        return;
    }
    store::transaction transaction;
    for (const auto& row : found.rows) {
        if (row.message != 0) {
            transaction.changes.emplace_back(operation::drop_message{row.message, x_core.now});
        } else if (row.object != 0) {
            transaction.changes.emplace_back(operation::drop_object{row.object, true});
        }
    }
    transaction.changes.emplace_back(operation::forget_old{x_core.now, limits::rows_a_look});
    const auto forgetting = transaction.changes.size() - 1;
    transaction.changes.emplace_back(
        operation::put_meta{"last_time", protocol::to_text(x_core.now)});
    x_purge_from = found.next.value_or(store::purge_place{});
    x_core.out.commit(std::move(transaction), [this, forgetting, more = found.next.has_value()](
                                                  const store::transaction_result& result) {
        x_is_purging = false;
        const bool has_forgotten =
            result.status == store::transaction_status::committed &&
            std::ranges::find(result.unchanged, forgetting) == result.unchanged.end();
        constexpr std::chrono::seconds pause{1};
        x_purge_at =
            x_core.now + (more || has_forgotten ? std::chrono::milliseconds{pause}
                                                : std::chrono::milliseconds{look_interval});
        x_core.wake_at(x_purge_at);
    });
}

}  // namespace dhow::route
