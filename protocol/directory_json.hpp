// Strict reading of JSON objects for the directory: bounds, no duplicate members, typed access.
// Way of the message: none; the directory is consulted on it.
// Pure. Any thread.
// Spec: docs/directory-format.md, RFC 8259. Tests: unit/protocol/directory_test.cpp.
// Limits: directory_bytes_max, directory_depth_max.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <initializer_list>

namespace dhow::protocol {

/// Integers up to here are kept exact by every JSON reader (RFC 8259 section 6).
inline constexpr std::uint64_t exact_integer_max = (std::uint64_t{1} << 53) - 1;

/// One JSON object and nothing behind it. `bad_encoding` for what is no JSON, is no object or is
/// nested too
/// deeply; `duplicate_field` for a member that stands twice; `too_long` above directory_bytes_max.
result<boost::json::object> parse_strict_object(std::string_view json);

/// Typed access to the members of one object. An absent member that is asked for is
/// `missing_field`; one
/// of another type `bad_encoding`.
class json_members {
public:
    explicit json_members(const boost::json::object& object) : x_object(&object) {}
    static result<json_members> of(const boost::json::value& value);

    /// `unknown_critical` for a member that is not in the list and whose name begins with `must_`.
    [[nodiscard]] result<void> check_unknown(std::initializer_list<std::string_view> known) const;
    /// Member `format` is the version that is known here, else `unsupported_version`.
    [[nodiscard]] result<void> check_format() const;
    [[nodiscard]] bool has(std::string_view name) const { return x_object->contains(name); }

    /// Clean text on one line, not empty.
    [[nodiscard]] result<std::string> text(std::string_view name) const;
    [[nodiscard]] result<std::uint64_t> number(std::string_view name, std::uint64_t max) const;
    [[nodiscard]] result<json_members> object(std::string_view name) const;
    [[nodiscard]] result<bool> boolean(std::string_view name) const;
    [[nodiscard]] result<utc_time> time(std::string_view name) const;
    [[nodiscard]] result<std::optional<utc_time>> optional_time(std::string_view name) const;
    /// Base64, 1 to `max` bytes.
    [[nodiscard]] result<bytes> binary(std::string_view name, std::size_t max) const;
    [[nodiscard]] result<bureau_id> bureau(std::string_view name) const;
    [[nodiscard]] result<const boost::json::array*> list(std::string_view name,
                                                         std::size_t max) const;
    template <class Fixed>
    [[nodiscard]] result<Fixed> hex(std::string_view name) const;

private:
    [[nodiscard]] result<const boost::json::value*> find(std::string_view name) const;
    [[nodiscard]] result<std::string_view> string(std::string_view name) const;
    const boost::json::object* x_object;
};

/// A whole number from 0 to `max`: `bad_encoding` for what is none, `out_of_range` above it.
result<std::uint64_t> number_in(const boost::json::value& value, std::uint64_t max);

/// Lower-case hexadecimal of exactly the size; `bad_encoding` otherwise.
template <class Fixed>
result<Fixed> fixed_from_hex(std::string_view text) {
    const auto value = from_hex<Fixed>(text);
    if (!value || to_hex(value->view()) != text) {
        return errc::bad_encoding;
    }
    return *value;
}

template <class Fixed>
result<Fixed> json_members::hex(std::string_view name) const {
    const auto text = string(name);
    if (!text) {
        return text.error();
    }
    return fixed_from_hex<Fixed>(*text);
}

}  // namespace dhow::protocol
