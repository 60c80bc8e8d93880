// Says in a language what is wrong with a message.
// Way of the message: API and commands show what validate() found.
// Pure. Read at the first call, then read-only: any thread.
// Spec: docs/kinds.md#languages. Tests: unit/kinds/catalogue_test.cpp.
// Limits: none; catalogues are part of the program.
#pragma once

#include "protocol/kinds/data.hpp"
#include "protocol/kinds/problem.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

struct catalogue {
    struct entry {
        std::string text;       ///< With `{found}` and `{allowed}`.
        bool reviewed = false;  ///< By a native speaker.
    };
    std::string language;  ///< `en`, `fr`, `es`, `ar`.
    std::string name;      ///< In the language itself.
    bool right_to_left = false;
    std::map<std::string, entry, std::less<>> entries;
};

/// The catalogues of the program, by language.
const std::map<std::string, catalogue, std::less<>>& catalogues();

/// Reads one file of texts/. Throws std::runtime_error: only while the program starts.
catalogue read_catalogue(std::string_view file);

/// The first language with a catalogue in a list as of Accept-Language (RFC 9110) or in a locale's
/// name; order counts, weights do not. English when there is none.
std::string language_of(std::string_view wanted);

/// One sentence; in English where the language or the entry is not there. In right-to-left
/// languages what was found stands in isolates (U+2068, U+2069), so that it does not turn the rest.
std::string describe(const problem& one, std::string_view language);

}  // namespace dhow::kinds
