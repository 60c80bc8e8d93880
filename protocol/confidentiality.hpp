// How confidential a message is: the levels of the code list `confidentiality`, in their order.
// Way of the message: read from the text at intake and at the addressee; asked by routes, links and
// assignments.
// Pure values. Any thread.
// Spec: docs/kinds.md#confidentiality, docs/decisions/0020-handling.md.
// Tests: unit/kinds/confidentiality_test.cpp.
// Limits: none.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dhow::protocol {

/// The numbers are those of the code list. `unsaid`: the text says nothing, or, at a hub, nobody
/// can know.
enum class confidentiality : std::uint8_t {
    unsaid = 0,
    official_use = 1,
    restricted = 2,
    confidential = 3,
};
inline constexpr std::size_t confidentiality_count = 4;
inline constexpr auto highest_confidentiality = confidentiality::confidential;

/// Those that an agency or a link may be without.
inline constexpr std::array levels_above_lowest{confidentiality::restricted,
                                                confidentiality::confidential};

/// As the configuration and people write them.
inline constexpr std::array<std::string_view, confidentiality_count> confidentiality_names{
    "unsaid", "official-use", "restricted", "confidential"};

constexpr std::string_view to_text(confidentiality value) {
    return confidentiality_names[static_cast<std::size_t>(value)];
}

/// `unsaid` is no name of a level.
constexpr std::optional<confidentiality> parse_confidentiality(std::string_view text) {
    const auto found =
        std::find(confidentiality_names.begin() + 1, confidentiality_names.end(), text);
    return found == confidentiality_names.end()
               ? std::nullopt
               : std::optional(static_cast<confidentiality>(found - confidentiality_names.begin()));
}

}  // namespace dhow::protocol
