// Rules of how recipients are addressed: through a parent bureau, and in which language.
// Way of the message: validate(), at intake; they warn and never refuse.
// Pure. Any thread.
// Spec: docs/kinds.md#rules, docs/decisions/0016-addresses.md. Tests: unit/kinds/examples_test.cpp.
// Limits: none of its own.
#include "protocol/kinds/rules.hpp"
#include "protocol/kinds/words.hpp"

#include <array>

namespace dhow::kinds {

namespace {

// The sender should know who reads it: a territory has no bureau of its own.
void goes_through_parent(const subject& it, finding_list& out) {
    for (const auto& [named, parent] : it.facts.through) {
        out.warn("", named, parent);
    }
}

// In another language it waits for a translator.
void language_is_read(const subject& it, finding_list& out) {
    const auto said = it.string("/language");
    if (!said) {
        return;
    }
    for (const auto& [bureau, preferred] : it.facts.languages) {
        if (!preferred.empty() && !is_among(preferred, *said)) {
            out.warn("/language", std::string{*said}, bureau + ": " + joined(preferred));
        }
    }
}

constexpr std::array address_table{
    rule{"R-ADR-01", "", goes_through_parent},
    rule{"R-ADR-02", "", language_is_read},
};

}  // namespace

std::span<const rule> address_rules() { return address_table; }

}  // namespace dhow::kinds
