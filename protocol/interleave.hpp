// Decides which outgoing transfer writes the next frame on one link.
// Way of the message: store -> route -> [interleave] -> link_session -> peer.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#order. Tests: unit/protocol/interleave_test.cpp, sim.
// Limits: holds only what is ready to be written; transfers_max bounds it.
#pragma once

#include "protocol/frame.hpp"

#include <array>
#include <map>
#include <set>

namespace dhow::protocol {

/// Where a transfer queues within its class and origin.
enum class lane : std::uint8_t {
    small,  ///< An OFFER, or an object that goes with it. Keeps its turn until it is out.
    large,  ///< DATA of an accepted transfer. Gives way after each frame.
};

/// A transfer that has something to write. Whoever adds it removes it with the same values.
struct ready_transfer {
    stream_id stream = 0;
    message_class cls = message_class::routine;
    std::uint64_t fairness_key = 0;
    lane in = lane::small;
    bool operator==(const ready_transfer&) const = default;
};

/// Flash strictly first; urgent : routine : bulk = 8 : 3 : 1 by bytes; within a class the fairness
/// key that has had least goes first; within a key first come, first served, but small transfers
/// pass a large one, at most `small_in_a_row_max` at a time.
///
/// Both shares follow one rule: each class, and each key in it, has a meter of the bytes it has
/// sent, divided by its weight; the lowest meter goes next, and who returns after a pause starts at
/// the meter that was served last, so that nobody saves up silence.
class interleave {
public:
    /// Small transfers (of one key) that may pass a waiting large one in a row.
    static constexpr std::size_t small_in_a_row_max = 4;

    /// O(log n). Adding twice is our bug.
    void add(const ready_transfer& what);
    /// O(log n). Nothing happens when it is not there.
    void remove(const ready_transfer& what);
    using class_set = std::array<bool, message_class_count>;
    /// Who writes next, of classes that are not shut; nothing when nobody is ready. The same until
    /// charge(), add() or remove().
    [[nodiscard]] std::optional<ready_transfer> next(const class_set& shut = {}) const;
    /// Tells that `what`, as next() named it, wrote a frame of this size.
    void charge(const ready_transfer& what, std::size_t frame_bytes);
    [[nodiscard]] bool empty() const { return x_size == 0; }

private:
    struct flow {
        std::uint64_t meter = 0;
        std::set<stream_id> small;
        std::set<stream_id> large;
        std::size_t small_in_a_row = 0;
    };
    struct class_queue {
        std::uint64_t meter = 0;
        std::uint64_t served_meter = 0;       ///< Meter of the flow served last.
        std::map<std::uint64_t, flow> flows;  ///< By fairness key; none is empty.
        std::set<std::pair<std::uint64_t, std::uint64_t>> order;  ///< (meter, fairness key).
        std::optional<ready_transfer> holder;                     ///< Small transfer in its turn.
    };
    [[nodiscard]] const class_queue* next_class(const class_set& shut) const;

    std::array<class_queue, message_class_count> x_classes;
    std::uint64_t x_served_meter = 0;  ///< Of the class served last.
    std::size_t x_size = 0;
};

}  // namespace dhow::protocol
