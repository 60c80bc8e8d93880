// Bounded reading and writing of bytes, and the layer of tagged fields that all formats share.
// Way of the message: under every codec: header, seal, lockboxes, content, receipt, link frames.
// Pure: values and views, any thread.
// Spec: docs/parcel-format.md#encoding. Tests: unit/protocol/bytes_test.cpp.
// Limits: every length is compared with what is there and the caller's bound first.
#include "protocol/bytes.hpp"

#include "protocol/ensure.hpp"
#include "protocol/try.hpp"

#include <algorithm>
#include <limits>

namespace dhow::protocol {

namespace {

constexpr std::uint64_t year_9999_end_ms = 253'402'300'799'999;

}  // namespace

result<std::uint8_t> reader::u8() {
    DHOW_TRY(const auto view, take(1));
    return view[0];
}

//= PF-2
result<std::uint64_t> reader::varint() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < x_rest.size(); ++i) {
        const std::uint64_t group = x_rest[i] & 0x7F;
        const bool last = (x_rest[i] & 0x80) == 0;
        if (i == 9 && (group > 1 || !last)) {
            return errc::bad_encoding;  // above 64 bits
        }
        value |= group << (7 * i);
        if (last) {
            if (group == 0 && i > 0) {
                return errc::bad_encoding;  // not the shortest form
            }
            x_rest = x_rest.subspan(i + 1);
            return value;
        }
    }
    return errc::truncated;
}

result<std::uint64_t> reader::varint(std::uint64_t max) {
    const auto start = x_rest;
    DHOW_TRY(const auto value, varint());
    if (value > max) {
        x_rest = start;
        return errc::out_of_range;
    }
    return value;
}

result<byte_view> reader::take(std::size_t size) {
    if (size > x_rest.size()) {
        return errc::truncated;
    }
    const auto view = x_rest.first(size);
    x_rest = x_rest.subspan(size);
    return view;
}

result<byte_view> reader::sized(std::size_t max) {
    const auto start = x_rest;
    DHOW_TRY(const auto size, varint());
    if (size > max || size > x_rest.size()) {
        x_rest = start;
        return size > max ? errc::too_long : errc::truncated;
    }
    return take(static_cast<std::size_t>(size));
}

result<void> reader::end() const {
    if (!x_rest.empty()) {
        return errc::trailing_bytes;
    }
    return {};
}

writer& writer::u8(std::uint8_t value) {
    x_out.push_back(value);
    return *this;
}

writer& writer::varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        x_out.push_back(static_cast<std::uint8_t>(0x80 | (value & 0x7F)));
    }
    x_out.push_back(static_cast<std::uint8_t>(value));
    return *this;
}

writer& writer::raw(byte_view value) {
    x_out.insert(x_out.end(), value.begin(), value.end());
    return *this;
}

writer& writer::sized(byte_view value) { return varint(value.size()).raw(value); }

writer& writer::sized(std::string_view value) { return sized(as_bytes(value)); }

byte_view field_set::one(std::uint8_t tag) const {
    const auto value = find(tag);
    if (!value) {
        DHOW_NEVER("a field that was asked for is missing");
    }
    return *value;
}

std::optional<byte_view> field_set::find(std::uint8_t tag) const {
    for (const auto& field : x_known) {
        if (field.tag == tag) {
            return field.value;
        }
    }
    return std::nullopt;
}

std::vector<byte_view> field_set::all(std::uint8_t tag) const {
    std::vector<byte_view> values;
    for (const auto& field : x_known) {
        if (field.tag == tag) {
            values.push_back(field.value);
        }
    }
    return values;
}

//= PF-1, PF-3, PF-4, PF-5
result<field_set> read_fields(byte_view data, std::span<const field_rule> rules) {
    field_set fields;
    reader in{data};
    std::optional<std::uint8_t> last;
    while (!in.empty()) {
        DHOW_TRY(const auto tag, in.u8());
        DHOW_TRY(const auto value, in.sized(std::numeric_limits<std::size_t>::max()));
        const auto rule = std::ranges::find(rules, tag, &field_rule::tag);
        const bool known = rule != rules.end();
        if (last && tag < *last) {
            return errc::bad_order;
        }
        if (tag == last && !(known && rule->list)) {
            return errc::duplicate_field;
        }
        if (!known && (tag & critical_bit) != 0) {
            return errc::unknown_critical;
        }
        if (known) {
            fields.x_known.push_back({tag, value});
        } else {
            fields.ignored.push_back({tag, to_bytes(value)});
        }
        last = tag;
    }
    for (const auto& rule : rules) {
        if (rule.required && !fields.find(rule.tag)) {
            return errc::missing_field;
        }
    }
    return fields;
}

void field_writer::put_ignored_below(unsigned tag) {
    while (!x_ignored.empty() && x_ignored.front().tag < tag) {
        x_out.u8(x_ignored.front().tag).sized(byte_view{x_ignored.front().value});
        x_ignored = x_ignored.subspan(1);
    }
}

field_writer& field_writer::put(std::uint8_t tag, byte_view value) {
    DHOW_ENSURE(tag >= x_last_tag);
    x_last_tag = tag;
    put_ignored_below(tag);
    x_out.u8(tag).sized(value);
    return *this;
}

field_writer& field_writer::put(std::uint8_t tag, std::string_view value) {
    return put(tag, as_bytes(value));
}

field_writer& field_writer::put_varint(std::uint8_t tag, std::uint64_t value) {
    return put(tag, writer{}.varint(value).view());
}

field_writer& field_writer::put_u8(std::uint8_t tag, std::uint8_t value) {
    return put(tag, byte_view{&value, 1});
}

bytes field_writer::finish() {
    put_ignored_below(0x100);
    return x_out.take();
}

result<std::uint64_t> varint_in(byte_view field, std::uint64_t max) {
    reader in{field};
    DHOW_TRY(const auto value, in.varint(max));
    DHOW_CHECK(in.end());
    return value;
}

result<std::uint8_t> u8_in(byte_view field) {
    if (field.size() != 1) {
        return errc::bad_encoding;
    }
    return field[0];
}

result<bureau_id> bureau_in(byte_view field) {
    const auto bureau = bureau_id::parse(as_text(field));
    if (!bureau) {
        return errc::bad_text;
    }
    return *bureau;
}

result<utc_time> time_in(byte_view field) {
    DHOW_TRY(const auto value, varint_in(field, year_9999_end_ms));
    return utc_time{milliseconds{static_cast<std::int64_t>(value)}};
}

std::uint64_t time_value(utc_time time) {
    const auto value = time.time_since_epoch().count();
    DHOW_ENSURE(value >= 0);
    return static_cast<std::uint64_t>(value);
}

}  // namespace dhow::protocol
