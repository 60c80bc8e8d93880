// Whose memory is whose: what `operator new` gave in the name of a node, and did not get back.
// Way of the message: beside it; the node's own claim is a bound.
// Not pure: replaces operator new of the program. One thread counts.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: not in sanitizer builds, which bring their own; SQLite's memory has a bound of its own.
#pragma once

#include <cstddef>

namespace dhow::sim {

/// Outlives all that was allocated in its name.
struct heap_account {
    std::size_t bytes = 0;       ///< Allocated and not freed.
    std::size_t peak_bytes = 0;  ///< Since whoever reads it has set it back.
};

/// One for each node of a world, again in the next world.
heap_account& account_of(std::size_t node);
/// The same, its peak set back.
heap_account& fresh_account(std::size_t node);

/// While it lives, new memory is in this account's name; none: nobody's.
class heap_scope {
public:
    explicit heap_scope(heap_account* whose);
    ~heap_scope();
    heap_scope(const heap_scope&) = delete;
    heap_scope& operator=(const heap_scope&) = delete;

private:
    heap_account* x_before;
};

}  // namespace dhow::sim
