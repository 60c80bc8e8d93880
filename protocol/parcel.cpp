// Encoding and strict decoding of the sealed message's parts: seal, preamble, body.
// Way of the message: made by [seal], stored and sent in this form, rebuilt as CMS by verifiers.
// Pure. Values, any thread.
// Spec: docs/parcel-format.md. Tests: unit/protocol/parcel_test.cpp, vectors/parcel.json.
// Limits: preamble_bytes_max, sealed_text_bytes_max.
#include "protocol/parcel.hpp"

#include "protocol/limits.hpp"
#include "protocol/lockbox_codec.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

using half_block = std::array<std::uint8_t, 32>;

// Order n of the group of P-256, and n / 2 rounded down (SEC 2 section 2.4.2).
constexpr half_block group_order{0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
                                 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
                                 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
constexpr half_block half_order{0x7F, 0xFF, 0xFF, 0xFF, 0x80, 0x00, 0x00, 0x00, 0x7F, 0xFF, 0xFF,
                                0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xDE, 0x73, 0x7D, 0x56, 0xD3, 0x8B,
                                0xCF, 0x42, 0x79, 0xDC, 0xE5, 0x61, 0x7E, 0x31, 0x92, 0xA8};

// First octet of an uncompressed point (SEC 1 section 2.3.3).
constexpr std::uint8_t uncompressed_point = 0x04;
// The end of the year 9999, the last that GeneralizedTime can name.
constexpr std::uint64_t year_9999_end = 253'402'300'799;

void append_signed_part(writer& out, const seal& value) {
    out.sized(byte_view{value.header});
    out.raw(value.body_digest.view()).varint(value.body_bytes);
    out.raw(value.inner_digest.view()).varint(value.directory_serial);
}

//= PF-20
result<seal> read_seal(reader& in) {
    seal out;
    DHOW_TRY(const auto header, in.sized(limits::header_bytes_max));
    out.header = to_bytes(header);
    DHOW_TRY(out.body_digest, in.fixed<digest>());
    DHOW_TRY(out.body_bytes, in.varint(limits::sealed_text_bytes_max));
    DHOW_TRY(out.inner_digest, in.fixed<digest>());
    DHOW_TRY(out.directory_serial, in.varint());
    DHOW_TRY(out.signer, in.fixed<key_id>());
    DHOW_TRY(out.signer_certificate, in.fixed<digest>());
    DHOW_TRY(out.signed_at, read_signing_time(in));
    DHOW_TRY(out.value, in.fixed<signature>());
    if (!is_canonical(out.value)) {
        return errc::bad_encoding;
    }
    return out;
}

}  // namespace

//= PF-9
bool is_canonical(const signature& value) {
    const auto r = byte_view{value.value}.first<32>();
    const auto s = byte_view{value.value}.last<32>();
    const auto is_zero = [](byte_view number) {
        return std::ranges::all_of(number, [](std::uint8_t octet) { return octet == 0; });
    };
    return !is_zero(r) && !is_zero(s) && std::ranges::lexicographical_compare(r, group_order) &&
           !std::ranges::lexicographical_compare(half_order, s);
}

result<std::chrono::sys_seconds> read_signing_time(reader& in) {
    DHOW_TRY(const auto seconds, in.varint(year_9999_end));
    return std::chrono::sys_seconds{std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
}

bytes seal_content(const seal& value) {
    writer out;
    append_signed_part(out, value);
    return out.take();
}

bytes encode_seal(const seal& value) {
    writer out;
    append_signed_part(out, value);
    out.raw(value.signer.view()).raw(value.signer_certificate.view());
    out.varint(static_cast<std::uint64_t>(value.signed_at.time_since_epoch().count()));
    return out.raw(value.value.view()).take();
}

result<seal> decode_seal(byte_view data) {
    reader in{data};
    DHOW_TRY(auto out, read_seal(in));
    DHOW_CHECK(in.end());
    return out;
}

bytes encode_preamble(const preamble& value) {
    return writer{}.raw(encode_seal(value.seal)).raw(encode_lockboxes(value.lockboxes)).take();
}

//= PF-21
result<preamble> decode_preamble(byte_view data) {
    if (data.size() > limits::preamble_bytes_max) {
        return errc::too_long;
    }
    reader in{data};
    preamble out;
    DHOW_TRY(out.seal, read_seal(in));
    // Another suite has other lockboxes: they must not be read as ours and refused as damaged.
    DHOW_CHECK(check_format(out.seal.header));
    DHOW_TRY(out.lockboxes, read_lockboxes(in));
    DHOW_CHECK(in.end());
    return out;
}

bytes encode_body(const sealed_body& value) {
    writer out;
    out.reserve(value.ephemeral.size() + value.nonce.size() + value.tag.size() +
                value.ciphertext.size());
    return out.raw(value.ephemeral).raw(value.nonce).raw(value.tag).raw(value.ciphertext).take();
}

//= PF-30
result<sealed_body> decode_body(byte_view data) {
    if (data.size() > limits::sealed_text_bytes_max) {
        return errc::too_long;
    }
    reader in{data};
    sealed_body out;
    DHOW_TRY(const auto ephemeral, in.take(out.ephemeral.size()));
    DHOW_TRY(const auto nonce, in.take(out.nonce.size()));
    DHOW_TRY(const auto tag, in.take(out.tag.size()));
    if (in.empty()) {
        return errc::truncated;
    }
    if (ephemeral[0] != uncompressed_point) {
        return errc::bad_encoding;
    }
    std::ranges::copy(ephemeral, out.ephemeral.begin());
    std::ranges::copy(nonce, out.nonce.begin());
    std::ranges::copy(tag, out.tag.begin());
    out.ciphertext = in.rest();
    return out;
}

}  // namespace dhow::protocol
