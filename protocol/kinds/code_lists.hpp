// Code lists: which codes a field may have, where the list is from, and whether that was verified.
// Way of the message: `dhow-codes` of the schemas, and the rules.
// Pure. Read while the program starts, then read-only: any thread.
// Spec: docs/kinds.md#code-lists. Tests: unit/kinds/registry_test.cpp.
// Limits: none; the lists are part of the program.
#pragma once

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

/// Whether what stands in the data was read in a source, is known but was not read again, or is
/// our own proposal.
enum class standing : std::uint8_t { verified, known, proposed };

std::string_view to_text(standing value);
/// Throws std::runtime_error for another word: only while the program starts.
standing parse_standing(std::string_view text);

struct code_list {
    std::string name;
    std::string version;
    std::string source;
    std::string note;
    kinds::standing standing = standing::proposed;
    bool complete = true;  ///< Else another code gives a warning only.
    std::map<std::string, std::string, std::less<>> codes;  ///< Code to words or related code.

    [[nodiscard]] bool has(std::string_view code) const { return codes.contains(code); }
    /// What stands beside the code; empty for none.
    [[nodiscard]] std::string_view of(std::string_view code) const;
    /// All codes for people, the first ones if there are many: `M, F, U`.
    [[nodiscard]] std::string allowed() const;
};

/// One file of codes/. Throws std::runtime_error for what is no list: only while the program
/// starts.
code_list read_code_list(const boost::json::object& file);

}  // namespace dhow::kinds
