// What an object of a message may hold, gathered from the schema of its kind.
// Way of the message: none; drafts are made from it, and messages shown by it.
// Pure. Read at the first call, then read-only: any thread.
// Spec: docs/decisions/0014-kinds.md. Tests: unit/kinds/draft_test.cpp, unit/kinds/view_test.cpp.
// Limits: the depth of the schemas, which are part of the program.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

/// Which colour a notice has is said by this member.
inline constexpr std::string_view colour_member = "notice_type";

/// A subschema and the file whose definitions it refers to.
struct piece {
    std::string file;
    const boost::json::object* schema = nullptr;

    [[nodiscard]] const boost::json::value* find(std::string_view name) const {
        return schema->if_contains(name);
    }
    [[nodiscard]] piece inner(const boost::json::value& value) const {
        return {file, &value.as_object()};
    }
    [[nodiscard]] piece referred(std::string_view reference) const;
};
using pieces = std::vector<piece>;

/// The whole schema of a kind; empty when there is no such kind.
pieces root_of(std::string_view kind);

/// The strings of a list in a schema.
std::vector<std::string> strings_of(const boost::json::value& list);

struct member {
    std::string name;
    pieces parts;  ///< All that is asked of it, wherever the schemas say it.
    bool required = false;
};

/// What an object may have, gathered from its subschemas and all that they refer to.
class shape {
public:
    /// Members that depend on the colour of the notice are those of `colour`; empty: of none.
    shape(const pieces& parts, std::string_view colour);

    [[nodiscard]] const std::vector<member>& members() const { return x_members; }
    [[nodiscard]] const std::vector<std::string>& notes() const { return x_notes; }
    [[nodiscard]] const member* find(std::string_view name) const;
    void require(std::string_view name) { at(name).required = true; }

private:
    member& at(std::string_view name);
    void read(const piece& from);
    void read_condition(const piece& from);
    void note_required(const boost::json::value* branch, const std::string& when);
    void read_choice(const piece& from, std::string_view keyword, const std::string& words);

    std::string_view x_colour;
    std::vector<member> x_members;
    std::vector<std::string> x_notes;
};

/// Name of the code list that a value is from; empty: none.
std::string code_list_of(const pieces& parts);
/// What is asked of the entries of a list.
pieces items_of(const pieces& parts);

}  // namespace dhow::kinds
