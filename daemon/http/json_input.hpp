// Reads JSON that a client sent, strictly: unknown members, wrong types and bad texts are named by
// pointer.
// Way of the message: between connection and the handlers.
// Pure: values, any thread.
// Spec: docs/agency-api.md#json, RFC 6901 for the pointers. Tests: unit/api/json_input_test.cpp,
// fuzz/api*.
// Limits: json_depth_max; each member's own bound is an argument.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

#include <boost/json/value.hpp>

#include <functional>

namespace dhow::http {

/// A fault of the client's JSON; `where` is a JSON pointer.
struct json_fault {
    std::string where;
    std::string what;
};

/// A JSON object; nothing and a fault when the text is not JSON, too deep, not UTF-8, or no object.
std::optional<boost::json::object> parse_object(std::string_view text, json_fault& fault);

/// Takes members out of one object, remembers the first fault, and refuses what nobody asked for.
class object_input {
public:
    object_input(const boost::json::object& object, std::string pointer);

    /// Each reads one member; absent leaves `out` as it is unless `required`.
    void text(std::string_view name, std::string& out, std::size_t bytes_max,
              bool required = false);
    /// The same for a text of several lines.
    void long_text(std::string_view name, std::string& out, std::size_t bytes_max);
    void boolean(std::string_view name, bool& out);
    void number(std::string_view name, std::uint64_t& out, std::uint64_t least, std::uint64_t most);
    /// Calls `take` for each text of an array of at most `count_max`; false from it is a fault,
    /// `wanted`
    /// says what would have been right.
    void texts(std::string_view name, std::size_t count_max, std::string_view wanted,
               const std::function<bool(std::string_view)>& take);
    /// The text of a member, unchecked but for its type; nothing when absent.
    const boost::json::string* raw_text(std::string_view name);
    [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }
    void refuse(std::string_view name, std::string what);

    /// The first fault, or that of a member that nobody read; nothing when all is well.
    std::optional<json_fault> finish();

private:
    const boost::json::value* find(std::string_view name, bool required = false);

    const boost::json::object& object_;
    std::string pointer_;
    std::vector<std::string_view> known_;
    std::optional<json_fault> fault_;
};

}  // namespace dhow::http
