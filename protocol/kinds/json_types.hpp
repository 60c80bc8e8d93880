// Types of JSON Schema as bits.
// Way of the message: part of the schemas.
// Pure. Constants and small functions, any thread.
// Spec: docs/decisions/0014-kinds.md. Tests: unit/kinds/schema_test.cpp.
// Limits: none.
#pragma once

#include <boost/json/value.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace dhow::kinds {

inline constexpr std::uint8_t type_number = 32;
inline constexpr std::uint8_t type_integer = 64;
inline constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> json_types{{
    {"null", 1},
    {"boolean", 2},
    {"object", 4},
    {"array", 8},
    {"string", 16},
    {"number", type_number},
    {"integer", type_integer},
}};

/// The bit of a type; 0 for another word.
constexpr std::uint8_t type_named(std::string_view name) {
    for (const auto& [each, bit] : json_types) {
        if (each == name) {
            return bit;
        }
    }
    return 0;
}

inline std::string names_of_types(std::uint8_t types) {
    std::string out;
    for (const auto& [name, bit] : json_types) {
        if ((types & bit) != 0) {
            out += (out.empty() ? "" : ", ") + std::string{name};
        }
    }
    return out;
}

/// All types that a value has: 1.0 is an integer too (JSON Schema core, section 4.2.3).
inline std::uint8_t types_of(const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return type_named("null");
        case boost::json::kind::bool_:
            return type_named("boolean");
        case boost::json::kind::object:
            return type_named("object");
        case boost::json::kind::array:
            return type_named("array");
        case boost::json::kind::string:
            return type_named("string");
        case boost::json::kind::double_: {
            const double number = value.get_double();
            const bool whole = std::isfinite(number) && std::trunc(number) == number;
            return whole ? type_number | type_integer : type_number;
        }
        default:
            return type_number | type_integer;
    }
}

}  // namespace dhow::kinds
