// Encoding and strict decoding of receipts and the outcomes under them.
// Way of the message: made where an outcome falls, goes back to the origin, ends in its evidence.
// Pure. Values, any thread.
// Spec: docs/parcel-format.md#receipt. Tests: unit/protocol/receipt_test.cpp, vectors/receipt.json.
// Limits: outcomes_per_receipt_max, receipt_bytes_max.
#include "protocol/receipt.hpp"

#include "protocol/content.hpp"
#include "protocol/limits.hpp"
#include "protocol/lockbox_codec.hpp"
#include "protocol/try.hpp"

#include <limits>

namespace dhow::protocol {

namespace {

constexpr std::uint8_t tag_issuer = 0x81;
constexpr std::uint8_t tag_origin = 0x82;
constexpr std::uint8_t tag_outcome = 0x83;

constexpr std::array<field_rule, 3> receipt_rules{{
    {.tag = tag_issuer},
    {.tag = tag_origin},
    {.tag = tag_outcome, .list = true},
}};

constexpr std::uint8_t tag_id = 0x81;
constexpr std::uint8_t tag_attempt = 0x82;
constexpr std::uint8_t tag_recipient = 0x83;
constexpr std::uint8_t tag_kind = 0x84;
constexpr std::uint8_t tag_at = 0x85;
constexpr std::uint8_t tag_seal_digest = 0x86;
constexpr std::uint8_t tag_on_disk = 0x87;
constexpr std::uint8_t tag_reason = 0x88;
constexpr std::uint8_t tag_agency = 0x89;

constexpr std::array<field_rule, 9> outcome_rules{{
    {.tag = tag_id},
    {.tag = tag_attempt, .required = false},
    {.tag = tag_recipient, .required = false},
    {.tag = tag_kind},
    {.tag = tag_at},
    {.tag = tag_seal_digest},
    {.tag = tag_on_disk, .required = false},
    {.tag = tag_reason, .required = false},
    {.tag = tag_agency, .required = false},
}};

constexpr std::array<std::string_view, 10> outcome_names{
    "unknown", "delivered", "complete",  "taken",    "rejected",
    "refused", "expired",   "cancelled", "too_late", "undeliverable"};

bytes encode_outcome(const outcome& value, bureau_id issuer) {
    field_writer fields{value.ignored};
    fields.put(tag_id, value.id.view());
    if (value.attempt != 0) {
        fields.put_u8(tag_attempt, value.attempt);
    }
    if (value.recipient != issuer) {
        fields.put(tag_recipient, value.recipient.text());
    }
    fields.put_u8(tag_kind, static_cast<std::uint8_t>(value.kind));
    fields.put_varint(tag_at, time_value(value.at));
    fields.put(tag_seal_digest, value.seal_digest.view());
    if (!value.on_disk.empty()) {
        writer digests;
        for (const auto& object : value.on_disk) {
            digests.raw(object.view());
        }
        fields.put(tag_on_disk, digests.view());
    }
    if (value.reason != 0) {
        fields.put_varint(tag_reason, value.reason);
    }
    if (!value.agency.empty()) {
        fields.put(tag_agency, value.agency);
    }
    return fields.finish();
}

result<std::vector<digest>> decode_digests(byte_view field) {
    if (field.empty() || field.size() % digest::size_bytes != 0) {
        return errc::bad_encoding;
    }
    if (field.size() / digest::size_bytes > limits::attachments_max + 1) {
        return errc::too_long;
    }
    std::vector<digest> out;
    for (reader in{field}; !in.empty();) {
        DHOW_TRY(const auto value, in.fixed<digest>());
        out.push_back(value);
    }
    return out;
}

//= PF-62
result<void> decode_outcome_options(const field_set& fields, bureau_id issuer, outcome& out) {
    if (const auto attempt = fields.find(tag_attempt)) {
        DHOW_TRY(out.attempt, u8_in(*attempt));
        if (out.attempt == 0) {
            return errc::bad_encoding;
        }
    }
    out.recipient = issuer;
    if (const auto recipient = fields.find(tag_recipient)) {
        DHOW_TRY(out.recipient, bureau_in(*recipient));
        if (out.recipient == issuer) {
            return errc::bad_encoding;
        }
    }
    if (const auto objects = fields.find(tag_on_disk)) {
        DHOW_TRY(out.on_disk, decode_digests(*objects));
    }
    if (const auto reason = fields.find(tag_reason)) {
        DHOW_TRY(const auto number, varint_in(*reason, std::numeric_limits<std::uint16_t>::max()));
        if (number == 0) {
            return errc::bad_encoding;
        }
        out.reason = static_cast<std::uint16_t>(number);
    }
    if (const auto agency = fields.find(tag_agency)) {
        if (agency->size() > limits::short_text_bytes_max) {
            return errc::too_long;
        }
        if (agency->empty() || !is_clean_text(as_text(*agency), false)) {
            return errc::bad_text;
        }
        out.agency = as_text(*agency);
    }
    return {};
}

//= PF-61
result<outcome> decode_outcome(byte_view field, bureau_id issuer) {
    DHOW_TRY(auto fields, read_fields(field, outcome_rules));
    outcome out;
    DHOW_TRY(out.id, fixed_in<message_id>(fields.one(tag_id)));
    DHOW_TRY(const auto kind, u8_in(fields.one(tag_kind)));
    if (kind == 0 || kind >= outcome_names.size()) {
        return errc::out_of_range;
    }
    out.kind = static_cast<outcome_kind>(kind);
    DHOW_TRY(out.at, time_in(fields.one(tag_at)));
    DHOW_TRY(out.seal_digest, fixed_in<digest>(fields.one(tag_seal_digest)));
    DHOW_CHECK(decode_outcome_options(fields, issuer, out));
    out.ignored = std::move(fields.ignored);
    return out;
}

}  // namespace

std::string_view to_text(outcome_kind value) {
    const auto index = static_cast<std::size_t>(value);
    return index < outcome_names.size() ? outcome_names[index] : outcome_names[0];
}

bytes encode_receipt_content(const receipt_content& value) {
    field_writer fields{value.ignored};
    fields.put(tag_issuer, value.issuer.text()).put(tag_origin, value.origin.text());
    for (const auto& each : value.outcomes) {
        fields.put(tag_outcome, byte_view{encode_outcome(each, value.issuer)});
    }
    return writer{}.u8(value.version).raw(fields.finish()).take();
}

//= PF-60
result<receipt_content> decode_receipt_content(byte_view data) {
    if (data.size() > limits::receipt_bytes_max) {
        return errc::too_long;
    }
    reader in{data};
    receipt_content out;
    DHOW_TRY(out.version, in.u8());
    if (out.version != format_version) {
        return errc::unsupported_version;
    }
    DHOW_TRY(auto fields, read_fields(in.rest(), receipt_rules));
    DHOW_TRY(out.issuer, bureau_in(fields.one(tag_issuer)));
    DHOW_TRY(out.origin, bureau_in(fields.one(tag_origin)));
    const auto outcomes = fields.all(tag_outcome);
    if (outcomes.size() > limits::outcomes_per_receipt_max) {
        return errc::too_long;
    }
    for (const auto value : outcomes) {
        DHOW_TRY(auto each, decode_outcome(value, out.issuer));
        out.outcomes.push_back(std::move(each));
    }
    out.ignored = std::move(fields.ignored);
    return out;
}

bytes encode_receipt(const receipt& value) {
    writer out;
    out.sized(byte_view{value.content}).raw(value.signer.view());
    out.raw(value.signer_certificate.view());
    out.varint(static_cast<std::uint64_t>(value.signed_at.time_since_epoch().count()));
    return out.raw(value.value.view()).take();
}

//= PF-63
result<receipt> decode_receipt(byte_view data) {
    reader in{data};
    receipt out;
    DHOW_TRY(const auto content, in.sized(limits::receipt_bytes_max));
    out.content = to_bytes(content);
    DHOW_TRY(out.signer, in.fixed<key_id>());
    DHOW_TRY(out.signer_certificate, in.fixed<digest>());
    DHOW_TRY(out.signed_at, read_signing_time(in));
    DHOW_TRY(out.value, in.fixed<signature>());
    DHOW_CHECK(in.end());
    if (!is_canonical(out.value)) {
        return errc::bad_encoding;
    }
    return out;
}

}  // namespace dhow::protocol
