// The loaded part of what waits for one peer, by class, and which class goes next.
// Way of the message: store -> [ready_queue] -> outbound -> link_session.
// Pure value.
// Spec: DESIGN numbers in docs/overview.md#classes. Tests: unit/route/ready_queue_test.cpp.
// Limits: loaded_shipments_per_class, flash_burst_bytes; the rest stays in the store and is loaded
// in its turn.
#pragma once

#include "daemon/route/core.hpp"
#include "daemon/route/flash_budget.hpp"

#include <deque>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace dhow::route {

using store::answer::ready_shipment;

class ready_queue {
public:
    /// `loaded_max`: of a class, at least 2.
    explicit ready_queue(std::size_t loaded_max = limits::loaded_shipments_per_class)
        : x_loaded_max(loaded_max) {}
    /// Adds a shipment just made ready. False: not taken, the store has it and will be asked again.
    bool add_fresh(ready_shipment item);
    /// Adds what the store answered for `cls`; rows already here or under way are skipped.
    void add_loaded(message_class cls, answer::ready rows);
    /// The load under way has answered with rows up to this one; before add_loaded().
    void pass_over(message_class cls, store::row_id upto) {
        lane_of(cls).after = std::max(lane_of(cls).after, upto);
    }
    /// Puts back one that was not sent, at the front of its class.
    void put_back(ready_shipment item);
    /// The class that should be asked for next among those for which `may_go(front)` says yes;
    /// flash strictly first, as far as its origins' budgets go; else it waits as urgent does. The
    /// others by served bytes over their share (8 : 3 : 1), so that none starves.
    template <class Predicate>
    [[nodiscard]] std::optional<message_class> choose(utc_time now, Predicate may_go);
    [[nodiscard]] const ready_shipment& front(message_class cls) const;
    /// Takes the front out; it stays known as under way until forget().
    ready_shipment take(message_class cls, utc_time now);
    void forget(store::row_id row) { x_known.erase(row); }
    /// Takes out what is loaded of a message; the number of shipments.
    std::size_t drop(store::row_id message);
    /// Takes one out, if it is loaded; it is known as under way until forget() in any case.
    void take_out(store::row_id row);
    template <class Predicate>
    [[nodiscard]] bool any_of(message_class cls, Predicate is_it) const;
    /// All that is loaded of the class, in no order.
    template <class Function>
    void each(message_class cls, Function what) const;
    /// Takes out all that is loaded.
    void drop_all();
    /// Classes of which less than half as much is loaded as may be, while the store may have more.
    [[nodiscard]] bool wants_load(message_class cls) const;
    void mark_loading(message_class cls) { lane_of(cls).loading = true; }
    [[nodiscard]] store::row_id cursor(message_class cls) const { return lane_of(cls).after; }
    /// Rows before the cursor may have become ready again.
    void rescan(message_class cls);
    [[nodiscard]] std::size_t size() const { return x_known.size(); }

private:
    struct class_lane {
        std::map<bureau_id, std::deque<ready_shipment>> by_origin;  ///< No deque is empty.
        std::size_t size = 0;
        bureau_id turn;  ///< The origin that goes next.
        store::row_id after = 0;
        bool more = true;
        bool loading = false;
        bool declined = false;  ///< A fresh one was not taken while a load was under way.
        bool restart = false;   ///< Rows that the load under way may have passed became ready.
        double served = 0;      ///< Bytes over share.

        [[nodiscard]] const ready_shipment& front() const { return by_origin.at(turn).front(); }
    };
    void add(class_lane& to, ready_shipment item);
    class_lane& lane_of(message_class cls) { return x_lanes[static_cast<std::size_t>(cls)]; }
    [[nodiscard]] const class_lane& lane_of(message_class cls) const {
        return x_lanes[static_cast<std::size_t>(cls)];
    }
    void wake(class_lane& woken);
    /// Gives the turn to an origin with budget, if flash has one; else flash is not first.
    void settle_flash(utc_time now);
    [[nodiscard]] bool is_weighed(const class_lane& lane) const;
    void uncount(store::row_id message);
    template <class Predicate>
    std::size_t drop_if(Predicate is_out);

    std::size_t x_loaded_max;
    std::array<class_lane, protocol::message_class_count> x_lanes;
    std::unordered_set<store::row_id> x_known;
    std::unordered_map<store::row_id, std::size_t> x_messages;  ///< Loaded shipments of each.
    flash_budget x_budget;
    bool x_flash_is_first = true;  ///< Some origin of the flash that waits has budget left.
};

template <class Predicate>
std::optional<message_class> ready_queue::choose(utc_time now, Predicate may_go) {
    settle_flash(now);
    std::optional<message_class> best;
    for (std::size_t i = 0; i < x_lanes.size(); ++i) {
        const auto cls = static_cast<message_class>(i);
        const auto& lane = x_lanes[i];
        if (lane.size == 0 || !may_go(lane.front())) {
            continue;
        }
        if (cls == message_class::flash && x_flash_is_first) {
            return cls;
        }
        if (!best || lane.served < lane_of(*best).served) {
            best = cls;
        }
    }
    return best;
}

template <class Predicate>
bool ready_queue::any_of(message_class cls, Predicate is_it) const {
    for (const auto& [origin, rows] : lane_of(cls).by_origin) {
        for (const auto& item : rows) {
            if (is_it(item)) {
                return true;
            }
        }
    }
    return false;
}

template <class Function>
void ready_queue::each(message_class cls, Function what) const {
    for (const auto& [origin, rows] : lane_of(cls).by_origin) {
        for (const auto& item : rows) {
            what(item);
        }
    }
}

}  // namespace dhow::route
