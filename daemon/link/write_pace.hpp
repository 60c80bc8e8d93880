// How many bytes of frames go into one write, learnt from how long the writes before it took.
// Way of the message: link_session -> [write_pace] -> tls_link -> socket.
// Pure: durations are passed in.
// Spec: docs/link-protocol.md#order. Tests: unit/link/write_pace_test.cpp.
// Limits: frame_bytes_min to batch_bytes_max.
#pragma once

#include "protocol/ids.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::link {

/// What is in a write can no longer be overtaken, so a write should last no longer than a frame
/// may. On a fast line many frames go into one write, which saves system calls.
class write_pace {
public:
    static constexpr std::size_t batch_bytes_max = 64 * protocol::limits::kib;

    [[nodiscard]] std::size_t batch_bytes() const { return x_batch_bytes; }

    /// Halves after a write that took longer than a frame may; doubles after a full one that took
    /// less than a quarter of that.
    void on_written(std::size_t bytes, protocol::milliseconds took) {
        constexpr auto longest = protocol::limits::frame_time_max;
        if (took > longest) {
            x_batch_bytes = std::max(x_batch_bytes / 2, protocol::limits::frame_bytes_min);
        } else if (took < longest / 4 && bytes >= x_batch_bytes) {
            x_batch_bytes = std::min(x_batch_bytes * 2, batch_bytes_max);
        }
    }

private:
    std::size_t x_batch_bytes = 4 * protocol::limits::kib;
};

}  // namespace dhow::link
