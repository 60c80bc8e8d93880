// P-256: keys, signatures in the one allowed form, key agreement, and what is derived from it.
// Way of the message: the arithmetic below [seal], verify and open.
// Not pure: OpenSSL EVP and its random generator. Any thread.
// Spec: FIPS 186-5, RFC 5753, RFC 7093, docs/parcel-format.md. Tests: unit/seal/attacks_test.cpp.
// Limits: none.
#pragma once

#include "daemon/seal/openssl_ptr.hpp"
#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

namespace dhow::seal {

using protocol::byte_view;
using protocol::bytes;
using protocol::digest;
using protocol::errc;
using protocol::result;

/// Uncompressed point: 04 ‖ x ‖ y.
using p256_point = std::array<std::uint8_t, 65>;
using secret_key = std::array<std::uint8_t, 32>;

/// A new key pair; null only when the random generator fails.
key_ptr generate_p256();
/// Whether the key is on P-256, written as a named curve and an uncompressed point.
bool is_p256(const EVP_PKEY* key);
p256_point public_point(const EVP_PKEY* key);
/// `bad_encoding` when the bytes are not an uncompressed point on the curve. The group has cofactor
/// 1, so a point on the curve is in the group; infinity has no such encoding.
result<key_ptr> import_point(byte_view point);
/// Leftmost 160 bits of SHA-256 of the point (RFC 7093 section 2, method 1): the subject key
/// identifier.
protocol::key_id key_id_of(const EVP_PKEY* key);

/// ECDSA over a SHA-256 digest; s is brought into the lower half of the group order.
result<protocol::signature> sign_digest(EVP_PKEY* key, const digest& hash);
/// `bad_signature` also when r or s is out of range or s is in the upper half.
result<void> verify_digest(EVP_PKEY* key, const digest& hash, const protocol::signature& value);
/// The signature as DER SEQUENCE { r, s }, as certificates and OpenSSL want it.
bytes to_der(const protocol::signature& value);

/// Key-encryption key of one recipient: raw ECDH, then the X9.63 KDF with SHA-256 over the
/// ECC-CMS-SharedInfo of aes256-wrap (RFC 5753 section 7.2). `cannot_open` when the agreement
/// fails.
result<secret_key> agree(EVP_PKEY* own, EVP_PKEY* peer);

digest sha256(byte_view data);

}  // namespace dhow::seal
