// Whose memory is whose.
// Way of the message: see heap.hpp.
// Not pure: see heap.hpp.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: see heap.hpp.
#include "tests/sim/heap.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

namespace dhow::sim {

namespace {
constexpr std::size_t nodes_max = 256;  // A hub, 200 bureaus, and room.
thread_local heap_account* current = nullptr;
}  // namespace

heap_account& account_of(std::size_t node) {
    static std::array<heap_account, nodes_max> all;
    return all.at(node);
}

heap_account& fresh_account(std::size_t node) {
    auto& out = account_of(node);
    out.peak_bytes = out.bytes;
    return out;
}

heap_scope::heap_scope(heap_account* whose) : x_before(std::exchange(current, whose)) {}

heap_scope::~heap_scope() { current = x_before; }

#ifndef DHOW_SANITIZED
namespace {
struct alignas(std::max_align_t) block_head {
    heap_account* whose;
    std::size_t bytes;
};

void* allocate(std::size_t bytes) {
    auto* head = static_cast<block_head*>(std::malloc(sizeof(block_head) + bytes));
    if (head == nullptr) {
        throw std::bad_alloc();
    }
    *head = {current, bytes};
    if (current != nullptr) {
        current->bytes += bytes;
        current->peak_bytes = std::max(current->peak_bytes, current->bytes);
    }
    return head + 1;
}

void release(void* what) {
    if (what == nullptr) {
        return;
    }
    auto* head = static_cast<block_head*>(what) - 1;
    if (head->whose != nullptr) {
        head->whose->bytes -= head->bytes;
    }
    std::free(head);
}
}  // namespace
#endif

}  // namespace dhow::sim

#ifndef DHOW_SANITIZED
void* operator new(std::size_t bytes) { return dhow::sim::allocate(bytes); }
void operator delete(void* what) noexcept { dhow::sim::release(what); }
void operator delete(void* what, std::size_t) noexcept { dhow::sim::release(what); }
#endif
