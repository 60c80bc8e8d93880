// Encoding and strict decoding of the header.
// Way of the message: made by [seal] at intake; read by every hub; bound into the signed content.
// Pure. Values, any thread.
// Spec: docs/parcel-format.md#header. Tests: unit/protocol/header_test.cpp, vectors/header.json.
// Limits: header_bytes_max, attachments_max, references_max.
#include "protocol/header.hpp"

#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

// Field numbers; all that version 0 knows are critical.
namespace header_tag {
constexpr std::uint8_t id = 0x81;
constexpr std::uint8_t origin = 0x82;
constexpr std::uint8_t cls = 0x83;
constexpr std::uint8_t created = 0x84;
constexpr std::uint8_t time_to_live = 0x85;
constexpr std::uint8_t clock = 0x86;
constexpr std::uint8_t hop_limit = 0x87;
constexpr std::uint8_t attachment = 0x88;
constexpr std::uint8_t supersedes = 0x89;
constexpr std::uint8_t cancels = 0x8A;
constexpr std::uint8_t lockbox_root = 0x8B;
}  // namespace header_tag

constexpr std::array<field_rule, 11> header_rules{{
    {.tag = header_tag::id},
    {.tag = header_tag::origin},
    {.tag = header_tag::cls},
    {.tag = header_tag::created},
    {.tag = header_tag::time_to_live, .required = false},
    {.tag = header_tag::clock, .required = false},
    {.tag = header_tag::hop_limit, .required = false},
    {.tag = header_tag::attachment, .required = false, .list = true},
    {.tag = header_tag::supersedes, .required = false, .list = true},
    {.tag = header_tag::cancels, .required = false, .list = true},
    {.tag = header_tag::lockbox_root},
}};

// All sealed attachments together: the plain bytes and the DER around each piece.
constexpr std::uint64_t sealed_attachment_bytes_max =
    limits::attachment_bytes_max +
    (limits::attachment_bytes_max / limits::piece_bytes + limits::attachments_max) *
        limits::piece_overhead_bytes_max;

result<message_class> class_of(std::uint8_t value) {
    if (value >= message_class_count) {
        return errc::out_of_range;
    }
    return static_cast<message_class>(value);
}

//= PF-14
result<object_ref> decode_object_ref(byte_view field) {
    reader in{field};
    object_ref object;
    DHOW_TRY(object.sealed_digest, in.fixed<digest>());
    DHOW_TRY(const auto cls, in.u8());
    DHOW_TRY(object.cls, class_of(cls));
    DHOW_TRY(object.bytes, in.varint(sealed_attachment_bytes_max));
    DHOW_CHECK(in.end());
    if (object.cls == message_class::flash || object.bytes == 0) {
        return errc::out_of_range;
    }
    return object;
}

result<void> decode_object_refs(const field_set& fields, header& out) {
    const auto values = fields.all(header_tag::attachment);
    if (values.size() > limits::attachments_max) {
        return errc::too_long;
    }
    std::uint64_t total = 0;
    std::vector<digest> seen;
    for (const auto value : values) {
        DHOW_TRY(const auto object, decode_object_ref(value));
        if (std::ranges::find(seen, object.sealed_digest) != seen.end()) {
            return errc::duplicate_field;
        }
        seen.push_back(object.sealed_digest);
        total += object.bytes;
        out.attachments.push_back(object);
    }
    if (total > sealed_attachment_bytes_max) {
        return errc::too_long;
    }
    return {};
}

//= PF-15
result<void> decode_references(const field_set& fields, header& out) {
    const auto supersedes = fields.all(header_tag::supersedes);
    const auto cancels = fields.all(header_tag::cancels);
    if (supersedes.size() + cancels.size() > limits::references_max) {
        return errc::too_long;
    }
    std::vector<message_id> seen{out.id};
    const auto read = [&seen](const std::vector<byte_view>& values,
                              std::vector<message_id>& into) -> result<void> {
        for (const auto value : values) {
            DHOW_TRY(const auto id, fixed_in<message_id>(value));
            if (std::ranges::find(seen, id) != seen.end()) {
                return errc::duplicate_field;
            }
            seen.push_back(id);
            into.push_back(id);
        }
        return {};
    };
    DHOW_CHECK(read(supersedes, out.supersedes));
    DHOW_CHECK(read(cancels, out.cancels));
    return {};
}

//= PF-13
result<void> decode_options(const field_set& fields, header& out) {
    if (const auto value = fields.find(header_tag::time_to_live)) {
        constexpr auto max = std::chrono::seconds{limits::time_to_live_max}.count();
        DHOW_TRY(const auto seconds, varint_in(*value, static_cast<std::uint64_t>(max)));
        if (seconds == 0) {
            return errc::out_of_range;
        }
        out.time_to_live = std::chrono::seconds{static_cast<std::int64_t>(seconds)};
    }
    if (const auto value = fields.find(header_tag::clock)) {
        DHOW_TRY(const auto clock, u8_in(*value));
        if (clock == 0 || clock > static_cast<std::uint8_t>(clock_quality::doubtful)) {
            return clock == 0 ? errc::bad_encoding : errc::out_of_range;
        }
        out.clock = static_cast<clock_quality>(clock);
    }
    out.hop_limit = limits::hop_limit_default;
    if (const auto value = fields.find(header_tag::hop_limit)) {
        DHOW_TRY(out.hop_limit, u8_in(*value));
        if (out.hop_limit == limits::hop_limit_default) {
            return errc::bad_encoding;
        }
        if (out.hop_limit == 0 || out.hop_limit > limits::hop_limit_max) {
            return errc::out_of_range;
        }
    }
    return {};
}

//= PF-8
bool is_uuid7(const message_id& id) {
    return (id.value[6] & 0xF0) == 0x70 && (id.value[8] & 0xC0) == 0x80;
}

result<void> decode_identity(const field_set& fields, header& out) {
    DHOW_TRY(out.id, fixed_in<message_id>(fields.one(header_tag::id)));
    if (!is_uuid7(out.id)) {
        return errc::bad_encoding;
    }
    DHOW_TRY(out.origin, bureau_in(fields.one(header_tag::origin)));
    DHOW_TRY(const auto cls, u8_in(fields.one(header_tag::cls)));
    DHOW_TRY(out.cls, class_of(cls));
    DHOW_TRY(out.created, time_in(fields.one(header_tag::created)));
    DHOW_TRY(out.lockbox_root, fixed_in<digest>(fields.one(header_tag::lockbox_root)));
    return {};
}

void put_lists(field_writer& fields, const header& value) {
    for (const auto& object : value.attachments) {
        writer field;
        field.raw(object.sealed_digest.view()).u8(static_cast<std::uint8_t>(object.cls));
        fields.put(header_tag::attachment, field.varint(object.bytes).view());
    }
    for (const auto& id : value.supersedes) {
        fields.put(header_tag::supersedes, id.view());
    }
    for (const auto& id : value.cancels) {
        fields.put(header_tag::cancels, id.view());
    }
}

}  // namespace

bytes encode_header(const header& value) {
    field_writer fields{value.ignored};
    fields.put(header_tag::id, value.id.view());
    fields.put(header_tag::origin, value.origin.text());
    fields.put_u8(header_tag::cls, static_cast<std::uint8_t>(value.cls));
    fields.put_varint(header_tag::created, time_value(value.created));
    if (value.time_to_live) {
        fields.put_varint(header_tag::time_to_live,
                          static_cast<std::uint64_t>(value.time_to_live->count()));
    }
    if (value.clock != clock_quality::synchronised) {
        fields.put_u8(header_tag::clock, static_cast<std::uint8_t>(value.clock));
    }
    if (value.hop_limit != limits::hop_limit_default) {
        fields.put_u8(header_tag::hop_limit, value.hop_limit);
    }
    put_lists(fields, value);
    fields.put(header_tag::lockbox_root, value.lockbox_root.view());
    return writer{}.u8(value.version).u8(value.suite).raw(fields.finish()).take();
}

//= PF-10, PF-11
result<void> check_format(byte_view encoded_header) {
    reader in{encoded_header};
    DHOW_TRY(const auto version, in.u8());
    if (version != format_version) {
        return errc::unsupported_version;
    }
    DHOW_TRY(const auto suite, in.u8());
    if (suite != suite_p256) {
        return errc::unsupported_suite;
    }
    return {};
}

//= PF-12
result<header> decode_header(byte_view data) {
    if (data.size() > limits::header_bytes_max) {
        return errc::too_long;
    }
    DHOW_CHECK(check_format(data));
    reader in{data};
    header out;
    DHOW_TRY(out.version, in.u8());
    DHOW_TRY(out.suite, in.u8());
    DHOW_TRY(auto fields, read_fields(in.rest(), header_rules));
    DHOW_CHECK(decode_identity(fields, out));
    DHOW_CHECK(decode_options(fields, out));
    DHOW_CHECK(decode_object_refs(fields, out));
    DHOW_CHECK(decode_references(fields, out));
    out.ignored = std::move(fields.ignored);
    return out;
}

}  // namespace dhow::protocol
