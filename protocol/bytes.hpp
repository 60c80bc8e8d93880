// Bounded reading and writing of bytes, and the layer of tagged fields that all formats share.
// Way of the message: under every codec: header, seal, lockboxes, content, receipt, link frames.
// Pure: values and views; a view lives as long as the bytes that it was read from. Any thread.
// Spec: docs/parcel-format.md#encoding. Tests: unit/protocol/bytes_test.cpp.
// Limits: every length is compared with what is there and the caller's bound first.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

#include <utility>

namespace dhow::protocol {

/// Reads a byte string from front to back. Nothing is consumed by a read that fails.
class reader {
public:
    explicit reader(byte_view data) : x_rest(data) {}

    [[nodiscard]] std::size_t remaining() const { return x_rest.size(); }
    [[nodiscard]] bool empty() const { return x_rest.empty(); }
    /// The next byte, which stays; nothing at the end.
    [[nodiscard]] std::optional<std::uint8_t> peek() const {
        return x_rest.empty() ? std::nullopt : std::optional{x_rest.front()};
    }
    /// All that is left; consumes it.
    byte_view rest() { return std::exchange(x_rest, byte_view{}); }

    result<std::uint8_t> u8();
    /// Unsigned LEB128 in its shortest form; `bad_encoding` for a longer one or above 64 bits.
    result<std::uint64_t> varint();
    /// A varint of at most `max`; `out_of_range` above it.
    result<std::uint64_t> varint(std::uint64_t max);
    result<byte_view> take(std::size_t size);
    /// A varint length, then so many bytes; `too_long` above `max`.
    result<byte_view> sized(std::size_t max);
    template <class Fixed>
    result<Fixed> fixed();
    /// `trailing_bytes` when something is left.
    [[nodiscard]] result<void> end() const;

private:
    byte_view x_rest;
};

/// Appends to a byte string that it owns.
class writer {
public:
    void reserve(std::size_t size) { x_out.reserve(size); }
    writer& u8(std::uint8_t value);
    writer& varint(std::uint64_t value);
    writer& raw(byte_view value);
    writer& sized(byte_view value);
    writer& sized(std::string_view value);
    [[nodiscard]] std::size_t size() const { return x_out.size(); }
    [[nodiscard]] byte_view view() const { return x_out; }
    bytes take() { return std::exchange(x_out, bytes{}); }

private:
    bytes x_out;
};

/// Set in the tag of a field that must be understood: who does not know it refuses the whole.
inline constexpr std::uint8_t critical_bit = 0x80;

/// A field that this version does not know and may ignore; hubs preserve it.
struct unknown_field {
    std::uint8_t tag = 0;
    bytes value;
    bool operator==(const unknown_field&) const = default;
};

/// What a format says of one of its fields.
struct field_rule {
    std::uint8_t tag = 0;
    bool required = true;
    bool list = false;  ///< The tag may be repeated; the order is that of the list.
};

/// The fields of one byte string: known ones as views into it, ignorable unknown ones as copies.
class field_set {
public:
    /// Value of a required field. Asking for a tag that no rule requires is our own bug.
    [[nodiscard]] byte_view one(std::uint8_t tag) const;
    [[nodiscard]] std::optional<byte_view> find(std::uint8_t tag) const;
    /// Values of a list, in order.
    [[nodiscard]] std::vector<byte_view> all(std::uint8_t tag) const;
    std::vector<unknown_field> ignored;

private:
    friend result<field_set> read_fields(byte_view, std::span<const field_rule>);
    struct known_field {
        std::uint8_t tag;
        byte_view value;
    };
    std::vector<known_field> x_known;
};

/// Reads fields up to the end of `data`. Refuses tags out of order (`bad_order`), repeated ones
/// that are
/// no list (`duplicate_field`), unknown critical ones (`unknown_critical`) and absent required ones
/// (`missing_field`). So there is exactly one encoding of a set of fields.
result<field_set> read_fields(byte_view data, std::span<const field_rule> rules);

/// Writes fields with ascending tags and puts the preserved unknown ones back in their places.
class field_writer {
public:
    field_writer() = default;
    /// `ignored` has ascending tags and outlives the writer.
    explicit field_writer(std::span<const unknown_field> ignored) : x_ignored(ignored) {}

    field_writer& put(std::uint8_t tag, byte_view value);
    field_writer& put(std::uint8_t tag, std::string_view value);
    field_writer& put_varint(std::uint8_t tag, std::uint64_t value);
    field_writer& put_u8(std::uint8_t tag, std::uint8_t value);
    bytes finish();

private:
    void put_ignored_below(unsigned tag);
    std::span<const unknown_field> x_ignored;
    writer x_out;
    std::uint8_t x_last_tag = 0;
};

// Values of single fields, read from the whole of a view ------------------------------------------

result<std::uint64_t> varint_in(byte_view field, std::uint64_t max);
result<std::uint8_t> u8_in(byte_view field);
template <class Fixed>
result<Fixed> fixed_in(byte_view field);
result<bureau_id> bureau_in(byte_view field);
/// Milliseconds since 1970 as a varint, up to the end of the year 9999.
result<utc_time> time_in(byte_view field);
/// A time as the varint that time_in() reads; times before 1970 are our own bug.
std::uint64_t time_value(utc_time time);

inline byte_view as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(byte_view data) {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}
inline bytes to_bytes(byte_view data) { return {data.begin(), data.end()}; }

template <class Fixed>
result<Fixed> fixed_in(byte_view field) {
    const auto value = from_view<Fixed>(field);
    if (!value) {
        return errc::bad_encoding;
    }
    return *value;
}

template <class Fixed>
result<Fixed> reader::fixed() {
    const auto view = take(Fixed::size_bytes);
    if (!view) {
        return view.error();
    }
    return fixed_in<Fixed>(*view);
}

}  // namespace dhow::protocol
