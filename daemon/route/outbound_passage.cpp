// What may be sent over the bearer that is up, and what is taken back when that changes.
// Way of the message: store -> ready_queue -> [outbound] -> link_session.
// Pure. Net thread.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/outbound_passage_test.cpp, sim.
// Limits: see outbound.hpp.
#include "daemon/route/outbound.hpp"

#include <vector>

namespace dhow::route {

bool outbound::passes(session_number number, const ready_shipment& item) const {
    const auto found = x_core.sessions.find(number);
    return found == x_core.sessions.end() ||
           found->second.passage_of(item.shipment.cls)
               .passes(item.object.bytes, item.shipment.created_at, x_core.now, level_of(item));
}

passage outbound::passage_of(const peer_lane& lane, message_class cls) const {
    const auto found = lane.session ? x_core.sessions.find(*lane.session) : x_core.sessions.end();
    return found == x_core.sessions.end() ? passage{} : found->second.passage_of(cls);
}

// In front of its class it would keep back what passes.
void outbound::put_back(peer_lane& lane, session_number number, ready_shipment item) const {
    if (passes(number, item)) {
        lane.queue.put_back(std::move(item));
    } else {
        lane.queue.forget(item.shipment.row);  // The store has it, and is asked when it passes.
    }
}

void outbound::tell_waiting(const ready_shipment& item) const {
    if (x_waiting) {
        x_waiting(item.shipment.peer, item.shipment.cls, level_of(item));
    }
}

std::optional<std::uint64_t> outbound::bytes_before(const store::shipment_row& what) const {
    const auto lane = x_lanes.find(what.peer);
    if (lane == x_lanes.end()) {
        return std::nullopt;
    }
    std::uint64_t out = 0;
    bool is_here = false;
    lane->second.queue.each(what.cls, [&](const ready_shipment& item) {
        is_here = is_here || item.shipment.row == what.row;
        out += item.shipment.row < what.row ? item.object.bytes : 0;
    });
    for (const auto& [stream, open] : lane->second.open) {
        const bool is_its_class = open.item.shipment.cls == what.cls;
        out += is_its_class ? open.item.object.bytes - open.durable_bytes : 0;
    }
    return is_here ? std::optional(out) : std::nullopt;
}

// Of what has left only the answer is missing, which passes at any time.
void outbound::on_passage_changed(session_number number) {
    auto* lane = lane_of(number);
    auto* session = lane == nullptr ? nullptr : x_core.session(number);
    if (session == nullptr) {
        return;
    }
    std::vector<protocol::stream_id> shut;
    std::vector<store::row_id> taken_back;
    for (const auto& [stream, open] : lane->open) {
        if (!open.all_sent && !passes(number, open.item)) {
            shut.push_back(stream);
        }
    }
    store::transaction doubts;
    for (const auto stream : shut) {
        const auto shipment = std::move(lane->open.at(stream).item.shipment);
        lane->queue.forget(shipment.row);
        lane->open.erase(stream);
        taken_back.push_back(shipment.row);
        if (session->cancel(stream, errc::busy, x_core.now) && !shipment.in_doubt) {
            add_doubt(doubts, shipment.row);
        }
    }
    commit_doubts(std::move(doubts));
    lane->queue.drop_all();
    const auto peer = lane->peer;
    if (lane->is_beside) {
        for (const auto row : taken_back) {
            on_copy_over(peer, row);
        }
    }
    rescan(peer);
}

}  // namespace dhow::route
