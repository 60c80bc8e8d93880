// Encoding and strict decoding of audit leaves and checkpoints; pseudonyms.
// Way of the message: each event of it becomes a leaf; peers remember checkpoints.
// Pure: digests through protocol::hasher. Values, any thread.
// Spec: docs/audit-format.md. Tests: unit/protocol/audit_test.cpp, vectors/audit.json.
// Limits: audit_leaf_bytes_max, audit_name_bytes_max, audit_leaves_max.
#include "protocol/audit.hpp"

#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <algorithm>
#include <limits>

namespace dhow::protocol {

namespace {

constexpr std::uint8_t pseudonym_prefix = 0x03;
enum class pseudonym : std::uint8_t { message = 1, recipient = 2, actor = 3, detail = 4 };

namespace leaf_tag {
constexpr std::uint8_t at = 0x81;
constexpr std::uint8_t what = 0x82;
constexpr std::uint8_t message = 0x83;
constexpr std::uint8_t recipient = 0x84;
constexpr std::uint8_t actor = 0x85;
constexpr std::uint8_t code = 0x86;
constexpr std::uint8_t detail = 0x87;
}  // namespace leaf_tag

constexpr std::array<field_rule, 7> leaf_rules{{
    {.tag = leaf_tag::at},
    {.tag = leaf_tag::what},
    {.tag = leaf_tag::message, .required = false},
    {.tag = leaf_tag::recipient, .required = false},
    {.tag = leaf_tag::actor},
    {.tag = leaf_tag::code, .required = false},
    {.tag = leaf_tag::detail, .required = false},
}};

namespace statement_tag {
constexpr std::uint8_t bureau = 0x81;
constexpr std::uint8_t instance = 0x82;
constexpr std::uint8_t epoch = 0x83;
constexpr std::uint8_t tree_size = 0x84;
constexpr std::uint8_t root = 0x85;
constexpr std::uint8_t stated_at = 0x86;
}  // namespace statement_tag

constexpr std::array<field_rule, 6> statement_rules{{
    {.tag = statement_tag::bureau},
    {.tag = statement_tag::instance},
    {.tag = statement_tag::epoch},
    {.tag = statement_tag::tree_size},
    {.tag = statement_tag::root},
    {.tag = statement_tag::stated_at},
}};

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= limits::audit_name_bytes_max &&
           std::ranges::all_of(
               text, [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; });
}

//= AF-4
digest pseudonym_of(pseudonym kind, const audit_blind& blind, byte_view value, const hasher& hash) {
    const std::array<std::uint8_t, 2> head{pseudonym_prefix, static_cast<std::uint8_t>(kind)};
    return hash.sha256({head, blind.view(), value});
}

/// The fields behind the version, which decides how they are read.
result<field_set> versioned_fields(byte_view data, std::span<const field_rule> rules) {
    if (data.size() > limits::audit_leaf_bytes_max) {
        return errc::too_long;
    }
    reader in{data};
    DHOW_TRY(const auto version, in.u8());
    if (version != format_version) {
        return errc::unsupported_version;
    }
    return read_fields(in.rest(), rules);
}

result<std::optional<digest>> optional_digest(const field_set& fields, std::uint8_t tag) {
    const auto field = fields.find(tag);
    if (!field) {
        return std::optional<digest>{};
    }
    DHOW_TRY(const auto value, fixed_in<digest>(*field));
    return std::optional{value};
}

void put_optional(field_writer& fields, std::uint8_t tag, const std::optional<digest>& value) {
    if (value) {
        fields.put(tag, value->view());
    }
}

}  // namespace

//= AF-3, AF-5
audit_leaf make_audit_leaf(const audit_event& event, const audit_blind& blind, const hasher& hash) {
    DHOW_ENSURE(is_name(event.what));
    DHOW_ENSURE(event.recipient.empty() || !event.origin.empty());
    audit_leaf out;
    out.at = event.at;
    out.what = event.what;
    out.code = event.code;
    out.actor = pseudonym_of(pseudonym::actor, blind, as_bytes(event.actor), hash);
    if (!event.origin.empty()) {
        const auto message = writer{}.sized(event.origin.text()).raw(event.id.view()).take();
        out.message = pseudonym_of(pseudonym::message, blind, message, hash);
    }
    if (!event.recipient.empty()) {
        const auto recipient = as_bytes(event.recipient.text());
        out.recipient = pseudonym_of(pseudonym::recipient, blind, recipient, hash);
    }
    if (!event.text.empty()) {
        out.detail = pseudonym_of(pseudonym::detail, blind, as_bytes(event.text), hash);
    }
    return out;
}

bytes encode_audit_leaf(const audit_leaf& value) {
    field_writer fields{value.ignored};
    fields.put_varint(leaf_tag::at, time_value(value.at));
    fields.put(leaf_tag::what, value.what);
    put_optional(fields, leaf_tag::message, value.message);
    put_optional(fields, leaf_tag::recipient, value.recipient);
    fields.put(leaf_tag::actor, value.actor.view());
    if (value.code != 0) {
        fields.put_varint(leaf_tag::code, value.code);
    }
    put_optional(fields, leaf_tag::detail, value.detail);
    return writer{}.u8(format_version).raw(fields.finish()).take();
}

//= AF-1, AF-2, AF-3
result<audit_leaf> decode_audit_leaf(byte_view data) {
    DHOW_TRY(auto fields, versioned_fields(data, leaf_rules));
    audit_leaf out;
    DHOW_TRY(out.at, time_in(fields.one(leaf_tag::at)));
    out.what = as_text(fields.one(leaf_tag::what));
    if (!is_name(out.what)) {
        return errc::bad_text;
    }
    DHOW_TRY(out.message, optional_digest(fields, leaf_tag::message));
    DHOW_TRY(out.recipient, optional_digest(fields, leaf_tag::recipient));
    DHOW_TRY(out.actor, fixed_in<digest>(fields.one(leaf_tag::actor)));
    DHOW_TRY(out.detail, optional_digest(fields, leaf_tag::detail));
    if (out.recipient && !out.message) {
        return errc::missing_field;
    }
    if (const auto code = fields.find(leaf_tag::code)) {
        DHOW_TRY(const auto number, varint_in(*code, std::numeric_limits<std::uint16_t>::max()));
        if (number == 0) {
            return errc::bad_encoding;
        }
        out.code = static_cast<std::uint16_t>(number);
    }
    out.ignored = std::move(fields.ignored);
    return out;
}

bytes encode_audit_statement(const audit_statement& value) {
    field_writer fields{value.ignored};
    fields.put(statement_tag::bureau, value.bureau.text());
    fields.put(statement_tag::instance, value.instance.view());
    fields.put_varint(statement_tag::epoch, value.epoch);
    fields.put_varint(statement_tag::tree_size, value.checkpoint.tree_size);
    fields.put(statement_tag::root, value.checkpoint.root.view());
    fields.put_varint(statement_tag::stated_at, time_value(value.at));
    return writer{}.u8(format_version).raw(fields.finish()).take();
}

//= AF-7
result<audit_statement> decode_audit_statement(byte_view data) {
    DHOW_TRY(auto fields, versioned_fields(data, statement_rules));
    audit_statement out;
    DHOW_TRY(out.bureau, bureau_in(fields.one(statement_tag::bureau)));
    DHOW_TRY(out.instance, fixed_in<instance_id>(fields.one(statement_tag::instance)));
    DHOW_TRY(out.epoch, varint_in(fields.one(statement_tag::epoch),
                                  std::numeric_limits<std::uint64_t>::max()));
    DHOW_TRY(out.checkpoint.tree_size,
             varint_in(fields.one(statement_tag::tree_size), limits::audit_leaves_max));
    DHOW_TRY(out.checkpoint.root, fixed_in<digest>(fields.one(statement_tag::root)));
    DHOW_TRY(out.at, time_in(fields.one(statement_tag::stated_at)));
    out.ignored = std::move(fields.ignored);
    return out;
}

//= AF-8
std::optional<audit_statement> statement_of(const hello& from) {
    if (!from.checkpoint) {
        return std::nullopt;
    }
    return audit_statement{.bureau = from.bureau,
                           .instance = from.instance,
                           .epoch = from.epoch,
                           .checkpoint = *from.checkpoint,
                           .at = from.time,
                           .ignored = {}};
}

//= AF-9
result<void> compare_statements(const audit_statement& one, const audit_statement& other) {
    const bool same_log =
        one.bureau == other.bureau && one.instance == other.instance && one.epoch == other.epoch;
    if (same_log && one.checkpoint.tree_size == other.checkpoint.tree_size &&
        one.checkpoint.root != other.checkpoint.root) {
        return errc::equivocation;
    }
    return {};
}

}  // namespace dhow::protocol
