// Decides when the transactions that have gathered become one commit.
// Way of the message: store thread's queue -> [commit_batcher] -> sqlite_store::apply.
// Pure: time is an argument. Owned by the store thread, or by the simulator.
// Spec: docs/store.md#commit. Tests: system.
// Limits: batch_operations_max, batch_bytes_max, batch_time_max.
#pragma once

#include "protocol/limits.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace dhow::store {

/// What a batch may hold. Defaults are those of limits.hpp; tests and the simulator draw smaller
/// ones.
struct batch_bounds {
    std::size_t operations_max = protocol::limits::batch_operations_max;
    std::size_t bytes_max = protocol::limits::batch_bytes_max;
    std::chrono::steady_clock::duration time_max = protocol::limits::batch_time_max;
};

class commit_batcher {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit commit_batcher(batch_bounds bounds = {}) : x_bounds(bounds) {}

    /// Whether one more transaction fits. The first always does, however large.
    [[nodiscard]] bool fits(std::size_t operations, std::size_t bytes) const;
    /// A transaction has joined the batch.
    void on_transaction(std::size_t operations, std::size_t bytes, bool at_once, time_point now);
    /// The batch is to be committed now: it is full, or old, or holds what must not wait; or
    /// nothing more
    /// is at hand, so that waiting would only add latency. While it is committed the next one
    /// gathers.
    [[nodiscard]] bool must_cut(time_point now, bool more_is_waiting) const;
    /// When the oldest of the batch has waited long enough.
    [[nodiscard]] std::optional<time_point> next_deadline() const;
    /// The batch has gone to the store.
    void on_cut();

    [[nodiscard]] bool empty() const { return !x_oldest.has_value(); }

private:
    batch_bounds x_bounds;
    std::size_t x_operations = 0;
    std::size_t x_bytes = 0;
    bool x_at_once = false;
    std::optional<time_point> x_oldest;
};

}  // namespace dhow::store
