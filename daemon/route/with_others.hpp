// Whether a recipient's copy may be with others: then it is neither cancelled nor expired here.
// Way of the message: [queries (cancel), deadlines (expiry)] -> outbound, store.
// Pure values. Net thread.
// Spec: docs/overview.md#cancelling, #expiry. Tests: unit/route/queries_test.cpp, sim.
// Limits: none.
#pragma once

#include "daemon/route/outbound.hpp"
#include "daemon/store/names.hpp"

namespace dhow::route {

/// Sending attempts of one message by recipient, from its events.
struct attempts {
    using by_recipient = std::map<bureau_id, std::set<std::uint8_t>>;
    by_recipient relayed;  ///< A peer took the copy, or it went along with a courier.
    by_recipient by_link;  ///< Of those, a peer took it.
    by_recipient failed;   ///< A gateway on the way says that this attempt came to nothing.
    /// It went along with a courier to the recipient itself: no gateway on the way speaks for that.
    by_recipient carried;

    /// Some attempt was taken, and nobody has said that it came to nothing.
    [[nodiscard]] bool may_arrive(bureau_id recipient) const {
        if (carried.contains(recipient)) {
            return true;
        }
        const auto taken = relayed.find(recipient);
        return taken != relayed.end() && std::ranges::any_of(taken->second, [&](auto attempt) {
                   return !has_failed(recipient, attempt);
               });
    }
    /// The same, but for copies of which only a courier knows.
    [[nodiscard]] attempts without_couriers() const { return {by_link, by_link, failed, {}}; }
    [[nodiscard]] bool has_failed(bureau_id recipient, std::uint8_t attempt) const {
        const auto found = failed.find(recipient);
        return found != failed.end() && found->second.contains(attempt);
    }
};

inline store::query::load_events attempts_of(const store::message_row& message) {
    return {message.origin, message.id, std::string(store::relayed_event),
            std::string(store::attempt_failed_event), std::string(store::courier_event)};
}

inline attempts attempts_in(const std::vector<store::event_row>& events) {
    attempts out;
    for (const auto& event : events) {
        const auto attempt = store::attempt_of(event.text).value_or(0);
        if (event.what == store::attempt_failed_event) {
            out.failed[event.recipient].insert(attempt);
            continue;
        }
        out.relayed[event.recipient].insert(attempt);
        if (event.what != store::courier_event) {
            out.by_link[event.recipient].insert(attempt);
        } else if (event.actor == store::courier_actor(event.recipient)) {
            out.carried[event.recipient].insert(attempt);
        }
    }
    return out;
}

/// By its state, by a text that has left in this attempt or an earlier one, or because a peer has
/// taken it in whichever attempt. Withhold the message before it is read.
inline bool may_be_with_others(const answer::full_message& message, const store::delivery_row& row,
                               const attempts& tried, const outbound& out) {
    using store::delivery_state;
    const bool has_left =
        row.state == delivery_state::relayed || row.state == delivery_state::in_doubt;
    if ((has_left && !tried.has_failed(row.recipient, row.attempt)) ||
        row.state == delivery_state::delivered || tried.may_arrive(row.recipient)) {
        return true;
    }
    return std::ranges::any_of(message.shipments, [&](const auto& shipment) {
        return shipment.position == 0 && shipment.state < store::shipment_state::done &&
               !tried.has_failed(row.recipient, shipment.attempt) &&
               (shipment.peer == row.next_hop || shipment.attempt < row.attempt) &&
               (shipment.in_doubt || out.may_have_left(shipment));
    });
}

}  // namespace dhow::route
