// The letter of a courier bundle: encoding and strict decoding.
// Way of the message: see courier.hpp.
// Pure. Values, any thread. Volumes, cells and records are in courier_volume.cpp.
// Spec: docs/courier-format.md. Tests: unit/protocol/courier_test.cpp, fuzz/courier_fuzz.cpp.
// Limits: courier_letter_bytes_max, courier_receipts_max, courier_records_max.
#include "protocol/courier.hpp"

#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace dhow::protocol {

namespace {

constexpr std::uint8_t tag_key = 0x81;
constexpr std::uint8_t tag_instance = 0x82;
constexpr std::uint8_t tag_epoch = 0x83;
constexpr std::uint8_t tag_receipt = 0x84;

constexpr std::array<field_rule, 4> letter_rules{{
    {.tag = tag_key},
    {.tag = tag_instance},
    {.tag = tag_epoch},
    {.tag = tag_receipt, .required = false, .list = true},
}};

constexpr std::uint64_t epoch_max = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t record_max = limits::courier_records_max - 1;

bytes encode_receipt_of_bundle(const custody_receipt& value) {
    writer out;
    out.raw(value.bundle.view()).varint(value.on_disk.size());
    std::uint64_t next = 0;
    for (const auto& range : value.on_disk) {
        out.varint(range.first - next).varint(range.last - range.first);
        next = std::uint64_t{range.last} + 2;  // A range that touched would be part of this one.
    }
    out.varint(value.exceptions.size());
    for (const auto& one : value.exceptions) {
        out.varint(one.record).sized(one.recipient.text());
        out.varint(static_cast<std::uint64_t>(one.code));
    }
    return out.take();
}

bool holds(const std::vector<record_range>& ranges, std::uint32_t record) {
    const auto after = std::ranges::upper_bound(ranges, record, {}, &record_range::first);
    return after != ranges.begin() && record <= std::prev(after)->last;
}

//= CF-5
result<void> read_ranges(reader& in, custody_receipt& out) {
    // Each takes two bytes at least: the count is compared before anything is reserved.
    DHOW_TRY(const auto count, in.varint(in.remaining() / 2));
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        DHOW_TRY(const auto gap, in.varint(record_max));
        DHOW_TRY(const auto more, in.varint(record_max));
        const auto first = next + gap;
        if (first + more > record_max) {
            return errc::out_of_range;
        }
        out.on_disk.push_back(
            {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(first + more)});
        next = first + more + 2;
    }
    return {};
}

result<custody_receipt::exception> read_exception(reader& in, const custody_receipt& of) {
    custody_receipt::exception out;
    DHOW_TRY(const auto record, in.varint(record_max));
    out.record = static_cast<std::uint32_t>(record);
    DHOW_TRY(const auto recipient, in.sized(bureau_id::max_characters));
    if (!recipient.empty()) {
        DHOW_TRY(out.recipient, bureau_in(recipient));
    }
    DHOW_TRY(const auto code, in.varint(std::numeric_limits<std::uint16_t>::max()));
    out.code = static_cast<errc>(code);
    // Of a record that is there single recipients may be left; of another only the whole.
    if (code == 0 || holds(of.on_disk, out.record) == out.recipient.empty()) {
        return errc::out_of_range;
    }
    return out;
}

result<void> read_exceptions(reader& in, custody_receipt& out) {
    DHOW_TRY(const auto count, in.varint(in.remaining() / 3));
    for (std::uint64_t i = 0; i < count; ++i) {
        DHOW_TRY(const auto one, read_exception(in, out));
        if (!out.exceptions.empty()) {
            const auto& last = out.exceptions.back();
            if (std::tie(last.record, last.recipient) >= std::tie(one.record, one.recipient)) {
                return errc::bad_order;
            }
        }
        out.exceptions.push_back(one);
    }
    return {};
}

result<custody_receipt> decode_receipt_of_bundle(byte_view field) {
    reader in{field};
    custody_receipt out;
    DHOW_TRY(out.bundle, in.fixed<message_id>());
    DHOW_CHECK(read_ranges(in, out));
    DHOW_CHECK(read_exceptions(in, out));
    DHOW_CHECK(in.end());
    return out;
}

}  // namespace

std::size_t encoded_bytes(const custody_receipt& value) {
    constexpr std::size_t tag_and_length = 4;
    return encode_receipt_of_bundle(value).size() + tag_and_length;
}

bytes encode_letter(const courier_letter& value) {
    field_writer fields{value.ignored};
    fields.put(tag_key, byte_view{value.key}).put(tag_instance, value.instance.view());
    fields.put_varint(tag_epoch, value.epoch);
    for (const auto& receipt : value.receipts) {
        fields.put(tag_receipt, byte_view{encode_receipt_of_bundle(receipt)});
    }
    return writer{}.u8(format_version).raw(fields.finish()).take();
}

//= CF-4
result<courier_letter> decode_letter(byte_view data) {
    if (data.size() > limits::courier_letter_bytes_max) {
        return errc::too_long;
    }
    reader in{data};
    DHOW_TRY(const auto version, in.u8());
    if (version != format_version) {
        return errc::unsupported_version;
    }
    DHOW_TRY(auto fields, read_fields(in.rest(), letter_rules));
    courier_letter out;
    const auto key = fields.one(tag_key);
    if (key.size() != out.key.size()) {
        return errc::bad_encoding;
    }
    std::ranges::copy(key, out.key.begin());
    DHOW_TRY(out.instance, fixed_in<instance_id>(fields.one(tag_instance)));
    DHOW_TRY(out.epoch, varint_in(fields.one(tag_epoch), epoch_max));
    const auto receipts = fields.all(tag_receipt);
    if (receipts.size() > limits::courier_receipts_max) {
        return errc::too_long;
    }
    for (const auto field : receipts) {
        DHOW_TRY(auto receipt, decode_receipt_of_bundle(field));
        out.receipts.push_back(std::move(receipt));
    }
    out.ignored = std::move(fields.ignored);
    return out;
}

}  // namespace dhow::protocol
