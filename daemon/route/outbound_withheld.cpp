// What must not be offered now: cancelled, expired or held, or about to be.
// Way of the message: operator, agency or clock -> [outbound] -> link_session.
// Pure. Net thread.
// Spec: docs/overview.md#sending. Tests: unit/route/outbound_test.cpp, sim.
// Limits: as many messages as are being judged at once; see deadlines.cpp.
#include "daemon/route/outbound.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dhow::route {

namespace {
/// Settled by somebody who has the text.
constexpr store::state_set text_arrived =
    in_state(store::delivery_state::complete) | store::answered_states;
/// No peer has it, as far as is known.
constexpr store::state_set not_taken =
    in_state(store::delivery_state::accepted) | in_state(store::delivery_state::queued) |
    in_state(store::delivery_state::sending) | in_state(store::delivery_state::in_doubt) |
    in_state(store::delivery_state::deferred) | in_state(store::delivery_state::held);

/// Those who are called back are not offered: deadlines ends them.
store::transaction due_now(const answer::full_message& message, bureau_id peer, utc_time now) {
    store::transaction out;
    for (const auto& row : message.deliveries) {
        if (row.next_hop == peer && (in_state(row.state) & not_taken) != 0) {
            out.changes.emplace_back(
                operation::advance_delivery{.message = row.message,
                                            .recipient = row.recipient,
                                            .expected = in_state(row.state),
                                            .state = row.state,
                                            .at = row.changed_at,
                                            .code = row.code,
                                            .text = row.text,
                                            .due_at = std::optional<std::optional<utc_time>>(now),
                                            .lenient = true});
        }
    }
    return out;
}
}  // namespace

withheld outbound::withhold(store::row_id message) {
    auto& entry = x_withheld[message];
    if (++entry.count == 1) {
        each_lane([&](peer_lane& lane) {
            for (const auto& [stream, open] : lane.open) {
                if (open.item.shipment.message == message) {
                    entry.under_way.insert(open.item.shipment.row);
                }
            }
            if (drop(lane, message)) {
                entry.dropped.insert(lane.peer);
            }
        });
    }
    const std::weak_ptr<outbound*> alive = x_alive;
    return withheld{this, [alive, message](const void*) {
                        if (const auto self = alive.lock()) {
                            (*self)->release(message);
                        }
                    }};
}

void outbound::release(store::row_id message) {
    const auto found = x_withheld.find(message);
    if (--found->second.count > 0) {
        return;
    }
    const auto dropped = std::move(found->second.dropped);
    x_withheld.erase(found);
    for (const auto peer : dropped) {
        rescan(peer);
    }
}

bool outbound::may_have_left(const store::shipment_row& text) const {
    const auto found = x_withheld.find(text.message);
    return progress(text.row).has_value() || x_unsettled.contains(text.row) ||
           (found != x_withheld.end() && found->second.under_way.contains(text.row));
}

bool outbound::is_under_way(const message_id& id, std::uint8_t attempt, bureau_id recipient) const {
    if (x_handing_over.contains(id)) {
        return true;
    }
    const auto is_it = [&](const ready_shipment& item) {
        return item.shipment.position == 0 && item.shipment.attempt == attempt && item.message &&
               item.message->id == id &&
               std::ranges::any_of(item.deliveries, [&](const auto& delivery) {
                   return delivery.recipient == recipient;
               });
    };
    const auto has_it = [&](const auto& entry) {
        return std::ranges::any_of(entry.second.open,
                                   [&](const auto& one) { return is_it(one.second.item); });
    };
    return std::ranges::any_of(x_lanes, has_it) || std::ranges::any_of(x_beside, has_it);
}

bool outbound::drop(peer_lane& lane, store::row_id message) {
    const auto prepared = std::erase_if(lane.preparing, [&](const auto& entry) {
        const bool is_of_it = entry.second == message;
        if (is_of_it) {
            lane.queue.forget(entry.first);
        }
        return is_of_it;
    });
    return lane.queue.drop(message) + prepared > 0;
}

bool outbound::keep_back(peer_lane& lane, const ready_shipment& item) {
    const auto found = x_withheld.find(item.shipment.message);
    if (found == x_withheld.end() || item.shipment.message == 0) {
        return false;
    }
    lane.queue.forget(item.shipment.row);
    found->second.dropped.insert(item.shipment.peer);
    return true;
}

void outbound::drop_withheld(bureau_id peer, peer_lane& lane) {
    for (auto& [message, entry] : x_withheld) {
        if (drop(lane, message)) {
            entry.dropped.insert(peer);
        }
    }
}

void outbound::close_without_recipients(session_number number, store::row_id message,
                                        ready_shipment item) {
    x_core.out.ask(query::load_message{message}, [this, number, item = std::move(item)](
                                                     store::reply& reply) mutable {
        auto* lane = lane_of(number);
        if (lane == nullptr || !is_prepared(*lane, item.shipment.row)) {
            return;  // Another session has begun its own load, or it was held meanwhile.
        }
        const auto& rows = expect<answer::messages>(reply).rows;
        const bureau_id peer = item.shipment.peer;
        if (!rows.empty() && item.shipment.in_doubt) {
            std::ranges::copy_if(
                rows.front().deliveries, std::back_inserter(item.deliveries), [&](const auto& row) {
                    return row.next_hop == peer && (in_state(row.state) & text_arrived) != 0;
                });
        }
        if (item.deliveries.empty()) {
            fail(item, errc::cancelled, "no recipient is left");
            lane->queue.forget(item.shipment.row);
            auto ends =
                rows.empty() ? store::transaction{} : due_now(rows.front(), peer, x_core.now);
            if (!ends.changes.empty()) {
                commit_surely(std::move(ends), [this](const store::transaction_result&) {
                    x_core.wake_at(x_core.now);
                });
            }
            return;
        }
        // A receipt was faster than the peer's answer, or came by another way. The peer knows
        // whether it has the text, and so whether attachments are left for it.
        put_back(*lane, number, std::move(item));
        feed(peer);
    });
}

// The peer may have taken it all the same, and its answer comes to nobody: it is offered again when
// it is released.
void outbound::stop_message(store::row_id message) {
    store::transaction doubts;
    std::vector<std::pair<bureau_id, store::row_id>> copies;
    each_lane([&](peer_lane& lane) {
        drop(lane, message);
        auto* session = lane.session ? x_core.session(*lane.session) : nullptr;
        std::erase_if(lane.open, [&](const auto& entry) {
            const auto& [stream, open] = entry;
            const auto& shipment = open.item.shipment;
            if (session == nullptr || shipment.message != message) {
                return false;
            }
            const bool leaves = session->cancel(stream, errc::cancelled, x_core.now);
            lane.queue.forget(shipment.row);
            if ((open.all_sent || leaves) && !shipment.in_doubt) {
                add_doubt(doubts, shipment.row);
            }
            if (lane.is_beside) {
                copies.emplace_back(lane.peer, shipment.row);
            }
            return true;
        });
    });
    commit_doubts(std::move(doubts));
    for (const auto& [peer, row] : copies) {
        on_copy_over(peer, row);
    }
}

void outbound::recall(store::row_id message) {
    const auto found = x_withheld.find(message);
    if (found == x_withheld.end()) {
        return;
    }
    auto& entry = found->second;
    store::transaction doubts;
    std::vector<std::pair<peer_lane*, store::shipment_row>> cancelled;
    each_lane([&](peer_lane& lane) {
        auto* session = lane.session ? x_core.session(*lane.session) : nullptr;
        std::erase_if(lane.open, [&](const auto& one) {
            const auto& [stream, open] = one;
            const auto& shipment = open.item.shipment;
            const bool is_of_it = shipment.message == message && shipment.position == 0;
            if (session == nullptr || !is_of_it || open.all_sent || shipment.in_doubt) {
                return false;
            }
            if (session->cancel(stream, errc::cancelled, x_core.now)) {
                add_doubt(doubts, shipment.row);
            } else {
                entry.under_way.erase(shipment.row);
            }
            lane.queue.forget(shipment.row);
            entry.dropped.insert(lane.peer);
            cancelled.emplace_back(&lane, shipment);
            return true;
        });
    });
    if (!doubts.changes.empty()) {
        commit_surely(std::move(doubts), [](const store::transaction_result&) {});
    }
    for (const auto& [lane, shipment] : cancelled) {
        if (progress(shipment.row)) {
            entry.under_way.insert(shipment.row);  // Of two copies one has left.
        }
        if (lane->is_beside) {
            on_copy_over(lane->peer, shipment.row);
        }
    }
}

void outbound::stop_peer(bureau_id peer) {
    for (auto* lane : {lane_to(peer, false), lane_to(peer, true)}) {
        if (lane == nullptr) {
            continue;
        }
        for (const auto& [shipment, message] : std::exchange(lane->preparing, {})) {
            lane->queue.forget(shipment);
        }
        lane->queue.drop_all();
    }
    rescan(peer);
}

}  // namespace dhow::route
