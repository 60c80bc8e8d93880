// Checks the text of a message against all that its kind asks, and lists every problem at once.
// Way of the message: at intake before sealing, at the addressee after opening, and by hand.
// Pure. Any thread.
// Spec: docs/kinds.md.
// Tests: unit/kinds/examples_test.cpp, unit/kinds/validate_test.cpp, fuzz/kinds*.
// Limits: text_bytes_max, kinds_depth_max, kinds_values_max, kinds_problems_max.
#pragma once

#include "protocol/kinds/rules.hpp"

namespace dhow::kinds {

struct verdict {
    std::vector<problem> problems;  ///< In the order of the text: schema first, then rules.
    std::size_t left_off = 0;       ///< Problems beyond kinds_problems_max.
    bool refused = false;
    bool unknown_kind = false;   ///< Passed on as it is, and flagged.
    bool newer_version = false;  ///< `schema_version` above ours: unknown fields are expected.
    std::string kind;            ///< As the text says, else the caller.
    protocol::message_class cls = protocol::message_class::routine;  ///< default_class()
};

/// `without` names one rule that does not hold: for the test that each rule has a test.
verdict validate(const registry& data, const context& facts, std::string_view text,
                 std::string_view without = {});

/// Whether nobody but the General Secretariat may say such a thing.
bool is_for_secretariat(const kind_row& row);

/// The verdict on a text that is no document: it may be anything, but what is_for_secretariat()
/// comes from nobody else.
verdict validate_sender(const registry& data, const context& facts);

}  // namespace dhow::kinds
