// HELLO to bytes and back: tagged fields under the extension rule, and what its signature covers.
// Way of the message: link_session, before anything else.
// Pure.
// Spec: docs/link-protocol.md#hello. Tests: unit/protocol/frame_test.cpp, vectors/hello.json.
// Limits: hello_bytes_max, partials_in_hello_max.
#include "protocol/bytes.hpp"
#include "protocol/ensure.hpp"
#include "protocol/frame.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

namespace dhow::protocol {

namespace {

namespace hello_tag {
enum : std::uint8_t {
    version = 1,
    bureau = 2,
    instance = 3,
    epoch = 4,
    boot = 5,
    directory_serial = 6,
    directory_head = 7,
    time = 8,
    inline_credit = 9,
    frame_bytes = 10,
    sent_count = 11,
    received_count = 12,
    partial = 13,
    checkpoint = 14,
    trial = 0x8f,   ///< Critical: who does not know it would take the session for a real one.
    known = 0x90,   ///< Critical: who does not know it would take offers in an old copy.
    beside = 0x91,  ///< Critical: who does not know it would end the other session for it.
};
}  // namespace hello_tag

constexpr std::array<field_rule, 17> hello_rules{{
    {hello_tag::version},
    {hello_tag::bureau},
    {hello_tag::instance},
    {hello_tag::epoch},
    {hello_tag::boot},
    {hello_tag::directory_serial},
    {hello_tag::directory_head},
    {hello_tag::time},
    {hello_tag::inline_credit},
    {hello_tag::frame_bytes},
    {hello_tag::sent_count},
    {hello_tag::received_count},
    {.tag = hello_tag::partial, .required = false, .list = true},
    {.tag = hello_tag::checkpoint, .required = false},
    {.tag = hello_tag::trial, .required = false},
    {.tag = hello_tag::known, .required = false},
    {.tag = hello_tag::beside, .required = false},
}};

constexpr std::uint64_t any_number = ~std::uint64_t{0};
constexpr std::string_view signature_label = "dhow/1 hello";

result<std::vector<partial_transfer>> read_partials(const field_set& fields) {
    const auto values = fields.all(hello_tag::partial);
    if (values.size() > limits::partials_in_hello_max) {
        return errc::too_long;
    }
    std::vector<partial_transfer> out;
    for (const auto& value : values) {
        reader in{value};
        partial_transfer one;
        DHOW_TRY(one.object, in.fixed<digest>());
        DHOW_TRY(one.durable_bytes, in.varint());
        DHOW_CHECK(in.end());
        out.push_back(one);
    }
    return out;
}

result<std::optional<audit_checkpoint>> read_checkpoint(const field_set& fields) {
    const auto value = fields.find(hello_tag::checkpoint);
    if (!value) {
        return std::optional<audit_checkpoint>{};
    }
    reader in{*value};
    audit_checkpoint out;
    DHOW_TRY(out.root, in.fixed<digest>());
    DHOW_TRY(out.tree_size, in.varint());
    DHOW_CHECK(in.end());
    return std::optional{out};
}

//= LP-27, LP-58
result<void> read_mark(const field_set& fields, std::uint8_t tag, bool& out) {
    const auto value = fields.find(tag);
    if (!value) {
        return {};
    }
    DHOW_TRY(const auto number, u8_in(*value));
    if (number != 1) {
        return errc::out_of_range;
    }
    out = true;
    return {};
}

//= LP-29
result<std::optional<known_store>> read_known(const field_set& fields) {
    const auto value = fields.find(hello_tag::known);
    if (!value) {
        return std::optional<known_store>{};
    }
    reader in{*value};
    known_store out;
    DHOW_TRY(out.instance, in.fixed<instance_id>());
    DHOW_TRY(out.epoch, in.varint());
    DHOW_TRY(out.boot, in.varint());
    DHOW_CHECK(in.end());
    return std::optional{out};
}

result<void> read_who(const field_set& fields, hello& out) {
    DHOW_TRY(out.version, u8_in(fields.one(hello_tag::version)));
    if (out.version != format_version) {
        return errc::unsupported_version;
    }
    DHOW_TRY(out.bureau, bureau_in(fields.one(hello_tag::bureau)));
    DHOW_TRY(out.instance, fixed_in<instance_id>(fields.one(hello_tag::instance)));
    DHOW_TRY(out.epoch, varint_in(fields.one(hello_tag::epoch), any_number));
    DHOW_TRY(out.boot, varint_in(fields.one(hello_tag::boot), any_number));
    DHOW_TRY(out.directory_serial, varint_in(fields.one(hello_tag::directory_serial), any_number));
    DHOW_TRY(out.directory_head, fixed_in<digest>(fields.one(hello_tag::directory_head)));
    DHOW_TRY(out.time, time_in(fields.one(hello_tag::time)));
    return {};
}

result<void> read_limits(const field_set& fields, hello& out) {
    DHOW_TRY(const auto credit, varint_in(fields.one(hello_tag::inline_credit), 0xffff'ffff));
    DHOW_TRY(const auto frame_bytes,
             varint_in(fields.one(hello_tag::frame_bytes), limits::frame_payload_bytes_max));
    if (frame_bytes < limits::frame_bytes_min) {
        return errc::out_of_range;
    }
    out.inline_credit_bytes = static_cast<std::uint32_t>(credit);
    out.frame_bytes_max = static_cast<std::uint32_t>(frame_bytes);
    DHOW_TRY(out.sent_count, varint_in(fields.one(hello_tag::sent_count), any_number));
    DHOW_TRY(out.received_count, varint_in(fields.one(hello_tag::received_count), any_number));
    return {};
}

}  // namespace

//= LP-26
bytes hello_to_be_signed(bool is_dialler, byte_view exporter, byte_view encoded_hello) {
    constexpr std::uint8_t dialler = 1;
    constexpr std::uint8_t listener = 2;
    writer out;
    out.raw(as_bytes(signature_label)).u8(0).u8(is_dialler ? dialler : listener);
    out.sized(exporter).raw(encoded_hello);
    return out.take();
}

//= LP-10
bytes encode_hello(const hello& value) {
    DHOW_ENSURE(value.partials.size() <= limits::partials_in_hello_max);
    field_writer out{value.ignored};
    out.put_u8(hello_tag::version, value.version).put(hello_tag::bureau, value.bureau.text());
    out.put(hello_tag::instance, value.instance.view()).put_varint(hello_tag::epoch, value.epoch);
    out.put_varint(hello_tag::boot, value.boot);
    out.put_varint(hello_tag::directory_serial, value.directory_serial);
    out.put(hello_tag::directory_head, value.directory_head.view());
    out.put_varint(hello_tag::time, time_value(value.time));
    out.put_varint(hello_tag::inline_credit, value.inline_credit_bytes);
    out.put_varint(hello_tag::frame_bytes, value.frame_bytes_max);
    out.put_varint(hello_tag::sent_count, value.sent_count);
    out.put_varint(hello_tag::received_count, value.received_count);
    for (const auto& it : value.partials) {
        out.put(hello_tag::partial, writer{}.raw(it.object.view()).varint(it.durable_bytes).view());
    }
    if (value.checkpoint) {
        const auto& it = *value.checkpoint;
        out.put(hello_tag::checkpoint, writer{}.raw(it.root.view()).varint(it.tree_size).view());
    }
    if (value.is_trial) {
        out.put_u8(hello_tag::trial, 1);
    }
    if (value.known) {
        const auto& it = *value.known;
        out.put(hello_tag::known,
                writer{}.raw(it.instance.view()).varint(it.epoch).varint(it.boot).view());
    }
    if (value.is_beside) {
        out.put_u8(hello_tag::beside, 1);
    }
    return out.finish();
}

//= LP-10
result<hello> decode_hello(byte_view data) {
    if (data.size() > limits::hello_bytes_max) {
        return errc::too_long;
    }
    DHOW_TRY(auto fields, read_fields(data, hello_rules));
    hello out;
    DHOW_CHECK(read_who(fields, out));
    DHOW_CHECK(read_limits(fields, out));
    DHOW_TRY(out.partials, read_partials(fields));
    DHOW_TRY(out.checkpoint, read_checkpoint(fields));
    DHOW_CHECK(read_mark(fields, hello_tag::trial, out.is_trial));
    DHOW_TRY(out.known, read_known(fields));
    DHOW_CHECK(read_mark(fields, hello_tag::beside, out.is_beside));
    out.ignored = std::move(fields.ignored);
    return out;
}

}  // namespace dhow::protocol
