// When to try again: back-off of links (decorrelated jitter) and of single messages (a fixed
// ladder).
// Way of the message: peers asks for links, outbound for refused shipments.
// Pure; randomness is passed in.
// Spec: docs/overview.md#retry. Tests: unit/route/retry_test.cpp.
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

/// Back-off of one link: min(cap, random(5 s, 3 x previous)); counts only sessions without durable
/// progress; after one with progress the link is dialled again within a second.
class link_backoff {
public:
    static constexpr milliseconds first{5'000};
    static constexpr milliseconds cap{15 * 60'000};
    static constexpr milliseconds cap_metered{60 * 60'000};
    static constexpr milliseconds flash_probe{2'000};
    static constexpr milliseconds flash_probe_metered{30'000};
    static constexpr milliseconds after_progress{1'000};

    /// Delay until the next dial after a failed attempt or an ended session.
    milliseconds on_end(bool durable_progress, bool metered, bool flash_waits,
                        const random_fraction& random);
    [[nodiscard]] unsigned failures() const { return x_failures; }

private:
    milliseconds x_previous{0};
    unsigned x_failures = 0;
};

/// Delay after the n-th (from 1) message-specific temporary refusal, ± 20 %.
milliseconds message_retry_delay(unsigned tries, const random_fraction& random);

}  // namespace dhow::route
