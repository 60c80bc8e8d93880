// How many bytes of flash of each origin go before everything else: a token bucket each.
// Way of the message: ready_queue -> [flash_budget].
// Pure value.
// Spec: docs/overview.md#classes. Tests: unit/route/ready_queue_test.cpp.
// Limits: flash_burst_bytes, flash_bytes_per_second; one entry for each origin that is not full.
#pragma once

#include "protocol/ids.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <map>

namespace dhow::route {

class flash_budget {
public:
    /// Whether flash of this origin still goes first. A clock that was put back gives nothing.
    [[nodiscard]] bool has(protocol::bureau_id origin, protocol::utc_time now) const {
        return left(origin, now) > 0;
    }
    /// May end below zero: what is begun goes whole. What a cut stops is not given back.
    void spend(protocol::bureau_id origin, std::uint64_t size, protocol::utc_time now) {
        const double rest = left(origin, now) - static_cast<double>(size);
        std::erase_if(x_accounts, [&](const auto& one) { return left(one.first, now) >= burst; });
        x_accounts[origin] = {rest, now};
    }

private:
    struct account {
        double bytes = 0;
        protocol::utc_time since{};
    };
    static constexpr double burst = protocol::limits::flash_burst_bytes;

    [[nodiscard]] double left(protocol::bureau_id origin, protocol::utc_time now) const {
        const auto found = x_accounts.find(origin);
        if (found == x_accounts.end()) {
            return burst;
        }
        const std::chrono::duration<double> passed =
            std::max(now - found->second.since, protocol::utc_time::duration{0});
        return std::min(
            burst, found->second.bytes + passed.count() * protocol::limits::flash_bytes_per_second);
    }

    std::map<protocol::bureau_id, account> x_accounts;
};

}  // namespace dhow::route
