// What the store keeps of cases: how far each is, by the word of each bureau, and its messages.
// Way of the message: opening and submission put these; [store] keeps them for ever.
// Pure values.
// Spec: docs/store.md#cases, docs/decisions/0017. Tests: store_contract/cases_test.cpp.
// Limits: case_messages_max a look.
#pragma once

#include "daemon/store/rows.hpp"

namespace dhow::store {

/// Unique on (key, owner).
struct case_row {
    digest key;       ///< HMAC of lifecycle and name under the at-rest key.
    bureau_id owner;  ///< Whose word this is.
    std::uint64_t revision = 0;
    std::string state;  ///< Of the lifecycle.
    bool ended = false;
    bool suspended = false;
    std::uint64_t content_version = 0;  ///< Ended: the lowest that may give content again.
    utc_time content_at{};
    std::uint64_t decision_version = 0;
    utc_time decision_at{};
    utc_time changed_at{};
    std::optional<utc_time> due_at;  ///< Origin: an end that is not complete is looked at then.
    std::uint32_t reminders = 0;     ///< How often it was.
};

/// One message of a case, of this bureau or another. Unique on (key, owner, id).
struct case_message_row {
    digest key;
    bureau_id owner;  ///< Its origin.
    message_id id;
    std::uint8_t role = 0;      ///< kinds::case_role; 6, a restriction, has an index.
    std::uint8_t standing = 0;  ///< kinds::case_standing, when it came.
    std::uint64_t version = 0;
    utc_time at{};           ///< Made by its origin.
    std::string agency;      ///< Origin only: who submitted it.
    std::string recipients;  ///< ` MU ZW `: whom it was for, as far as we know.
};

}  // namespace dhow::store
