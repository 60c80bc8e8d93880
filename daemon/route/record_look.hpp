// Asks the store what is known of the record that a hit is about, and of who was asked about it.
// Way of the message: submission and inbox -> [record_look] -> store -> rules of the kind.
// Pure. Net thread. What is not known stays open, and its rules are passed over.
// Spec: docs/decisions/0022-record-facts.md (what each side knows, failure table). Tests:
// unit/route/record_look_test.cpp.
// Limits: references_max, case_messages_max, clocks_of_a_hit_max.
#pragma once

#include "daemon/route/core.hpp"
#include "protocol/kinds/rules.hpp"

namespace dhow::route {

/// A text, and between whom it goes.
struct record_question {
    kinds::end at = kinds::end::sender;
    std::string_view kind;
    std::string_view media_type;
    protocol::byte_view text;
    bureau_id sender;
    std::vector<bureau_id> recipients;
};

/// False: the rules of its kind want nothing of the kind, and `then` is not called. Else it is
/// called once, when the store has answered.
bool find_record(core& shared, const record_question& what,
                 std::function<void(kinds::record_facts)> then);

}  // namespace dhow::route
