// How stations answer agencies and operators: the callback, and a refusal as a value.
// Way of the message: submission, inbox, queries -> [answering] -> gateway -> HTTP drivers.
// Pure. Net thread.
// Spec: docs/agency-api.md#errors. Tests: unit/route.
// Limits: none.
#pragma once

#include "daemon/route/api.hpp"

namespace dhow::route {

/// Called exactly once.
using answer_to = std::function<void(api_response)>;

inline response::problem refusal(errc code, std::string detail,
                                 std::optional<std::chrono::seconds> retry_after = std::nullopt) {
    return {code, std::move(detail), retry_after};
}

/// Why a transaction is not on disk, for its submitter.
inline response::problem refusal_of(const store::transaction_result& result) {
    constexpr std::chrono::seconds until_space{60};
    switch (result.status) {
        case store::transaction_status::full:
            return refusal(errc::store_full, "the disk is full; nothing was taken", until_space);
        case store::transaction_status::conflict:
            return refusal(errc::conflict, "it has changed meanwhile; look again");
        default:
            return refusal(errc::store_failed, "the store could not write it; nothing was taken");
    }
}

}  // namespace dhow::route
