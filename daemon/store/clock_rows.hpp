// What the store keeps of clocks: until when a message of one bureau wants an answer of another.
// Way of the message: submission and opening put them, receipts and answers move them; route/clocks
// looks at what is due.
// Pure values.
// Spec: docs/store.md#clocks, docs/decisions/0018-answer-clocks.md. Tests:
// store_contract/clocks_test.cpp.
// Limits: one for each recipient of a request.
#pragma once

#include "daemon/store/rows.hpp"

namespace dhow::store {

enum class clock_state : std::uint8_t {
    undelivered = 0,  ///< No end receipt yet.
    unanswered = 1,   ///< It has arrived.
    promised = 2,     ///< Answered with a time, `until`.
    papers = 3,       ///< Papers have to follow until `until`.
    answered = 4,     ///< From here on: due_at says when the row can be forgotten.
    superseded = 5,   ///< A further request about the same is on disk.
    ended = 6,        ///< Cancelled.
};
using clock_set = std::uint32_t;
constexpr clock_set in_state(clock_state s) { return 1U << static_cast<unsigned>(s); }
/// Somebody waits.
inline constexpr clock_set open_clocks =
    in_state(clock_state::undelivered) | in_state(clock_state::unanswered) |
    in_state(clock_state::promised) | in_state(clock_state::papers);
/// An answer to the request counts in these; papers are owed all the same.
inline constexpr clock_set waiting_clocks = open_clocks & ~in_state(clock_state::papers);

/// What follows from a clock that fired and is not done yet.
enum class clock_task : std::uint8_t {
    notice = 1,     ///< The message to the desk.
    other_way = 2,  ///< Sent again by another bureau.
    ask_again = 4,  ///< The next request.
};

/// Unique on (id, other, answer).
struct clock_row {
    row_id row = 0;
    message_id id;       ///< That started it.
    bureau_id origin;    ///< Of that message.
    bureau_id other;     ///< The bureau on the other side.
    message_id subject;  ///< What it is about: the first message that it refers to, or itself.
    std::string answer;  ///< Kind of message that stops it.
    clock_state state = clock_state::undelivered;
    std::uint8_t number = 1;                  ///< Of the request.
    std::uint8_t number_max = 1;              ///< So many are sent by itself, together.
    utc_time since{};                         ///< When its state began.
    protocol::milliseconds within{0};         ///< Allowed in state undelivered.
    protocol::milliseconds answer_within{0};  ///< In state unanswered.
    std::optional<utc_time> until;            ///< In promised and papers.
    std::optional<utc_time> due_at;           ///< When the core wants to look at it.
    /// Bits of the states in which it fired; papers: how many warnings, the end being the last.
    std::uint8_t fired = 0;
    std::uint8_t tasks = 0;  ///< clock_task bits.
    std::string agency;      ///< That asked; empty: it came from the other bureau.
};

}  // namespace dhow::store
