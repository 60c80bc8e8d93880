// Why something that is ready does not pass now: window, quota, cost, a courier's link.
// Way of the message: beside it; for operators and agencies who ask why.
// Pure functions.
// Spec: docs/operations.md#causes, docs/decisions/0010-bearers.md.
// Tests: unit/route/blockage_test.cpp.
// Limits: none.
#pragma once

#include "daemon/route/peers.hpp"

namespace dhow::route {

struct blockage {
    std::string_view code;  ///< Of the list of causes.
    std::string link;       ///< Which is up, or would be the first choice.
    std::optional<utc_time>
        until;  ///< Then it may pass by some link; nothing: not known, or never.
};

/// Of an object of this class and size that was made ready for the peer then. Nothing: it passes,
/// or what keeps it is the state of the links.
std::optional<blockage> blockage_of(const core& shared, const peers& links, bureau_id peer,
                                    message_class cls, std::uint64_t size_bytes, utc_time made_at,
                                    confidentiality level = confidentiality::unsaid);

/// What the line to the peer carries, bytes a second, as measured, else as configured; 0: not
/// known, or there is no session.
std::uint64_t rate_to(const core& shared, const peers& links, bureau_id peer);
/// When so many bytes will have left at that rate; nothing: nobody knows.
std::optional<utc_time> expected_at(const core& shared, std::uint64_t size_bytes,
                                    std::uint64_t bytes_per_s);

}  // namespace dhow::route
