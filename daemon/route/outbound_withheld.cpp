// What must not be offered now: cancelled, expired or held, or about to be.
// Way of the message: operator, agency or clock -> [outbound] -> link_session.
// Pure. Net thread.
// Spec: docs/overview.md#sending. Tests: unit/route/outbound_test.cpp, sim.
// Limits: as many messages as are being judged at once; see deadlines.cpp.
#include "daemon/route/outbound.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

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
