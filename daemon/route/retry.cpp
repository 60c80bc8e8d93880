// When to try again.
// Way of the message: see retry.hpp.
// Pure.
// Spec: docs/overview.md#retry. Tests: unit/route/retry_test.cpp.
// Limits: see retry.hpp.
#include "daemon/route/retry.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <array>

namespace dhow::route {

namespace limits = protocol::limits;

milliseconds between(milliseconds low, milliseconds high, const random_fraction& random) {
    const double span = static_cast<double>((high - low).count());
    return low + milliseconds(static_cast<milliseconds::rep>(span * random()));
}

milliseconds link_backoff::flash_wait(bool metered) const {
    const milliseconds most = metered ? limits::flash_wait_metered_max : limits::flash_wait_max;
    milliseconds out = metered ? flash_probe_metered : flash_probe;
    for (unsigned i = 1; i < x_barren && out < most; ++i) {
        out = 2 * out;
    }
    return std::min(out, most);
}

void link_backoff::reset() { *this = {}; }

milliseconds link_backoff::on_end(link_result brought, bool metered, bool flash_waits,
                                  const random_fraction& random) {
    if (brought == link_result::progress) {
        reset();
        return between(milliseconds{0}, after_progress, random);
    }
    milliseconds out{0};
    if (brought == link_result::stood) {
        reset();
        out = between(first_min, first, random);
    } else {
        ++x_failures;
        x_barren += brought == link_result::nothing ? 1 : 0;
        const milliseconds limit = metered ? cap_metered : cap;
        out = x_failures == 1
                  ? between(first_min, first, random)
                  : std::min(limit, between(first, std::max(first, 3 * x_previous), random));
        x_previous = out;
    }
    if (flash_waits) {
        const auto most = flash_wait(metered);
        return std::min(out, between(most / 2, most, random));
    }
    return out;
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
