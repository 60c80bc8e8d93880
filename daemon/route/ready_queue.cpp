// The loaded part of what waits for one peer.
// Way of the message: see ready_queue.hpp.
// Pure.
// Spec: docs/overview.md#classes. Tests: unit/route/ready_queue_test.cpp.
// Limits: loaded_shipments_per_class.
#include "daemon/route/ready_queue.hpp"

#include <algorithm>

namespace dhow::route {

namespace {
// urgent : routine : bulk = 8 : 3 : 1 by bytes (DESIGN section 6); flash is not weighed.
constexpr std::array<double, protocol::message_class_count> shares{1, 8, 3, 1};
}  // namespace

void ready_queue::wake(class_lane& woken) {
    // A class that was idle starts where the least served waiting one is, or it would catch up its
    // idle time.
    double least = -1;
    for (const auto& other : x_lanes) {
        if (&other != &woken && !other.items.empty() && (least < 0 || other.served < least)) {
            least = other.served;
        }
    }
    woken.served = std::max(woken.served, least);
}

bool ready_queue::add_fresh(ready_shipment item) {
    auto& lane = lane_of(item.shipment.cls);
    if (lane.more || lane.items.size() >= limits::loaded_shipments_per_class) {
        lane.more = true;
        lane.declined = lane.loading;
        return false;
    }
    if (!x_known.insert(item.shipment.row).second) {
        return true;
    }
    if (lane.items.empty()) {
        wake(lane);
    }
    lane.after = std::max(lane.after, item.shipment.row);
    lane.items.push_back(std::move(item));
    return true;
}

void ready_queue::add_loaded(message_class cls, answer::ready rows) {
    auto& lane = lane_of(cls);
    lane.loading = false;
    lane.more = rows.more || lane.declined;
    lane.declined = false;
    for (auto& item : rows.rows) {
        lane.after = std::max(lane.after, item.shipment.row);
        if (!x_known.insert(item.shipment.row).second) {
            continue;
        }
        if (lane.items.empty()) {
            wake(lane);
        }
        lane.items.push_back(std::move(item));
    }
}

void ready_queue::put_back(ready_shipment item) {
    x_known.insert(item.shipment.row);
    lane_of(item.shipment.cls).items.push_front(std::move(item));
}

const ready_shipment& ready_queue::front(message_class cls) const {
    return lane_of(cls).items.front();
}

ready_shipment ready_queue::take(message_class cls) {
    auto& lane = lane_of(cls);
    ready_shipment out = std::move(lane.items.front());
    lane.items.pop_front();
    lane.served += static_cast<double>(out.object.bytes) / shares[static_cast<std::size_t>(cls)];
    return out;
}

bool ready_queue::wants_load(message_class cls) const {
    const auto& lane = lane_of(cls);
    return lane.more && !lane.loading && lane.items.empty();
}

void ready_queue::rescan(message_class cls) {
    auto& lane = lane_of(cls);
    lane.after = 0;
    lane.more = true;
}

}  // namespace dhow::route
