// What agencies and operators ask about cases and answer clocks, and what they are told.
// Way of the message: see api.hpp.
// Values. Net thread.
// Spec: docs/agency-api.md, docs/decisions/0017-cases.md, 0018-answer-clocks.md. Tests:
// unit/route/cases_test.cpp, unit/route/clock_queries_test.cpp.
// Limits: page_rows_max, case_messages_max.
#pragma once

#include "daemon/store/case_rows.hpp"
#include "daemon/store/clock_rows.hpp"
#include "daemon/store/rows.hpp"
#include "protocol/receipt.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dhow::route {

using protocol::bureau_id;
using protocol::message_id;
using protocol::utc_time;

namespace request {
/// A notice's `entity_id`, or the id of the message that began a diffusion.
struct case_of {
    std::string name;
};
/// An agency's own; an operator's: all.
struct list_clocks {
    std::uint64_t after = 0;
    std::size_t limit = 100;
};
}  // namespace request

namespace response {
/// What one bureau says of one message of a case, with its proof.
struct case_answer {
    bureau_id recipient;
    protocol::outcome_kind kind = protocol::outcome_kind::delivered;
    std::string agency;
    utc_time at{};
    std::uint16_t reason = 0;
    protocol::digest receipt;
};
struct case_message {
    message_id id;
    bureau_id origin;
    std::string role, standing;
    std::uint64_t version = 0;
    utc_time at{};
    std::vector<bureau_id> recipients;
    std::vector<case_answer> answers;                ///< Origin only.
    std::vector<store::assignment_row> assignments;  ///< Of our own agencies.
    bool is_deleted = false;                         ///< Its content.
};
/// A case by the word of one bureau.
struct case_state {
    bureau_id owner;
    std::string state;
    bool ended = false;
    std::uint64_t version = 0;
    utc_time changed_at{};
    std::optional<utc_time> due_at;
    bool is_complete = false;  ///< Ended, and nothing is missing.
    std::vector<bureau_id> without_receipt;
    std::vector<std::pair<bureau_id, std::string>> not_removed;  ///< Bureau and agency.
    std::vector<bureau_id> denied;                               ///< By restrictions. Ours only.
    std::optional<utc_time> keep_until;
    store::keep_state keeping = store::keep_state::kept;
};
/// That content was deleted, with a receipt of our own as the proof.
struct case_deletion {
    bureau_id owner;
    utc_time at{};
    std::uint32_t messages = 0;
    std::string cause;
    protocol::bytes proof;  ///< CMS.
};
struct case_report {
    std::string lifecycle;
    std::vector<case_state> states;
    std::vector<case_message> messages;    ///< The newest first.
    std::vector<case_deletion> deletions;  ///< The same.
};
struct clock_status {
    store::clock_row row;
    utc_time over_at{};  ///< By our time; while it is in doubt it may be later.
    bool is_overdue = false;
};
struct clocks {
    std::vector<clock_status> rows;
    bool more = false;
};
}  // namespace response

}  // namespace dhow::route
