// When to try again: back-off of links (decorrelated jitter) and of single messages (a fixed
// ladder).
// Way of the message: peers asks for links, outbound for refused shipments.
// Pure; randomness is passed in.
// Spec: docs/overview.md#retry, docs/decisions/0008-who-dials-when.md. Tests:
// unit/route/retry_test.cpp.
// Limits: the numbers of DESIGN section 6 and notes on queues 2.6, repeated below with their
// source.
#pragma once

#include "protocol/ids.hpp"

#include <chrono>
#include <functional>

namespace dhow::route {

using protocol::milliseconds;

/// Uniform number in [0, 1).
using random_fraction = std::function<double()>;

/// A time between the two.
milliseconds between(milliseconds low, milliseconds high, const random_fraction& random);

/// What a dial, or the session that it made, has brought.
enum class link_result : std::uint8_t {
    no_session,  ///< The dial failed, which costs next to nothing.
    nothing,     ///< A session ended soon, before or after HELLO, and nothing became durable.
    stood,       ///< Nothing became durable, but it held for session_stands_after.
    progress,    ///< Something became durable at one of the ends.
};

/// Back-off of one link: min(cap, random(5 s, 3 x previous)), the first at most 5 s. It grows with
/// what brings nothing; after progress the next dial comes within after_progress.
class link_backoff {
public:
    static constexpr milliseconds first_min{2'500};  ///< So that who fell together rises apart.
    static constexpr milliseconds first{5'000};
    static constexpr milliseconds cap{15 * 60'000};
    static constexpr milliseconds cap_metered{60 * 60'000};
    static constexpr milliseconds flash_probe{2'000};
    static constexpr milliseconds flash_probe_metered{30'000};
    /// A line that is cut each half minute loses no more than that each time, and who lost a hub
    /// together is spread over it (docs/decisions/0008-who-dials-when.md#the-herd).
    static constexpr milliseconds after_progress{250};
    /// What a gateway that stops asks for: a restart takes about a second, and who is refused then
    /// goes on with `first`.
    static constexpr std::chrono::seconds after_stop{1};

    /// Delay until the next dial.
    milliseconds on_end(link_result brought, bool metered, bool flash_waits,
                        const random_fraction& random);
    /// The longest delay while flash waits: a probe, and twice as long after each session in a row
    /// that brought nothing, for a session costs both ends something.
    [[nodiscard]] milliseconds flash_wait(bool metered) const;
    /// An operator knows better.
    void reset();
    [[nodiscard]] unsigned failures() const { return x_failures; }

private:
    milliseconds x_previous{0};
    unsigned x_failures = 0;
    unsigned x_barren = 0;  ///< Sessions in a row that brought nothing.
};

/// Delay after the n-th (from 1) message-specific temporary refusal, ± 20 %.
milliseconds message_retry_delay(unsigned tries, const random_fraction& random);

}  // namespace dhow::route
