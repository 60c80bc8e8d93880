// Strict DER, as much as the one CMS profile needs: writing elements and taking them apart.
// Way of the message: under the rebuilding and checking of CMS, between parcel and openssl.
// Pure: values and views; a view lives as long as the bytes that it was read from. Any thread.
// Spec: ITU-T X.690, docs/parcel-format.md#cms. Tests: unit/protocol/der_test.cpp, fuzz/der*.
// Limits: lengths up to 2^32 - 1, never beyond what is there; no recursion.
#pragma once

#include "protocol/bytes.hpp"

#include <initializer_list>

namespace dhow::protocol {

/// Identifier octets that the profile uses; all are of the low-tag-number form.
namespace der_tag {
inline constexpr std::uint8_t integer = 0x02;
inline constexpr std::uint8_t bit_string = 0x03;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t oid = 0x06;
inline constexpr std::uint8_t utc_time = 0x17;
inline constexpr std::uint8_t generalized_time = 0x18;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t set = 0x31;
/// Context-specific, implicit primitive or constructed.
constexpr std::uint8_t context(std::uint8_t number) {
    return static_cast<std::uint8_t>(0x80 | number);
}
constexpr std::uint8_t context_constructed(std::uint8_t number) {
    return static_cast<std::uint8_t>(0xA0 | number);
}
}  // namespace der_tag

/// One element: identifier, shortest definite length, the pieces as its value.
bytes der_element(std::uint8_t tag, std::initializer_list<byte_view> pieces);
inline bytes der_oid(byte_view content) { return der_element(der_tag::oid, {content}); }
inline bytes der_octets(byte_view content) { return der_element(der_tag::octet_string, {content}); }
inline bytes der_sequence(std::initializer_list<byte_view> pieces) {
    return der_element(der_tag::sequence, pieces);
}
/// SET OF: the elements in ascending order of their encodings.
bytes der_set_of(std::vector<bytes> elements);
/// INTEGER of an unsigned big-endian number of any length.
bytes der_unsigned(byte_view big_endian);
/// INTEGER of a small number (0 to 127).
bytes der_small(std::uint8_t value);
/// UTCTime up to the year 2049, GeneralizedTime after it (RFC 5652 section 11.3). From 1970 to
/// 9999.
bytes der_time(std::chrono::sys_seconds time);

/// Takes elements off the front of a value. `bad_encoding` for another tag than the one asked for,
/// for an
/// indefinite or not shortest length; `truncated` for one that reaches beyond the end.
class der_reader {
public:
    explicit der_reader(byte_view data) : x_in(data) {}

    /// Value of the next element, which must have this tag.
    result<byte_view> value(std::uint8_t tag);
    /// A reader of the value of the next element.
    result<der_reader> enter(std::uint8_t tag);
    /// Exactly this element; `bad_encoding` for any other.
    result<void> expect(byte_view element);
    /// An INTEGER that is not negative, without its leading zero, of at most `max_bytes`.
    result<byte_view> unsigned_integer(std::size_t max_bytes);
    /// What der_time() writes.
    result<std::chrono::sys_seconds> time();
    [[nodiscard]] bool empty() const { return x_in.empty(); }
    [[nodiscard]] result<void> end() const { return x_in.end(); }

private:
    result<std::size_t> length();
    reader x_in;
};

}  // namespace dhow::protocol
