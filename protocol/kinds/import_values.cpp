// Values of a public notice, one reader for each form that they have there.
// Way of the message: notice_import reads with it.
// Pure. Any thread.
// Spec: docs/kinds.md#import. Tests: unit/kinds/notice_import_test.cpp.
// Limits: the lengths of the schemas, which validate() checks afterwards.
#include "protocol/kinds/import_values.hpp"

#include "protocol/kinds/dates.hpp"
#include "protocol/kinds/names.hpp"
#include "protocol/kinds/problem.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

constexpr std::string_view not_understood = "not understood";

/// In form C, one line, without characters that may not stand in a text.
std::string cleaned(std::string_view text, bool keeps_lines) {
    std::string out;
    const auto composed = to_nfc(text);
    for (std::string_view rest = composed ? *composed : std::string_view{}; !rest.empty();) {
        auto after = rest;
        const auto c = take_code_point(after);
        const auto bytes = rest.substr(0, rest.size() - after.size());
        rest = after;
        if (!c) {
            break;
        }
        if (*c == '\n' && keeps_lines) {
            out += '\n';
        } else if (*c == '\n' || *c == '\t') {
            out += ' ';
        } else if (!is_control(*c) && !is_direction(*c)) {
            out += bytes;
        }
    }
    const auto begin = out.find_first_not_of(" \n");
    return begin == std::string::npos ? ""
                                      : out.substr(begin, out.find_last_not_of(" \n") + 1 - begin);
}

std::string text_of(const json::value& value) {
    return value.is_string() ? std::string{value.get_string()} : json::serialize(value);
}

/// `1980/00/00` and `1980-05-17` as the draft has them; nothing for what is no date.
std::optional<std::string> as_partial_date(std::string text) {
    std::ranges::replace(text, '-', '/');
    constexpr std::string_view zero = "/00";
    while (text.ends_with(zero)) {
        text.resize(text.size() - zero.size());
    }
    return parse_partial_date(text) ? std::optional{text} : std::nullopt;
}

}  // namespace

bool is_absent(const json::value& value) {
    if (value.is_null()) {
        return true;
    }
    if (const auto* text = value.if_string()) {
        return is_absent_name(*text);
    }
    if (value.is_number()) {
        return value.to_number<double>() == 0;
    }
    return (value.is_array() && value.get_array().empty()) ||
           (value.is_object() && value.get_object().empty());
}

const json::value* import_values::find(std::string_view name) {
    take(name);
    const auto* value = x_from.if_contains(name);
    return value == nullptr || is_absent(*value) ? nullptr : value;
}

void import_values::leave_out(std::string_view name, std::string why) {
    x_out.unmapped.push_back({pointer_to(x_pointer, name), std::move(why)});
}

void import_values::assume(std::string_view name, std::string why) {
    x_out.assumed.push_back({pointer_to(x_pointer, name), std::move(why)});
}

void import_values::report_rest() {
    for (const auto& each : x_from) {
        if (!x_taken.contains(std::string_view{each.key()}) && !is_absent(each.value())) {
            leave_out(each.key(), "no member of a draft is its like");
        }
    }
}

std::optional<std::string> import_values::line_of(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_structured() || value->is_bool()) {
        leave_out(name, std::string{not_understood});
        return std::nullopt;
    }
    auto out = cleaned(text_of(*value), false);
    return out.empty() ? std::nullopt : std::optional{std::move(out)};
}

void import_values::line(object& to, std::string_view name, std::string_view as) {
    if (const auto value = line_of(name)) {
        to[as] = *value;
    }
}

void import_values::text(object& to, std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) {
        return;
    }
    if (!value->is_string()) {
        leave_out(name, std::string{not_understood});
        return;
    }
    if (const auto lines = cleaned(text_of(*value), true); !lines.empty()) {
        to[name] = lines;
    }
}

void import_values::code(object& to, std::string_view name, std::string_view list) {
    const auto value = line_of(name);
    if (!value) {
        return;
    }
    if (x_data.list(list).has(*value)) {
        to[name] = *value;
    } else {
        leave_out(name,
                  *value + " is not in the list; `dhow codes " + std::string{list} + "` shows it");
    }
}

void import_values::codes(object& to, std::string_view name, std::string_view list) {
    const auto* value = find(name);
    const auto* all = value == nullptr ? nullptr : value->if_array();
    if (value != nullptr && all == nullptr) {
        leave_out(name, std::string{not_understood});
    }
    json::array out;
    for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
        const auto one = cleaned(text_of((*all)[i]), false);
        if (is_absent((*all)[i])) {
            continue;
        }
        if (x_data.list(list).has(one)) {
            out.emplace_back(one);
        } else {
            x_out.unmapped.push_back(
                {pointer_to(pointer_to(x_pointer, name), i), one + " is not in the list"});
        }
    }
    if (!out.empty()) {
        to[name] = std::move(out);
    }
}

std::optional<std::string> import_values::country_of(const json::value& value,
                                                     const std::string& pointer) {
    const auto& countries = x_data.list("countries");
    const auto code = cleaned(text_of(value), false);
    if (countries.has(code)) {
        return code;
    }
    const auto found = std::ranges::find(countries.codes, code,
                                         &std::pair<const std::string, std::string>::second);
    if (found != countries.codes.end() && !code.empty()) {
        return found->first;  // ISO 3166-1 alpha-3.
    }
    x_out.unmapped.push_back({pointer, code + " is no country of ISO 3166-1"});
    return std::nullopt;
}

void import_values::country(object& to, std::string_view name, std::string_view as) {
    if (const auto* value = find(name)) {
        if (const auto code = country_of(*value, pointer_to(x_pointer, name))) {
            to[as] = *code;
        }
    }
}

void import_values::nationalities(object& to) {
    constexpr std::string_view name = "nationalities";
    const auto* value = find(name);
    const auto* all = value == nullptr ? nullptr : value->if_array();
    json::array out;
    for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
        const auto pointer = pointer_to(pointer_to(x_pointer, name), i);
        if (const auto code = country_of((*all)[i], pointer)) {
            out.push_back(json::object{{"country", *code}, {"confirmed", false}});
        }
    }
    if (value != nullptr && all == nullptr) {
        leave_out(name, std::string{not_understood});
    }
    if (!out.empty()) {
        assume(name, "taken as not confirmed");
        to[name] = std::move(out);
    }
}

void import_values::birth(object& to) { partial_date(to, "date_of_birth", "date_of_birth"); }

void import_values::partial_date(object& to, std::string_view name, std::string_view as) {
    const auto value = line_of(name);
    if (!value) {
        return;
    }
    if (const auto date = as_partial_date(*value)) {
        to[as] = *date;
    } else {
        leave_out(name, *value + " is no date YYYY/MM/DD");
    }
}

void import_values::day(object& to, std::string_view name) {
    const auto value = line_of(name);
    auto date = value.value_or("");
    std::ranges::replace(date, '/', '-');
    if (parse_date(date)) {
        to[name] = date;
    } else if (value) {
        leave_out(name, *value + " is no whole date");
    }
}

std::optional<double> import_values::number_of_member(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_number()) {
        return value->to_number<double>();
    }
    const auto text = cleaned(text_of(*value), false);
    double out = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || !std::isfinite(out)) {
        leave_out(name, shown(*value) + " is no number");
        return std::nullopt;
    }
    return out == 0 ? std::nullopt : std::optional{out};
}

void import_values::height(object& to) {
    constexpr std::string_view name = "height";
    constexpr double metres_min = 0.3, metres_max = 2.6, centimetres_in_metre = 100;
    auto value = number_of_member(name);
    if (value && *value >= metres_min * centimetres_in_metre &&
        *value <= metres_max * centimetres_in_metre) {
        assume(name, "taken as centimetres");
        *value /= centimetres_in_metre;
    }
    if (value && (*value < metres_min || *value > metres_max)) {
        leave_out(name, "no height in metres");
    } else if (value) {
        to[name] = *value;
    }
}

void import_values::weight(object& to) {
    constexpr std::string_view name = "weight";
    constexpr double kilograms_min = 1, kilograms_max = 400;
    const auto value = number_of_member(name);
    if (value && (*value < kilograms_min || *value > kilograms_max)) {
        leave_out(name, "no weight in kilograms");
    } else if (value && std::trunc(*value) == *value) {
        to[name] = static_cast<std::int64_t>(*value);
    } else if (value) {
        to[name] = *value;
    }
}

std::string import_values::joined_names(std::string_view name, std::string_view forename) {
    const auto first = line_of(forename);
    const auto last = line_of(name);
    return first.value_or("") + (first && last ? " " : "") + last.value_or("");
}

void import_values::aliases(object& to) {
    constexpr std::string_view name = "aliases";
    json::array out;
    if (const auto* value = find(name); value != nullptr && value->is_array()) {
        for (const auto& each : value->get_array()) {
            if (each.is_string() && !is_absent(each)) {
                out.push_back(json::object{{"name", cleaned(text_of(each), false)}});
            }
        }
    }
    for_each_object(name, [&out](import_values& from) {
        json::object one;
        from.line(one, "name", "name");
        from.line(one, "forename", "forename");
        const auto script =
            from.joined_names("name_in_original_script", "forename_in_original_script");
        if (!script.empty()) {
            one["in_original_script"] = script;
        }
        if (!one.contains("name") && one.contains("forename")) {
            json::value only = one["forename"];
            one.erase("forename");
            one["name"] = std::move(only);
        }
        from.report_rest();
        if (one.contains("name")) {
            out.push_back(std::move(one));
        }
    });
    if (!out.empty()) {
        to[name] = std::move(out);
    }
}

void import_values::names(object& to, std::string_view name) {
    const auto* value = find(name);
    const auto* all = value == nullptr ? nullptr : value->if_array();
    json::array out;
    for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
        const auto& each = (*all)[i];
        const auto pointer = pointer_to(pointer_to(x_pointer, name), i);
        std::string one;
        if (const auto* inner = each.if_object()) {
            import_values from{x_data, *inner, x_out, pointer};
            one = from.joined_names("name", "forename");
            from.report_rest();
        } else if (each.is_string() && !is_absent(each)) {
            one = cleaned(text_of(each), false);
        }
        if (!one.empty()) {
            out.emplace_back(one);
        }
    }
    if (value != nullptr && all == nullptr) {
        leave_out(name, std::string{not_understood});
    }
    if (!out.empty()) {
        to[name] = std::move(out);
    }
}

void import_values::parent(object& to, std::string_view name, std::string_view forename) {
    if (const auto both = joined_names(name, forename); !both.empty()) {
        to[name] = both;
    }
}

void import_values::entity_id(object& to) {
    constexpr std::string_view name = "entity_id";
    if (auto value = line_of(name)) {
        std::ranges::replace(*value, '-', '/');  // As it stands in addresses.
        to[name] = *value;
    }
}

void import_values::for_each_object(std::string_view name,
                                    const std::function<void(import_values&)>& see) {
    const auto* value = find(name);
    const auto* all = value == nullptr ? nullptr : value->if_array();
    if (value != nullptr && all == nullptr) {
        leave_out(name, std::string{not_understood});
    }
    for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
        if (const auto* inner = (*all)[i].if_object()) {
            import_values from{x_data, *inner, x_out, pointer_to(pointer_to(x_pointer, name), i)};
            see(from);
        }
    }
}

}  // namespace dhow::kinds
