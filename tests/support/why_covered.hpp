// Causes of `why` that real daemons cannot show long enough to be asked: made on virtual time.
// Way of the message: none; shared by two test programs, so that no cause is left out.
// Pure: constants.
// Spec: docs/operations.md#causes. Tests: unit/route/why_live_test.cpp, system/why_test.cpp.
// Limits: none.
#pragma once

#include <array>
#include <string_view>

namespace dhow::tests {

/// Made by unit/route/why_live_test.cpp, which fails when one of these was not seen there.
inline constexpr std::array<std::string_view, 6> causes_made_on_virtual_time{
    "link-waiting",         // a daemon dials in the same step in which it plans to
    "peer-busy",            // a peer whose store fails at that moment
    "peer-defers",          // the word of another implementation
    "received-not-opened",  // between two steps of one thread
    "sent-again",           // takes a minute at least
    "stopping",             // the API is closed at the same moment
};

/// Made by unit/route/clock_queries_test.cpp in the same way: they take ten minutes at least.
inline constexpr std::array<std::string_view, 5> causes_made_of_clocks{
    "arrival-overdue", "answer-awaited", "answer-overdue", "papers-awaited", "papers-overdue",
};

}  // namespace dhow::tests
