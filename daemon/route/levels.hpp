// Which ways may carry what is confidential.
// Way of the message: asked at submission, when another way is looked for, and for couriers.
// Pure functions.
// Spec: docs/decisions/0020-handling.md. Tests: unit/route/confidentiality_test.cpp.
// Limits: none.
#pragma once

#include "daemon/route/core.hpp"

namespace dhow::route {

/// `INTERPOL CONFIDENTIAL`, as messages write it; `unsaid`: empty.
std::string code_of(confidentiality level);

/// Whether some link of ours to the peer may carry it. To a peer without a link: yes, nothing
/// bars it.
bool may_go_to(const config::gateway& config, bureau_id peer, confidentiality level);

/// Whether a courier to this bureau may carry it: barred only by links of mode `courier` to it, all
/// of them.
bool may_go_by_courier(const config::gateway& config, bureau_id to, confidentiality level);

/// Peers to try, best first, of those that some link may carry it to.
std::vector<bureau_id> next_hops(const core& shared, bureau_id recipient, confidentiality level);

/// The first of these; where no link may carry it, the first of all, where it waits: links may be
/// allowed to carry it later. There is a route.
bureau_id first_hop(const core& shared, bureau_id recipient, confidentiality level);

}  // namespace dhow::route
