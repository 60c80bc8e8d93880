// Which ways may carry what is confidential.
// Way of the message: see levels.hpp.
// Pure functions.
// Spec: docs/decisions/0020-handling.md. Tests: unit/route/confidentiality_test.cpp.
// Limits: none.
#include "daemon/route/levels.hpp"

#include "protocol/kinds/confidentiality.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

/// Of links that fit: none, or one that may carry it.
template <class Fits>
bool none_or_one_may(const config::gateway& config, confidentiality level, Fits fits) {
    bool is_any = false;
    for (const auto& link : config.links) {
        if (fits(link)) {
            is_any = true;
            if (link.level_max >= level) {
                return true;
            }
        }
    }
    return !is_any;
}

}  // namespace

std::string code_of(confidentiality level) {
    const auto& data = kinds::registry::in_force();
    for (const auto& [code, order] : data.list("confidentiality").codes) {
        if (level != confidentiality::unsaid && kinds::confidentiality_of(data, code) == level) {
            return code;
        }
    }
    return {};
}

bool may_go_to(const config::gateway& config, bureau_id peer, confidentiality level) {
    return none_or_one_may(config, level, [&](const auto& link) { return link.peer == peer; });
}

bool may_go_by_courier(const config::gateway& config, bureau_id to, confidentiality level) {
    return none_or_one_may(config, level, [&](const auto& link) {
        return link.peer == to && link.mode == config::link_mode::courier;
    });
}

std::vector<bureau_id> next_hops(const core& shared, bureau_id recipient, confidentiality level) {
    auto out = shared.routes.next_hops(recipient);
    std::erase_if(out, [&](auto peer) { return !may_go_to(*shared.config, peer, level); });
    return out;
}

bureau_id first_hop(const core& shared, bureau_id recipient, confidentiality level) {
    const auto fit = next_hops(shared, recipient, level);
    return fit.empty() ? shared.routes.next_hops(recipient).front() : fit.front();
}

}  // namespace dhow::route
