// Encoding and strict decoding of the signed content of a message.
// Way of the message: written by intake, signed and sealed, read only by addressees.
// Pure. Values; keys of attachments are wiped by their owner (daemon/seal).
// Spec: docs/parcel-format.md#content. Tests: unit/protocol/content_test.cpp, fuzz/content*.
// Limits: text_bytes_max, short_text_bytes_max, attachments_max.
#include "protocol/content.hpp"

#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

constexpr std::uint8_t tag_kind = 0x81;
constexpr std::uint8_t tag_agency = 0x82;
constexpr std::uint8_t tag_subject = 0x83;
constexpr std::uint8_t tag_media_type = 0x84;
constexpr std::uint8_t tag_text = 0x85;
constexpr std::uint8_t tag_recipients = 0x86;
constexpr std::uint8_t tag_attachment = 0x87;

constexpr std::array<field_rule, 7> content_rules{{
    {.tag = tag_kind},
    {.tag = tag_agency},
    {.tag = tag_subject, .required = false},
    {.tag = tag_media_type},
    {.tag = tag_text},
    {.tag = tag_recipients, .required = false, .list = true},
    {.tag = tag_attachment, .required = false, .list = true},
}};

constexpr std::uint8_t tag_file_name = 0x81;
constexpr std::uint8_t tag_file_media_type = 0x82;
constexpr std::uint8_t tag_plain_bytes = 0x83;
constexpr std::uint8_t tag_sealed_digest = 0x84;
constexpr std::uint8_t tag_key = 0x85;
constexpr std::uint8_t tag_pieces = 0x86;

constexpr std::array<field_rule, 6> attachment_rules{{
    {.tag = tag_file_name},
    {.tag = tag_file_media_type},
    {.tag = tag_plain_bytes},
    {.tag = tag_sealed_digest},
    {.tag = tag_key},
    {.tag = tag_pieces},
}};

// Everything but text and piece digests fits into the allowance of limits.hpp.
constexpr std::size_t content_bytes_max = limits::sealed_text_bytes_max;

// Names and types: one line of clean text.
result<std::string> short_text(byte_view field) {
    if (field.size() > limits::short_text_bytes_max) {
        return errc::too_long;
    }
    if (!is_clean_text(as_text(field), false) || field.empty()) {
        return errc::bad_text;
    }
    return std::string{as_text(field)};
}

//= PF-51
result<attachment_entry> decode_attachment(byte_view field) {
    DHOW_TRY(auto fields, read_fields(field, attachment_rules));
    attachment_entry out;
    DHOW_TRY(out.file_name, short_text(fields.one(tag_file_name)));
    if (!is_clean_file_name(out.file_name)) {
        return errc::bad_text;
    }
    DHOW_TRY(out.media_type, short_text(fields.one(tag_file_media_type)));
    DHOW_TRY(out.bytes, varint_in(fields.one(tag_plain_bytes), limits::attachment_bytes_max));
    DHOW_TRY(out.sealed_digest, fixed_in<digest>(fields.one(tag_sealed_digest)));
    const auto key = fields.one(tag_key);
    if (key.size() != out.key.size()) {
        return errc::bad_encoding;
    }
    std::ranges::copy(key, out.key.begin());
    const auto pieces = fields.one(tag_pieces);
    if (pieces.size() != piece_count(out.bytes) * digest::size_bytes) {
        return errc::bad_encoding;
    }
    for (reader in{pieces}; !in.empty();) {
        DHOW_TRY(const auto piece, in.fixed<digest>());
        out.pieces.push_back(piece);
    }
    out.ignored = std::move(fields.ignored);
    return out;
}

result<void> decode_recipients(const std::vector<byte_view>& values, content& out) {
    if (values.size() > limits::recipients_max) {
        return errc::too_long;
    }
    for (const auto value : values) {
        DHOW_TRY(const auto recipient, bureau_in(value));
        if (std::ranges::find(out.recipients, recipient) != out.recipients.end()) {
            return errc::duplicate_field;
        }
        out.recipients.push_back(recipient);
    }
    return {};
}

result<void> decode_attachments(const std::vector<byte_view>& values, content& out) {
    if (values.size() > limits::attachments_max) {
        return errc::too_long;
    }
    std::uint64_t total = 0;
    for (const auto value : values) {
        DHOW_TRY(auto attachment, decode_attachment(value));
        total += attachment.bytes;
        out.attachments.push_back(std::move(attachment));
    }
    if (total > limits::attachment_bytes_max) {
        return errc::too_long;
    }
    return {};
}

bytes encode_attachment(const attachment_entry& value) {
    field_writer fields{value.ignored};
    fields.put(tag_file_name, value.file_name).put(tag_file_media_type, value.media_type);
    fields.put_varint(tag_plain_bytes, value.bytes);
    fields.put(tag_sealed_digest, value.sealed_digest.view()).put(tag_key, byte_view{value.key});
    writer pieces;
    for (const auto& piece : value.pieces) {
        pieces.raw(piece.view());
    }
    return fields.put(tag_pieces, pieces.view()).finish();
}

}  // namespace

std::size_t piece_count(std::uint64_t plain_bytes) {
    const auto full =
        static_cast<std::size_t>((plain_bytes + limits::piece_bytes - 1) / limits::piece_bytes);
    return std::max<std::size_t>(full, 1);
}

bytes encode_content(const content& value) {
    field_writer fields{value.ignored};
    fields.put(tag_kind, value.kind).put(tag_agency, value.agency);
    if (!value.subject.empty()) {
        fields.put(tag_subject, value.subject);
    }
    fields.put(tag_media_type, value.media_type).put(tag_text, byte_view{value.text});
    for (const auto& recipient : value.recipients) {
        fields.put(tag_recipients, recipient.text());
    }
    for (const auto& attachment : value.attachments) {
        fields.put(tag_attachment, byte_view{encode_attachment(attachment)});
    }
    return writer{}.u8(format_version).raw(fields.finish()).take();
}

//= PF-50
result<content> decode_content(byte_view data) {
    if (data.size() > content_bytes_max) {
        return errc::too_long;
    }
    reader in{data};
    DHOW_TRY(const auto version, in.u8());
    if (version != format_version) {
        return errc::unsupported_version;
    }
    DHOW_TRY(auto fields, read_fields(in.rest(), content_rules));
    content out;
    DHOW_TRY(out.kind, short_text(fields.one(tag_kind)));
    DHOW_TRY(out.agency, short_text(fields.one(tag_agency)));
    if (const auto subject = fields.find(tag_subject)) {
        DHOW_TRY(out.subject, short_text(*subject));
    }
    DHOW_TRY(out.media_type, short_text(fields.one(tag_media_type)));
    if (fields.one(tag_text).size() > limits::text_bytes_max) {
        return errc::too_long;
    }
    out.text = to_bytes(fields.one(tag_text));
    DHOW_CHECK(decode_recipients(fields.all(tag_recipients), out));
    DHOW_CHECK(decode_attachments(fields.all(tag_attachment), out));
    out.ignored = std::move(fields.ignored);
    return out;
}

}  // namespace dhow::protocol
