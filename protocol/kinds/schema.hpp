// Schemas of the kinds, compiled: a subset of JSON Schema 2020-12 with code lists and rule names.
// Way of the message: validate() checks each text against its kind's schema.
// Pure. Compiled while the program starts, then read-only: any thread.
// Spec: docs/decisions/0014-kinds.md.
// Tests: unit/kinds/schema_test.cpp, tools/kinds_oracle_test.py.
// Limits: those of the schemas; kinds_problems_max.
#pragma once

#include "protocol/kinds/code_lists.hpp"
#include "protocol/kinds/pattern.hpp"
#include "protocol/kinds/problem.hpp"

#include <boost/json/object.hpp>

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dhow::kinds {

/// `any`: another subschema says it, or nobody asks.
enum class text_format : std::uint8_t { any, line, lines, name, date, time, partial_date, uuid };

using node_index = std::uint32_t;
inline constexpr node_index no_node = std::numeric_limits<node_index>::max();

/// One subschema. What is empty, zero or no_node asks for nothing.
struct schema_node {
    struct property {
        std::string name;
        node_index node = no_node;  ///< no_node: stands in `required` alone.
        bool required = false;
    };
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    std::uint8_t types = 0;                  ///< Bits of json_types.
    std::vector<boost::json::value> values;  ///< Of `enum` or `const`.
    const code_list* codes = nullptr;
    std::optional<pattern> form;
    text_format format = text_format::any;
    std::size_t length_min = 0;  ///< Code points.
    std::size_t length_max = unlimited;
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::size_t items_min = 0;
    std::size_t items_max = unlimited;
    bool unique = false;
    bool declares = false;  ///< Has `properties`: members that nobody names are undefined.
    node_index items = no_node;
    node_index condition = no_node;
    node_index then = no_node;
    node_index otherwise = no_node;
    node_index never = no_node;
    std::vector<property> properties;
    std::vector<node_index> all_of;
    std::vector<node_index> any_of;
    std::vector<node_index> one_of;
    std::string rule;     ///< Of `dhow-rule`; holds for what is below too, until another is named.
    std::string allowed;  ///< What is allowed here, for people: codes, a form, a type.
};

struct check_options {
    bool undefined_refused = true;  ///< Else undefined members are warned of: at the receiver.
    bool nfc_refused = true;        ///< The same for names that are not in form C.
    std::string_view without;       ///< A rule that does not hold: for tests of the rules.
};

class schema_set {
public:
    /// `files` by `$id`. Throws std::runtime_error for a schema outside the subset, an unknown code
    /// list or reference: only while the program starts. The lists must live as long.
    schema_set(const std::map<std::string, boost::json::object, std::less<>>& files,
               const std::map<std::string, code_list, std::less<>>& lists);

    /// Checks a text against the schema with this `$id`, which must be there; adds all problems.
    void check(std::string_view id, const boost::json::value& text, problem_list& problems,
               const check_options& options) const;
    [[nodiscard]] bool has(std::string_view id) const { return x_roots.contains(id); }
    [[nodiscard]] const schema_node& node(node_index index) const { return x_nodes[index]; }
    /// Every rule that a subschema names, sorted.
    [[nodiscard]] std::vector<std::string> rules() const;

private:
    friend class schema_compiler;
    std::vector<schema_node> x_nodes;
    std::map<std::string, node_index, std::less<>> x_roots;
};

/// The ERR number of INT-I for a general rule; empty where there is none.
std::string_view number_of(std::string_view rule);

}  // namespace dhow::kinds
