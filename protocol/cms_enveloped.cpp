// Rebuilds the AuthEnvelopedData of bodies and pieces from values, and takes it apart.
// Way of the message: evidence and tests give the rebuilt form to openssl; pieces travel in it.
// Pure: nothing is encrypted here. Any thread.
// Spec: docs/parcel-format.md#enveloped-data, RFC 5083, 5753. Tests: unit/protocol/cms_test.cpp.
// Limits: recipients_max; what was parsed is built again and compared.
#include "protocol/der.hpp"
#include "protocol/limits.hpp"
#include "protocol/oids.hpp"
#include "protocol/parcel.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

namespace tag = der_tag;

constexpr std::uint8_t auth_enveloped_version = 0;
constexpr std::uint8_t key_agreement_version = 3;
constexpr std::uint8_t key_encryption_version = 4;
constexpr std::uint8_t tag_bytes = 16;
// BIT STRING without unused bits.
constexpr std::array<std::uint8_t, 1> no_unused_bits{0};
// KEKIdentifier: `openssl cms` wants one; the key is named by the signed content, so it is
// constant.
constexpr std::array<std::uint8_t, 1> piece_key_identifier{1};

template <std::size_t Size>
void copy_to(std::array<std::uint8_t, Size>& out, byte_view from) {
    std::ranges::copy(from.first(Size), out.begin());
}

template <std::size_t Size>
result<void> read_octets(der_reader& in, std::array<std::uint8_t, Size>& out) {
    DHOW_TRY(const auto value, in.value(tag::octet_string));
    if (value.size() != Size) {
        return errc::bad_encoding;
    }
    copy_to(out, value);
    return {};
}

// What text bodies and pieces share: nonce, ciphertext, tag.
struct encrypted {
    std::array<std::uint8_t, 12> nonce{};
    std::array<std::uint8_t, 16> mac{};
    byte_view ciphertext;
};

bytes content_info(byte_view recipient_info, const encrypted& value) {
    const auto gcm_parameters = der_sequence({der_octets(value.nonce), der_small(tag_bytes)});
    const auto encrypted_content = der_sequence({
        der_oid(oids::data),
        der_sequence({der_oid(oids::aes256_gcm), gcm_parameters}),
        der_element(tag::context(0), {value.ciphertext}),
    });
    const auto enveloped = der_sequence({
        der_small(auth_enveloped_version),
        der_element(tag::set, {recipient_info}),
        encrypted_content,
        der_octets(value.mac),
    });
    return der_sequence({der_oid(oids::auth_enveloped_data),
                         der_element(tag::context_constructed(0), {enveloped})});
}

//= PF-46
result<void> read_encrypted(der_reader& enveloped, encrypted& out) {
    DHOW_TRY(auto content, enveloped.enter(tag::sequence));
    DHOW_CHECK(content.expect(der_oid(oids::data)));
    DHOW_TRY(auto algorithm, content.enter(tag::sequence));
    DHOW_CHECK(algorithm.expect(der_oid(oids::aes256_gcm)));
    DHOW_TRY(auto parameters, algorithm.enter(tag::sequence));
    DHOW_CHECK(read_octets(parameters, out.nonce));
    DHOW_CHECK(parameters.expect(der_small(tag_bytes)));
    DHOW_TRY(out.ciphertext, content.value(tag::context(0)));
    return read_octets(enveloped, out.mac);
}

// Opens ContentInfo and AuthEnvelopedData; leaves the reader behind the version.
result<der_reader> enter_enveloped(byte_view der) {
    der_reader in{der};
    DHOW_TRY(auto info, in.enter(tag::sequence));
    DHOW_CHECK(in.end());
    DHOW_CHECK(info.expect(der_oid(oids::auth_enveloped_data)));
    DHOW_TRY(auto explicit_data, info.enter(tag::context_constructed(0)));
    DHOW_TRY(auto enveloped, explicit_data.enter(tag::sequence));
    DHOW_CHECK(enveloped.expect(der_small(auth_enveloped_version)));
    return enveloped;
}

bytes key_wrap_algorithm() { return der_sequence({der_oid(oids::aes256_wrap)}); }

bytes key_agreement_algorithm() {
    return der_sequence({der_oid(oids::ecdh_sha256kdf), key_wrap_algorithm()});
}

bytes originator_algorithm() { return der_sequence({der_oid(oids::ec_public_key)}); }

bytes recipient_encrypted_key(const lockbox& box) {
    return der_sequence({
        der_element(tag::context_constructed(0), {der_octets(box.key.view())}),
        der_octets(box.wrapped.view()),
    });
}

result<lockbox> read_recipient_encrypted_key(der_reader in) {
    lockbox box;
    DHOW_TRY(auto identifier, in.enter(tag::context_constructed(0)));
    DHOW_CHECK(read_octets(identifier, box.key.value));
    DHOW_CHECK(read_octets(in, box.wrapped.value));
    return box;
}

bytes key_agreement(const sealed_body& body, std::span<const lockbox> boxes) {
    writer keys;
    for (const auto& box : boxes) {
        keys.raw(recipient_encrypted_key(box));
    }
    const auto originator_key = der_element(
        tag::context_constructed(1),
        {originator_algorithm(), der_element(tag::bit_string, {no_unused_bits, body.ephemeral})});
    return der_element(tag::context_constructed(1),
                       {der_small(key_agreement_version),
                        der_element(tag::context_constructed(0), {originator_key}),
                        key_agreement_algorithm(), der_sequence({keys.view()})});
}

//= PF-45
result<void> read_key_agreement(der_reader in, enveloped_parts& out) {
    DHOW_CHECK(in.expect(der_small(key_agreement_version)));
    DHOW_TRY(auto originator, in.enter(tag::context_constructed(0)));
    DHOW_TRY(auto originator_key, originator.enter(tag::context_constructed(1)));
    DHOW_CHECK(originator_key.expect(originator_algorithm()));
    DHOW_TRY(const auto point, originator_key.value(tag::bit_string));
    if (point.size() != out.body.ephemeral.size() + 1 || point[1] != 0x04) {
        return errc::bad_encoding;
    }
    copy_to(out.body.ephemeral, point.subspan(1));
    DHOW_CHECK(in.expect(key_agreement_algorithm()));
    DHOW_TRY(auto keys, in.enter(tag::sequence));
    while (!keys.empty()) {
        if (out.boxes.size() == limits::recipients_max) {
            return errc::too_long;
        }
        DHOW_TRY(const auto next, keys.enter(tag::sequence));
        DHOW_TRY(const auto box, read_recipient_encrypted_key(next));
        out.boxes.push_back(box);
    }
    return {};
}

bytes key_encryption(const wrapped_key& wrapped) {
    return der_element(
        tag::context_constructed(2),
        {der_small(key_encryption_version), der_sequence({der_octets(piece_key_identifier)}),
         key_wrap_algorithm(), der_octets(wrapped.view())});
}

// The largest enveloped text: its body and 512 recipients at 69 octets, with what is around them.
constexpr std::size_t enveloped_bytes_max = limits::sealed_text_bytes_max + 64 * limits::kib;

}  // namespace

//= PF-31
bytes build_enveloped(const sealed_body& body, std::span<const lockbox> boxes) {
    return content_info(key_agreement(body, boxes), {body.nonce, body.tag, body.ciphertext});
}

result<enveloped_parts> parse_enveloped(byte_view der) {
    if (der.size() > enveloped_bytes_max) {
        return errc::too_long;
    }
    DHOW_TRY(auto enveloped, enter_enveloped(der));
    DHOW_TRY(auto recipients, enveloped.enter(tag::set));
    DHOW_TRY(const auto agreement, recipients.enter(tag::context_constructed(1)));
    enveloped_parts out;
    DHOW_CHECK(read_key_agreement(agreement, out));
    encrypted content;
    DHOW_CHECK(read_encrypted(enveloped, content));
    out.body.nonce = content.nonce;
    out.body.tag = content.mac;
    out.body.ciphertext = content.ciphertext;
    if (out.boxes.empty() || content.ciphertext.empty() ||
        !std::ranges::equal(build_enveloped(out.body, out.boxes), der)) {
        return errc::bad_encoding;
    }
    return out;
}

bytes build_piece(const piece_view& value) {
    return content_info(key_encryption(value.wrapped), {value.nonce, value.tag, value.ciphertext});
}

//= PF-47
result<piece_view> parse_piece(byte_view der) {
    if (der.size() > limits::piece_bytes + limits::piece_overhead_bytes_max) {
        return errc::too_long;
    }
    DHOW_TRY(auto enveloped, enter_enveloped(der));
    DHOW_TRY(auto recipients, enveloped.enter(tag::set));
    DHOW_TRY(auto encryption, recipients.enter(tag::context_constructed(2)));
    piece_view out;
    DHOW_CHECK(encryption.expect(der_small(key_encryption_version)));
    DHOW_CHECK(encryption.expect(der_sequence({der_octets(piece_key_identifier)})));
    DHOW_CHECK(encryption.expect(key_wrap_algorithm()));
    DHOW_CHECK(read_octets(encryption, out.wrapped.value));
    encrypted content;
    DHOW_CHECK(read_encrypted(enveloped, content));
    out.nonce = content.nonce;
    out.tag = content.mac;
    out.ciphertext = content.ciphertext;
    if (!std::ranges::equal(build_piece(out), der)) {
        return errc::bad_encoding;
    }
    return out;
}

}  // namespace dhow::protocol
