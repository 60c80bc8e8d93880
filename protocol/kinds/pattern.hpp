// A small dialect of regular expressions, matched in time linear in the text.
// Way of the message: `pattern` of the schemas.
// Pure. Compiled while the program starts, then read-only: any thread.
// Spec: docs/decisions/0014-kinds.md. Tests: unit/kinds/schema_test.cpp.
// Limits: kinds_pattern_states_max.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

/// `^…$` of ASCII literals, `\` before a literal, `[a-z0-9_]`, groups, `|`, `?`, `*`, `+`, `{m}`,
/// `{m,n}`. Python and ECMA 262 read it in the same way.
class pattern {
public:
    /// Nothing for what is not in the dialect or has too many states.
    static std::optional<pattern> compile(std::string_view text);
    /// Whether all of the text is described.
    [[nodiscard]] bool matches(std::string_view text) const;
    [[nodiscard]] const std::string& source() const { return x_source; }

private:
    friend class pattern_compiler;
    using character_set = std::bitset<128>;
    // Goes on with `next` after a character of the set; without set, to both at once.
    struct state {
        bool is_set = false;
        character_set set;
        std::uint16_t next = 0;
        std::uint16_t other = 0;
    };
    void reach(std::uint16_t from, std::vector<std::uint16_t>& out,
               std::vector<std::uint32_t>& marks, std::uint32_t mark) const;

    std::string x_source;
    std::vector<state> x_states;  // The first one is the end.
    std::uint16_t x_start = 0;
};

}  // namespace dhow::kinds
