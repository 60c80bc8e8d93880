// Collects problems and shows values briefly and without harm.
// Way of the message: made by validate() at intake and at the addressee, shown by API and commands.
// Pure. Values, any thread.
// Spec: docs/kinds.md, RFC 6901. Tests: unit/kinds/document_test.cpp.
// Limits: kinds_problems_max, kinds_shown_bytes_max, kinds_pointer_bytes_max.
#include "protocol/kinds/problem.hpp"

#include "protocol/kinds/names.hpp"
#include "protocol/limits.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace dhow::kinds {

namespace json = boost::json;
namespace limits = protocol::limits;

void problem_list::add(problem one) {
    x_refused = x_refused || one.severity == severity::refusal;
    if (x_all.size() >= limits::kinds_problems_max) {
        ++x_left_off;
        return;
    }
    // Two ways to the same place of a schema say the same thing once.
    if (std::ranges::find(x_all, one) == x_all.end()) {
        x_all.push_back(std::move(one));
    }
}

std::string shown(std::string_view text) {
    std::string out;
    for (auto rest = text; !rest.empty();) {
        const auto before = rest;
        const auto c = take_code_point(rest);
        if (!c) {
            return out + "?";
        }
        const auto bytes = before.substr(0, before.size() - rest.size());
        if (out.size() + bytes.size() > limits::kinds_shown_bytes_max) {
            return out + "\xe2\x80\xa6";  // …
        }
        out += is_control(*c) || is_direction(*c) ? std::string_view{"?"} : bytes;
    }
    return out;
}

std::string shown(const json::value& value) {
    switch (value.kind()) {
        case json::kind::object:
            return value.get_object().empty() ? "{}" : "{\xe2\x80\xa6}";
        case json::kind::array:
            return value.get_array().empty() ? "[]" : "[\xe2\x80\xa6]";
        case json::kind::string:
            return shown(std::string_view{value.get_string()});
        default:
            return shown(json::serialize(value));
    }
}

std::string pointer_to(std::string_view base, std::string_view member) {
    std::string out{base};
    if (out.size() > limits::kinds_pointer_bytes_max) {
        return out;
    }
    out += '/';
    for (const char c : shown(member)) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

std::string pointer_to(std::string_view base, std::size_t index) {
    return pointer_to(base, std::string_view{std::to_string(index)});
}

}  // namespace dhow::kinds
