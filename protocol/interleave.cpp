// The meters of classes and fairness keys, and the choice between them.
// Way of the message: store -> route -> [interleave] -> link_session -> peer.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#order. Tests: unit/protocol/interleave_test.cpp, sim.
// Limits: meters are 64 bits: 24 x 2^59 bytes per session.
#include "protocol/interleave.hpp"

#include "protocol/ensure.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

/// What one byte adds to the meter of its class: 24 / weight, weights 8 : 3 : 1 (DESIGN section 6).
/// Flash does not compete, so its entry is only a number.
constexpr std::array<std::uint64_t, message_class_count> meter_per_byte{1, 3, 8, 24};

}  // namespace

void interleave::add(const ready_transfer& what) {
    auto& queue = x_classes[index_of(what.cls)];
    if (queue.flows.empty()) {
        queue.meter = std::max(queue.meter, x_served_meter);
    }
    const auto [place, is_new] = queue.flows.try_emplace(what.fairness_key);
    auto& its = place->second;
    if (is_new) {
        its.meter = queue.served_meter;
        queue.order.emplace(its.meter, what.fairness_key);
    }
    auto& streams = what.in == lane::small ? its.small : its.large;
    DHOW_ENSURE(streams.insert(what.stream).second);
    ++x_size;
}

void interleave::remove(const ready_transfer& what) {
    auto& queue = x_classes[index_of(what.cls)];
    const auto place = queue.flows.find(what.fairness_key);
    if (place == queue.flows.end()) {
        return;
    }
    auto& its = place->second;
    auto& streams = what.in == lane::small ? its.small : its.large;
    if (streams.erase(what.stream) == 0) {
        return;
    }
    --x_size;
    if (queue.holder == what) {
        queue.holder.reset();
        ++its.small_in_a_row;
    }
    if (its.small.empty() && its.large.empty()) {
        queue.order.erase({its.meter, what.fairness_key});
        queue.flows.erase(place);
    }
}

//= LP-31, LP-32
const interleave::class_queue* interleave::next_class(const class_set& shut) const {
    constexpr auto flash = static_cast<std::size_t>(message_class::flash);
    if (!x_classes[flash].flows.empty() && !shut[flash]) {
        return &x_classes[flash];
    }
    const class_queue* best = nullptr;
    for (std::size_t i = 0; i < x_classes.size(); ++i) {
        const auto& queue = x_classes[i];
        if (!queue.flows.empty() && !shut[i] && (best == nullptr || queue.meter < best->meter)) {
            best = &queue;
        }
    }
    return best;
}

std::optional<ready_transfer> interleave::next(const class_set& shut) const {
    const auto* queue = next_class(shut);
    if (queue == nullptr) {
        return std::nullopt;
    }
    if (queue->holder) {
        return queue->holder;
    }
    const auto key = queue->order.begin()->second;
    const auto& its = queue->flows.at(key);
    const auto cls = static_cast<message_class>(queue - x_classes.data());
    const bool large_is_due = its.small_in_a_row >= small_in_a_row_max && !its.large.empty();
    if (its.small.empty() || large_is_due) {
        return ready_transfer{*its.large.begin(), cls, key, lane::large};
    }
    return ready_transfer{*its.small.begin(), cls, key, lane::small};
}

void interleave::charge(const ready_transfer& what, std::size_t frame_bytes) {
    auto& queue = x_classes[index_of(what.cls)];
    auto& its = queue.flows.at(what.fairness_key);
    if (what.cls != message_class::flash) {
        x_served_meter = queue.meter;
    }
    queue.served_meter = its.meter;
    queue.meter += frame_bytes * meter_per_byte[index_of(what.cls)];
    queue.order.erase({its.meter, what.fairness_key});
    its.meter += frame_bytes;
    queue.order.emplace(its.meter, what.fairness_key);
    if (what.in == lane::small) {
        queue.holder = what;
    } else {
        its.small_in_a_row = 0;
    }
}

}  // namespace dhow::protocol
