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

namespace receipt_tag {
constexpr std::uint8_t issuer = 0x81;
constexpr std::uint8_t origin = 0x82;
constexpr std::uint8_t outcome = 0x83;
}  // namespace receipt_tag

constexpr std::array<field_rule, 3> receipt_rules{{
    {.tag = receipt_tag::issuer},
    {.tag = receipt_tag::origin},
    {.tag = receipt_tag::outcome, .list = true},
}};

namespace outcome_tag {
constexpr std::uint8_t id = 0x81;
constexpr std::uint8_t attempt = 0x82;
constexpr std::uint8_t recipient = 0x83;
constexpr std::uint8_t kind = 0x84;
constexpr std::uint8_t at = 0x85;
constexpr std::uint8_t seal_digest = 0x86;
constexpr std::uint8_t on_disk = 0x87;
constexpr std::uint8_t reason = 0x88;
constexpr std::uint8_t agency = 0x89;
}  // namespace outcome_tag

constexpr std::array<field_rule, 9> outcome_rules{{
    {.tag = outcome_tag::id},
    {.tag = outcome_tag::attempt, .required = false},
    {.tag = outcome_tag::recipient, .required = false},
    {.tag = outcome_tag::kind},
    {.tag = outcome_tag::at},
    {.tag = outcome_tag::seal_digest},
    {.tag = outcome_tag::on_disk, .required = false},
    {.tag = outcome_tag::reason, .required = false},
    {.tag = outcome_tag::agency, .required = false},
}};

constexpr std::array<std::string_view, 11> outcome_names{
    "unknown", "delivered", "complete", "taken",         "rejected", "refused",
    "expired", "cancelled", "too_late", "undeliverable", "removed"};

bytes encode_outcome(const outcome& value, bureau_id issuer) {
    field_writer fields{value.ignored};
    fields.put(outcome_tag::id, value.id.view());
    if (value.attempt != 0) {
        fields.put_u8(outcome_tag::attempt, value.attempt);
    }
    if (value.recipient != issuer) {
        fields.put(outcome_tag::recipient, value.recipient.text());
    }
    fields.put_u8(outcome_tag::kind, static_cast<std::uint8_t>(value.kind));
    fields.put_varint(outcome_tag::at, time_value(value.at));
    fields.put(outcome_tag::seal_digest, value.seal_digest.view());
    if (!value.on_disk.empty()) {
        writer digests;
        for (const auto& object : value.on_disk) {
            digests.raw(object.view());
        }
        fields.put(outcome_tag::on_disk, digests.view());
    }
    if (value.reason != 0) {
        fields.put_varint(outcome_tag::reason, value.reason);
    }
    if (!value.agency.empty()) {
        fields.put(outcome_tag::agency, value.agency);
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
    if (const auto attempt = fields.find(outcome_tag::attempt)) {
        DHOW_TRY(out.attempt, u8_in(*attempt));
        if (out.attempt == 0) {
            return errc::bad_encoding;
        }
    }
    out.recipient = issuer;
    if (const auto recipient = fields.find(outcome_tag::recipient)) {
        DHOW_TRY(out.recipient, bureau_in(*recipient));
        if (out.recipient == issuer) {
            return errc::bad_encoding;
        }
    }
    if (const auto objects = fields.find(outcome_tag::on_disk)) {
        DHOW_TRY(out.on_disk, decode_digests(*objects));
    }
    if (const auto reason = fields.find(outcome_tag::reason)) {
        DHOW_TRY(const auto number, varint_in(*reason, std::numeric_limits<std::uint16_t>::max()));
        if (number == 0) {
            return errc::bad_encoding;
        }
        out.reason = static_cast<std::uint16_t>(number);
    }
    if (const auto agency = fields.find(outcome_tag::agency)) {
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
    DHOW_TRY(out.id, fixed_in<message_id>(fields.one(outcome_tag::id)));
    DHOW_TRY(const auto kind, u8_in(fields.one(outcome_tag::kind)));
    if (kind == 0 || kind >= outcome_names.size()) {
        return errc::out_of_range;
    }
    out.kind = static_cast<outcome_kind>(kind);
    DHOW_TRY(out.at, time_in(fields.one(outcome_tag::at)));
    DHOW_TRY(out.seal_digest, fixed_in<digest>(fields.one(outcome_tag::seal_digest)));
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
    fields.put(receipt_tag::issuer, value.issuer.text())
        .put(receipt_tag::origin, value.origin.text());
    for (const auto& each : value.outcomes) {
        fields.put(receipt_tag::outcome, byte_view{encode_outcome(each, value.issuer)});
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
    DHOW_TRY(out.issuer, bureau_in(fields.one(receipt_tag::issuer)));
    DHOW_TRY(out.origin, bureau_in(fields.one(receipt_tag::origin)));
    const auto outcomes = fields.all(receipt_tag::outcome);
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
