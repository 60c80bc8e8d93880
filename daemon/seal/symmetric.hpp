// AES-256-GCM, AES key wrap, HMAC and random bytes.
// Way of the message: content and pieces under their keys, keys under keys, columns at rest.
// Not pure: OpenSSL EVP and its random generator. Any thread.
// Spec: NIST SP 800-38D, RFC 3394, docs/parcel-format.md. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: one key seals at most 2^32 values with random nonces (SP 800-38D section 8.3); content
// and
//     piece keys seal one, the at-rest key reaches it after centuries at 5,000 messages a day.
#pragma once

#include "daemon/seal/ec_math.hpp"

namespace dhow::seal {

using gcm_nonce = std::array<std::uint8_t, 12>;
using gcm_tag = std::array<std::uint8_t, 16>;

/// From OpenSSL's generator for values that are seen (nonces) and for keys.
void fill_random(std::span<std::uint8_t> out);
void fill_random_secret(std::span<std::uint8_t> out);

/// Ciphertext of the same length as `plain`; the tag is 16 bytes, never shorter.
bytes gcm_seal(const secret_key& key, const gcm_nonce& nonce, byte_view associated, byte_view plain,
               gcm_tag& tag);
/// `cannot_open` when the tag is wrong; nothing of the plaintext is given out then.
result<bytes> gcm_open(const secret_key& key, const gcm_nonce& nonce, byte_view associated,
                       byte_view sealed, const gcm_tag& tag);

/// RFC 3394 with the default initial value.
protocol::wrapped_key wrap_key(const secret_key& wrapping, const secret_key& key);
/// `cannot_open` when the check value is wrong.
result<secret_key> unwrap_key(const secret_key& wrapping, const protocol::wrapped_key& wrapped);

digest hmac_sha256(byte_view key, byte_view data);

}  // namespace dhow::seal
