// What the case of an opened message makes of it, and of what came before it.
// Way of the message: opening.cpp -> opening_case.cpp -> [place] -> its transaction.
// Pure values.
// Spec: docs/decisions/0017. Tests: unit/route/cases_test.cpp.
// Limits: see opening.hpp.
#pragma once

#include "daemon/route/opening.hpp"

namespace dhow::route {

/// By itself that of a message which is about no case.
struct opening::place {
    store::assignment_state state = store::assignment_state::offered;
    bool is_over = false;               ///< Nobody is to act on it, or to wait for its attachments.
    errc code{};                        ///< Why.
    std::vector<std::string> agencies;  ///< Beside those that the rules name.
    std::vector<std::string> notified;  ///< What they have is offered to them again.
    std::vector<store::change> changes;  ///< Hold only while the case is as it was read.
    struct earlier_outcome {
        bureau_id origin;
        message_class cls = message_class::routine;
        protocol::outcome value;
    };
    std::vector<earlier_outcome> outcomes;  ///< Of earlier messages.
    std::vector<store::outcome_row> rows;   ///< The same, and its own, as they were written.
    std::size_t changes_begin = 0;          ///< In the transaction.
    bool is_kept = false;                   ///< No agency may have it.
};

}  // namespace dhow::route
