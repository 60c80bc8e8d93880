// What is wrong with a message, as values: where, by which rule, what was found, what is allowed.
// Way of the message: made by validate() at intake and at the addressee, shown by API and commands.
// Pure. Values, any thread. `found` quotes the message: it must not go into logs.
// Spec: docs/kinds.md. Tests: unit/kinds/examples_test.cpp, unit/kinds/schema_test.cpp.
// Limits: kinds_problems_max, kinds_shown_bytes_max, kinds_pointer_bytes_max.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

/// A refusal stops the message; a warning is for the sender to judge.
enum class severity : std::uint8_t { refusal, warning };

struct problem {
    std::string pointer;  ///< RFC 6901, from the root of the text; empty for the whole of it.
    std::string rule;     ///< `R-HIT-03`: stable, one rule of docs/kinds.md.
    std::string text;     ///< Entry of the catalogues: `rule`, or that of the general rule broken.
    std::string number;   ///< INT-I ERR number; empty where there is none.
    kinds::severity severity = severity::refusal;
    std::string found;    ///< Cut to kinds_shown_bytes_max, without control characters.
    std::string allowed;  ///< Codes, a number, a form; the same in all languages.
    bool operator==(const problem&) const = default;
};

/// Collects problems up to kinds_problems_max; what comes later is counted.
class problem_list {
public:
    void add(problem one);
    [[nodiscard]] const std::vector<problem>& all() const { return x_all; }
    [[nodiscard]] std::size_t left_off() const { return x_left_off; }
    /// Whether there is a refusal, also among those that are left off.
    [[nodiscard]] bool refused() const { return x_refused; }
    std::vector<problem> take() { return std::move(x_all); }

private:
    std::vector<problem> x_all;
    std::size_t x_left_off = 0;
    bool x_refused = false;
};

/// A value as far as it is shown in `found`; objects and lists as `{…}` and `[…]`.
std::string shown(const boost::json::value& value);
std::string shown(std::string_view text);
/// One more step of a pointer, escaped as RFC 6901 says (`~0`, `~1`), cut to what is shown.
std::string pointer_to(std::string_view base, std::string_view member);
std::string pointer_to(std::string_view base, std::size_t index);

}  // namespace dhow::kinds
