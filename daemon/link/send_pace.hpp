// How many bytes may be under way to the peer, and how many go into one write:
// learnt from what the kernel says has arrived. Way of the message:
// link_session -> [send_pace] -> tls_link -> socket. Pure: readings are passed
// in. Spec: docs/link-protocol.md#order. Tests: unit/link/send_pace_test.cpp.
// Limits: frames of frame_bytes_min to batch_bytes_max.
#pragma once

#include "protocol/ids.hpp"
#include "protocol/limits.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace dhow::link {

/// What is in the kernel's or a modem's buffer can no longer be overtaken. So no more is given to
/// the kernel than fits on the line (rate times round trip) and a quarter of a second, at least one
/// frame, and a frame lasts no longer than frame_time_max. The queue that a flash message then
/// meets is that short, however large the modem's buffer is; the quarter second covers delayed
/// acknowledgements and the time between two looks.
///
/// Of that at most one frame may be unsent (on a fast line, a few milliseconds): what TCP does not
/// let go it could not send sooner, and a flash message would stand behind it. So TCP's own window,
/// in slow start or after loss, makes no queue here, and finds something to send when it opens.
///
/// The rate is the best of the last windows in which there was always something to write: of four
/// round trips each, so that the grain of acknowledgements does not count. At first they are of one
/// round trip and three times as much may be under way, until the rate stops growing or the round
/// trip grows, so that a long fat line is filled soon. It may grow again when this bound, and not
/// TCP, has held it back for a round trip, and the quarter second of queue that is allowed for is
/// not to be seen in the round trips: then the line carries more than was believed.
class send_pace {
public:
    static constexpr std::size_t batch_bytes_max = 64 * protocol::limits::kib;
    /// Under way before anything is known: what a full TLS handshake takes as well, 3 s at
    /// 9.6 kbit/s.
    static constexpr std::size_t first_bytes = 4 * protocol::limits::kib;
    /// The same where the handshake took no longer than an empty packet: TCP's first window.
    static constexpr std::size_t first_bytes_fast = 14 * protocol::limits::kib;
    /// A line that became slower is noticed after so many windows.
    static constexpr std::size_t windows_kept = 4;
    /// The rate has stopped growing when so many windows in a row were not a quarter better.
    static constexpr unsigned flat_windows = 3;

    struct reading {
        protocol::milliseconds at{0};                ///< Monotonic.
        std::uint64_t acked_bytes = 0;               ///< Since the connection began; in any order.
        std::uint64_t under_way_bytes = 0;           ///< In the kernel: unsent, or on the line.
        protocol::milliseconds round_trip{0};        ///< The shortest seen; 0: not known.
        protocol::milliseconds usual_round_trip{0};  ///< Of late, smoothed.
        std::uint64_t unsent_bytes = 0;              ///< Of those under way: TCP holds them back.
    };
    /// Before each write, and after each wait.
    void on_reading(const reading& what);
    /// There is nothing to write: what the line could have carried in this window is not known.
    void on_idle() {
        x_is_busy = false;
        x_held_since.reset();
    }

    /// Bytes of frames in one write, and of payload in one frame.
    [[nodiscard]] std::size_t batch_bytes() const;
    /// How long to wait before the next write; zero: write. A longer wait is cut into looks.
    [[nodiscard]] protocol::milliseconds wait() const;
    /// Bytes a second; 0: not known.
    [[nodiscard]] std::uint64_t rate() const;
    [[nodiscard]] protocol::milliseconds round_trip() const { return x_last.round_trip; }

private:
    void close_window(const reading& at);
    void look_for_more(const reading& at);
    [[nodiscard]] std::uint64_t allowed_bytes() const;
    [[nodiscard]] std::uint64_t unsent_bytes_max() const;
    [[nodiscard]] protocol::milliseconds time_of(std::uint64_t bytes) const;
    [[nodiscard]] bool is_steady() const { return x_flat >= flat_windows; }

    reading x_last;
    reading x_window;  ///< Where the window under way began.
    bool x_is_busy = false;
    std::deque<std::uint64_t> x_rates;  ///< Of the last windows, bytes a second.
    std::uint64_t x_best = 0;           ///< When it last grew by a quarter.
    unsigned x_flat = 0;
    bool x_is_measured = false;  ///< A window has closed since it last grew.
    std::optional<protocol::milliseconds> x_held_since;  ///< By our bound, without a queue.
};

}  // namespace dhow::link
