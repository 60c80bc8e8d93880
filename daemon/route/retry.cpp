// When to try again.
// Way of the message: see retry.hpp.
// Pure.
// Spec: docs/overview.md#retry. Tests: unit/route/retry_test.cpp.
// Limits: see retry.hpp.
#include "daemon/route/retry.hpp"

#include <algorithm>
#include <array>

namespace dhow::route {

namespace {
milliseconds between(milliseconds low, milliseconds high, const random_fraction& random) {
    const double span = static_cast<double>((high - low).count());
    return low + milliseconds(static_cast<milliseconds::rep>(span * random()));
}
}  // namespace

milliseconds link_backoff::on_end(bool durable_progress, bool metered, bool flash_waits,
                                  const random_fraction& random) {
    if (durable_progress) {
        x_previous = milliseconds{0};
        x_failures = 0;
        return between(milliseconds{0}, after_progress, random);
    }
    ++x_failures;
    const milliseconds limit = metered ? cap_metered : cap;
    x_previous = std::min(limit, between(first, std::max(first, 3 * x_previous), random));
    if (flash_waits) {
        return std::min(x_previous, metered ? flash_probe_metered : flash_probe);
    }
    return x_previous;
}

milliseconds message_retry_delay(unsigned tries, const random_fraction& random) {
    using namespace std::chrono_literals;
    static constexpr std::array<std::chrono::seconds, 7> ladder{30s,   120s,  600s,  1800s,
                                                                3600s, 7200s, 14400s};
    const auto step = std::min<std::size_t>(tries == 0 ? 0 : tries - 1, ladder.size() - 1);
    const milliseconds base = ladder[step];
    return between(base * 8 / 10, base * 12 / 10, random);
}

}  // namespace dhow::route
