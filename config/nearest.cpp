// Edit distance with swaps (optimal string alignment), over three rows.
// Way of the message: see nearest.hpp.
// Pure.
// Spec: none. Tests: unit/config/units_test.cpp.
// Limits: word_characters_max.
#include "config/nearest.hpp"

#include <algorithm>
#include <array>

namespace dhow::config {

namespace {

constexpr std::size_t word_characters_max = 64;
using row = std::array<std::size_t, word_characters_max + 1>;

std::size_t distance(std::string_view a, std::string_view b) {
    row before_last{}, last{}, now{};
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = std::min(now[j], before_last[j - 2] + 1);
            }
        }
        before_last = last;
        last = now;
    }
    return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    if (word.size() > word_characters_max) {
        return {};
    }
    std::string_view best;
    std::size_t best_distance = std::min<std::size_t>(2, (word.size() + 2) / 3) + 1;
    for (const auto candidate : known) {
        if (candidate.size() > word_characters_max) {
            continue;
        }
        if (const auto edits = distance(word, candidate); edits < best_distance) {
            best = candidate;
            best_distance = edits;
        }
    }
    return best;
}

}  // namespace dhow::config
