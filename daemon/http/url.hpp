// Request targets: path, query, percent-encoding; and byte ranges.
// Way of the message: between request_reader and the router.
// Pure: values, any thread.
// Spec: RFC 3986 section 2, RFC 9110 section 14. Tests: unit/api/encoding_test.cpp, fuzz/api*.
// Limits: the header's limit bounds the input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dhow::http {

/// Nothing for `%` without two hexadecimal digits. `+` stays `+`.
std::optional<std::string> percent_decode(std::string_view text);
/// Leaves only unreserved characters (letters, digits, `-._~`) as they are.
std::string percent_encode(std::string_view text);

struct target {
    std::string_view path;   ///< As sent.
    std::string_view query;  ///< Without `?`; may be empty.
};
/// Nothing unless it begins with `/`.
std::optional<target> split_target(std::string_view text);

/// The decoded value of the first parameter of that name; nothing when absent or badly encoded.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

/// Decimal digits only, no sign, within 64 bits.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// Bytes first..last, both included.
struct byte_range {
    std::uint64_t first = 0, last = 0;
};
enum class range_kind { whole, part, unsatisfiable };
struct range_request {
    range_kind kind = range_kind::whole;
    byte_range range;
};
/// What a `Range` field asks of `length` bytes. Several ranges, other units and nonsense mean the
/// whole, as RFC 9110 section 14.2 allows.
range_request parse_range(std::string_view field, std::uint64_t length);

}  // namespace dhow::http
