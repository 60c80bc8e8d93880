// A message of the gateway to its own agencies: sealed to ourselves alone, never sent.
// Way of the message: clocks, retention -> [own_note] -> seal -> store -> opening -> inbox.
// Pure. Net thread.
// Spec: docs/decisions/0018-answer-clocks.md, 0021-retention.md. Tests: unit/route/clocks_test.cpp,
// unit/route/retention_test.cpp.
// Limits: none of its own.
#pragma once

#include "daemon/route/core.hpp"

namespace dhow::route {

struct own_note {
    std::string_view kind;  ///< One of assignment.hpp.
    std::string agency;     ///< As the content names it; see agencies_for().
    std::string subject;
    std::string text;
    message_class cls = message_class::flash;
};

struct sealed_note {
    store::message_row message;
    protocol::preamble preamble;
    bytes body;
};
using note_ptr = std::shared_ptr<sealed_note>;

/// Without a note: the sealer could not.
void seal_note(core& shared, const own_note& what, std::function<void(note_ptr)> then);

/// The changes that put it into the store; opening goes on with it after their commit.
void put_note(core& shared, std::vector<store::change>& to, const sealed_note& note);

}  // namespace dhow::route
