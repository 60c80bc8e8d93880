// The loaded part of what waits for one peer.
// Way of the message: see ready_queue.hpp.
// Pure.
// Spec: docs/overview.md#classes. Tests: unit/route/ready_queue_test.cpp.
// Limits: loaded_shipments_per_class, flash_burst_bytes.
#include "daemon/route/ready_queue.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

namespace {
// urgent : routine : bulk = 8 : 3 : 1 by bytes (DESIGN section 6); flash is weighed only when it is
// beyond its origins' budgets, and then as urgent.
constexpr std::array<double, protocol::message_class_count> shares{8, 8, 3, 1};

double weight(const ready_shipment& item) {
    return static_cast<double>(item.object.bytes) /
           shares[static_cast<std::size_t>(item.shipment.cls)];
}
}  // namespace

void ready_queue::wake(class_lane& woken) {
    // A class that was idle starts where the least served waiting one is, or it would catch up its
    // idle time.
    double least = -1;
    for (const auto& other : x_lanes) {
        if (&other != &woken && other.size > 0 && is_weighed(other) &&
            (least < 0 || other.served < least)) {
            least = other.served;
        }
    }
    woken.served = std::max(woken.served, least);
}

bool ready_queue::is_weighed(const class_lane& lane) const {
    return &lane != &lane_of(message_class::flash) || !x_flash_is_first;
}

void ready_queue::settle_flash(utc_time now) {
    auto& lane = lane_of(message_class::flash);
    const bool was_first = std::exchange(x_flash_is_first, true);
    if (lane.size == 0) {
        return;
    }
    const auto begin = lane.by_origin.find(lane.turn);
    auto at = begin;
    do {
        if (x_budget.has(at->first, now)) {
            lane.turn = at->first;
            return;
        }
        at = std::next(at) == lane.by_origin.end() ? lane.by_origin.begin() : std::next(at);
    } while (at != begin);
    x_flash_is_first = false;
    if (was_first) {
        lane.served = 0;
        wake(lane);
    }
}

void ready_queue::add(class_lane& to, ready_shipment item) {
    if (to.size == 0) {
        wake(to);
        to.turn = item.shipment.origin;
    }
    to.size += 1;
    ++x_messages[item.shipment.message];
    to.by_origin[item.shipment.origin].push_back(std::move(item));
}

bool ready_queue::add_fresh(ready_shipment item) {
    auto& lane = lane_of(item.shipment.cls);
    // One of an origin that has nothing here does not wait for the others' backlog to be loaded.
    const bool overtakes = lane.more && !lane.by_origin.contains(item.shipment.origin);
    if ((lane.more && !overtakes) || lane.size >= x_loaded_max) {
        lane.more = true;
        lane.declined = lane.loading;
        return false;
    }
    if (!x_known.insert(item.shipment.row).second) {
        return true;
    }
    if (!overtakes) {
        lane.after = std::max(lane.after, item.shipment.row);
    }
    add(lane, std::move(item));
    return true;
}

void ready_queue::add_loaded(message_class cls, answer::ready rows) {
    auto& lane = lane_of(cls);
    lane.loading = false;
    lane.more = rows.more || lane.declined;
    lane.declined = false;
    for (auto& item : rows.rows) {
        lane.after = std::max(lane.after, item.shipment.row);
        if (x_known.insert(item.shipment.row).second) {
            add(lane, std::move(item));
        }
    }
    if (std::exchange(lane.restart, false)) {
        rescan(cls);
    }
}

void ready_queue::put_back(ready_shipment item) {
    x_known.insert(item.shipment.row);
    auto& lane = lane_of(item.shipment.cls);
    lane.served -= weight(item);
    lane.size += 1;
    ++x_messages[item.shipment.message];
    lane.turn = item.shipment.origin;
    lane.by_origin[lane.turn].push_front(std::move(item));
}

const ready_shipment& ready_queue::front(message_class cls) const { return lane_of(cls).front(); }

ready_shipment ready_queue::take(message_class cls, utc_time now) {
    auto& lane = lane_of(cls);
    if (cls == message_class::flash && x_flash_is_first) {
        x_budget.spend(lane.turn, lane.front().object.bytes, now);
    }
    const auto origin = lane.by_origin.find(lane.turn);
    ready_shipment out = std::move(origin->second.front());
    origin->second.pop_front();
    lane.size -= 1;
    uncount(out.shipment.message);
    lane.served += weight(out);
    auto next = std::next(origin);
    if (origin->second.empty()) {
        lane.by_origin.erase(origin);
    }
    if (lane.size > 0) {
        lane.turn = next == lane.by_origin.end() ? lane.by_origin.begin()->first : next->first;
    }
    return out;
}

void ready_queue::uncount(store::row_id message) {
    const auto found = x_messages.find(message);
    if (--found->second == 0) {
        x_messages.erase(found);
    }
}

template <class Predicate>
std::size_t ready_queue::drop_if(Predicate is_out) {
    std::size_t dropped = 0;
    for (auto& lane : x_lanes) {
        for (auto at = lane.by_origin.begin(); at != lane.by_origin.end();) {
            const auto count = std::erase_if(at->second, [&](const ready_shipment& item) {
                const bool is_dropped = is_out(item);
                if (is_dropped) {
                    x_known.erase(item.shipment.row);
                    uncount(item.shipment.message);
                }
                return is_dropped;
            });
            lane.size -= count;
            dropped += count;
            at = at->second.empty() ? lane.by_origin.erase(at) : std::next(at);
        }
        if (lane.size > 0 && !lane.by_origin.contains(lane.turn)) {
            const auto next = lane.by_origin.upper_bound(lane.turn);
            lane.turn = next == lane.by_origin.end() ? lane.by_origin.begin()->first : next->first;
        }
    }
    return dropped;
}

std::size_t ready_queue::drop(store::row_id message) {
    if (!x_messages.contains(message)) {
        return 0;
    }
    return drop_if(
        [message](const ready_shipment& item) { return item.shipment.message == message; });
}

void ready_queue::take_out(store::row_id row) {
    if (!x_known.insert(row).second) {
        drop_if([row](const ready_shipment& item) { return item.shipment.row == row; });
        x_known.insert(row);
    }
}

void ready_queue::drop_all() {
    drop_if([](const ready_shipment&) { return true; });
}

bool ready_queue::wants_load(message_class cls) const {
    const auto& lane = lane_of(cls);
    return lane.more && !lane.loading && lane.size < x_loaded_max / 2;
}

void ready_queue::rescan(message_class cls) {
    auto& lane = lane_of(cls);
    lane.restart = lane.loading;
    lane.after = 0;
    lane.more = true;
}

}  // namespace dhow::route
