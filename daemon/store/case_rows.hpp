// What the store keeps of cases: how far each is, by the word of each bureau, and its messages.
// Way of the message: opening and submission put these; [store] keeps them for ever.
// Pure values.
// Spec: docs/store.md#cases, docs/decisions/0017, 0021. Tests: store_contract/cases_test.cpp.
// Limits: case_messages_max a look.
#pragma once

#include "daemon/store/rows.hpp"

namespace dhow::store {

/// Of what a case gives; see the decision.
enum class keep_state : std::uint8_t {
    kept = 0,
    asked = 1,    ///< Its source, whether it still needs it.
    deleted = 2,  ///< Nothing of its content is left.
};

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
    std::optional<utc_time> keep_until;
    keep_state keeping = keep_state::kept;
    std::optional<utc_time> keep_at;  ///< When its retention is looked at.
    protocol::bytes sealed_end;       ///< Origin: text that ends it, sealed at rest.
};

/// One message of a case, of this bureau or another. Unique on (key, owner, id).
struct case_message_row {
    digest key;
    bureau_id owner;  ///< Its origin.
    message_id id;
    std::uint8_t role = 0;      ///< kinds::case_role; 6, a restriction, has an index.
    std::uint8_t standing = 0;  ///< kinds::case_standing, when it came.
    std::uint64_t version = 0;
    utc_time at{};            ///< Made by its origin.
    std::string agency;       ///< Origin only: who submitted it.
    std::string recipients;   ///< ` MU ZW `: whom it was for, as far as we know.
    bool is_deleted = false;  ///< Its content, when the retention was over.
};

/// That content of a case was deleted, and the proof. Names nobody.
struct deletion_row {
    row_id row = 0;
    digest key;
    bureau_id owner;
    utc_time at{};
    std::uint32_t messages = 0;
    std::string cause;      ///< `silence`, `ended`, `date`.
    protocol::bytes proof;  ///< A receipt of our own, encoded.
};

}  // namespace dhow::store
