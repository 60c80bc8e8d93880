// The case that a message is about, and whether the message is still the last word on it.
// Way of the message: at intake before sealing, and at the addressee between opening and offering.
// Pure. Any thread.
// Spec: docs/kinds.md#cases, docs/decisions/0017. Tests: unit/kinds/case_test.cpp.
// Limits: none.
#pragma once

#include "protocol/kinds/registry.hpp"

#include <compare>

namespace dhow::kinds {

/// Where a message stands in the order of its case: the version, if the kind has one, then the
/// time at which its origin made it.
struct case_point {
    std::uint64_t version = 0;
    protocol::utc_time at{};
    auto operator<=>(const case_point&) const = default;
};

/// What a text says of its case.
struct case_word {
    std::string lifecycle;
    std::string name;  ///< The `entity_id`, or the id of the message that began the case.
    case_role role = case_role::none;
    case_point point;
};

/// What is known of a case by the word of one bureau.
struct case_view {
    std::string state;   ///< Of the lifecycle; empty: nothing was heard.
    bool ended = false;  ///< The tombstone.
    bool suspended = false;
    case_point content;   ///< The highest that gave content; ended: the lowest that may again.
    case_point decision;  ///< The highest that ended, suspended or resumed it.
    bool operator==(const case_view&) const = default;
};

/// What becomes of a message: it is the last word; or a newer one is here; or it comes after the
/// end; or it has to wait until the suspension is over.
enum class case_standing : std::uint8_t { current = 0, superseded = 1, late = 2, withheld = 3 };

std::string_view to_text(case_standing value);

/// Nothing for a kind that is about no case, for one that the sender may not send, and for a text
/// that does not name its case. `id` and `created` are those of the message.
std::optional<case_word> case_of(const registry& data, std::string_view kind,
                                 std::string_view sender, std::string_view id,
                                 protocol::utc_time created, const boost::json::value& text);

/// Judges a message by what its sender has said before, and changes that. `ended_by_authority`: the
/// General Secretariat has ended the case of whoever began it. A restriction is judged as an end:
/// not for its sender, whose case goes on.
case_standing judge(const registry& data, case_view& view, bool ended_by_authority,
                    const case_word& word, std::string_view kind, const boost::json::value& text);

/// Whether a message of this role is one that an agency may act on.
constexpr bool gives_content(case_role role) {
    return role == case_role::content || role == case_role::addition;
}

}  // namespace dhow::kinds
