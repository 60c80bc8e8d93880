// Decides when the transactions that have gathered become one commit.
// Way of the message: store thread's queue -> [commit_batcher] -> sqlite_store::apply.
// Pure.
// Spec: docs/store.md#commit. Tests: system.
// Limits: see the header.
#include "daemon/store/commit_batcher.hpp"

namespace dhow::store {

bool commit_batcher::fits(std::size_t operations, std::size_t bytes) const {
    return empty() || (x_operations + operations <= x_bounds.operations_max &&
                       x_bytes + bytes <= x_bounds.bytes_max);
}

void commit_batcher::on_transaction(std::size_t operations, std::size_t bytes, bool at_once,
                                    time_point now) {
    x_operations += operations;
    x_bytes += bytes;
    x_at_once = x_at_once || at_once;
    x_oldest = x_oldest.value_or(now);
}

bool commit_batcher::must_cut(time_point now, bool more_is_waiting) const {
    if (empty()) {
        return false;
    }
    return !more_is_waiting || x_at_once || x_operations >= x_bounds.operations_max ||
           x_bytes >= x_bounds.bytes_max || now - x_oldest.value_or(now) >= x_bounds.time_max;
}

std::optional<commit_batcher::time_point> commit_batcher::next_deadline() const {
    return x_oldest ? std::optional(*x_oldest + x_bounds.time_max) : std::nullopt;
}

void commit_batcher::on_cut() { *this = commit_batcher(x_bounds); }

}  // namespace dhow::store
