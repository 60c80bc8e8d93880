// Values of a public notice, one reader for each form that they have there.
// Way of the message: notice_import reads with it.
// Pure. Any thread.
// Spec: docs/kinds.md#import. Tests: unit/kinds/notice_import_test.cpp.
// Limits: the lengths of the schemas, which validate() checks afterwards.
#pragma once

#include "protocol/kinds/notice_import.hpp"

#include <functional>
#include <set>

namespace dhow::kinds {

/// How the public interface says that something is not known: null, empty, `-`, a number 0.
bool is_absent(const boost::json::value& value);

/// Reads members of one object of a notice into those of a draft. What is absent stays absent;
/// what is not understood is left out and noted.
class import_values {
public:
    import_values(const registry& data, const boost::json::object& from, imported_notice& out,
                  std::string pointer = {})
        : x_data{data}, x_from{from}, x_out{out}, x_pointer{std::move(pointer)} {}

    using object = boost::json::object;
    void line(object& to, std::string_view name, std::string_view as);
    void text(object& to, std::string_view name);
    void code(object& to, std::string_view name, std::string_view list);
    void codes(object& to, std::string_view name, std::string_view list);
    void country(object& to, std::string_view name, std::string_view as);
    void nationalities(object& to);
    void birth(object& to);
    /// `YYYY/MM/DD`, of which month and day may be missing.
    void partial_date(object& to, std::string_view name, std::string_view as);
    /// A whole day, as `YYYY-MM-DD`.
    void day(object& to, std::string_view name);
    void height(object& to);
    void weight(object& to);
    void aliases(object& to);
    /// A list of names, each a text or an object.
    void names(object& to, std::string_view name);
    /// Family name and forename in one.
    void parent(object& to, std::string_view name, std::string_view forename);
    void entity_id(object& to);
    void for_each_object(std::string_view name, const std::function<void(import_values&)>& see);

    void take(std::string_view name) { x_taken.emplace(name); }
    /// Notes what nobody has taken.
    void report_rest();

private:
    /// The value of a member that is not absent; from then on it counts as taken.
    const boost::json::value* find(std::string_view name);
    std::optional<std::string> line_of(std::string_view name);
    std::optional<std::string> country_of(const boost::json::value& value,
                                          const std::string& pointer);
    std::optional<double> number_of_member(std::string_view name);
    std::string joined_names(std::string_view name, std::string_view forename);
    void leave_out(std::string_view name, std::string why);
    void assume(std::string_view name, std::string why);

    const registry& x_data;
    const object& x_from;
    imported_notice& x_out;
    std::string x_pointer;
    std::set<std::string, std::less<>> x_taken;
};

}  // namespace dhow::kinds
