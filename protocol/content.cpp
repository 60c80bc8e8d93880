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

namespace content_tag {
constexpr std::uint8_t kind = 0x81;
constexpr std::uint8_t agency = 0x82;
constexpr std::uint8_t subject = 0x83;
constexpr std::uint8_t media_type = 0x84;
constexpr std::uint8_t text = 0x85;
constexpr std::uint8_t recipients = 0x86;
constexpr std::uint8_t attachment = 0x87;
}  // namespace content_tag

constexpr std::array<field_rule, 7> content_rules{{
    {.tag = content_tag::kind},
    {.tag = content_tag::agency},
    {.tag = content_tag::subject, .required = false},
    {.tag = content_tag::media_type},
    {.tag = content_tag::text},
    {.tag = content_tag::recipients, .required = false, .list = true},
    {.tag = content_tag::attachment, .required = false, .list = true},
}};

namespace attachment_tag {
constexpr std::uint8_t file_name = 0x81;
constexpr std::uint8_t file_media_type = 0x82;
constexpr std::uint8_t plain_bytes = 0x83;
constexpr std::uint8_t sealed_digest = 0x84;
constexpr std::uint8_t key = 0x85;
constexpr std::uint8_t pieces = 0x86;
}  // namespace attachment_tag

constexpr std::array<field_rule, 6> attachment_rules{{
    {.tag = attachment_tag::file_name},
    {.tag = attachment_tag::file_media_type},
    {.tag = attachment_tag::plain_bytes},
    {.tag = attachment_tag::sealed_digest},
    {.tag = attachment_tag::key},
    {.tag = attachment_tag::pieces},
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
    DHOW_TRY(out.file_name, short_text(fields.one(attachment_tag::file_name)));
    if (!is_clean_file_name(out.file_name)) {
        return errc::bad_text;
    }
    DHOW_TRY(out.media_type, short_text(fields.one(attachment_tag::file_media_type)));
    DHOW_TRY(out.bytes,
             varint_in(fields.one(attachment_tag::plain_bytes), limits::attachment_bytes_max));
    DHOW_TRY(out.sealed_digest, fixed_in<digest>(fields.one(attachment_tag::sealed_digest)));
    const auto key = fields.one(attachment_tag::key);
    if (key.size() != out.key.size()) {
        return errc::bad_encoding;
    }
    std::ranges::copy(key, out.key.begin());
    const auto pieces = fields.one(attachment_tag::pieces);
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
    fields.put(attachment_tag::file_name, value.file_name)
        .put(attachment_tag::file_media_type, value.media_type);
    fields.put_varint(attachment_tag::plain_bytes, value.bytes);
    fields.put(attachment_tag::sealed_digest, value.sealed_digest.view())
        .put(attachment_tag::key, byte_view{value.key});
    writer pieces;
    for (const auto& piece : value.pieces) {
        pieces.raw(piece.view());
    }
    return fields.put(attachment_tag::pieces, pieces.view()).finish();
}

}  // namespace

std::size_t piece_count(std::uint64_t plain_bytes) {
    const auto full =
        static_cast<std::size_t>((plain_bytes + limits::piece_bytes - 1) / limits::piece_bytes);
    return std::max<std::size_t>(full, 1);
}

bytes encode_content(const content& value) {
    field_writer fields{value.ignored};
    fields.put(content_tag::kind, value.kind).put(content_tag::agency, value.agency);
    if (!value.subject.empty()) {
        fields.put(content_tag::subject, value.subject);
    }
    fields.put(content_tag::media_type, value.media_type)
        .put(content_tag::text, byte_view{value.text});
    for (const auto& recipient : value.recipients) {
        fields.put(content_tag::recipients, recipient.text());
    }
    for (const auto& attachment : value.attachments) {
        fields.put(content_tag::attachment, byte_view{encode_attachment(attachment)});
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
    DHOW_TRY(out.kind, short_text(fields.one(content_tag::kind)));
    DHOW_TRY(out.agency, short_text(fields.one(content_tag::agency)));
    if (const auto subject = fields.find(content_tag::subject)) {
        DHOW_TRY(out.subject, short_text(*subject));
    }
    DHOW_TRY(out.media_type, short_text(fields.one(content_tag::media_type)));
    if (fields.one(content_tag::text).size() > limits::text_bytes_max) {
        return errc::too_long;
    }
    out.text = to_bytes(fields.one(content_tag::text));
    DHOW_CHECK(decode_recipients(fields.all(content_tag::recipients), out));
    DHOW_CHECK(decode_attachments(fields.all(content_tag::attachment), out));
    out.ignored = std::move(fields.ignored);
    return out;
}

}  // namespace dhow::protocol
