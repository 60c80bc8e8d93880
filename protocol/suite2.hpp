// Suite 2, P-256 and ML-KEM-768 together: the lockbox and what its wrapping key is bound to.
// Way of the message: none yet; parcels of suite 2 are refused. Here so that the format stands.
// Pure: digests through protocol::hasher; no secret comes here. Values, any thread.
// Spec: docs/parcel-format.md#suite-2. Tests: unit/seal/suite2_test.cpp, vectors/suite2.json.
// Limits: hybrid_recipients_max.
#pragma once

#include "protocol/bytes.hpp"
#include "protocol/hasher.hpp"

namespace dhow::protocol {

/// Sizes of FIPS 203 table 3 for ML-KEM-768.
using kem_ciphertext = fixed_bytes<struct kem_ciphertext_tag, 1088>;
using encapsulation_key = fixed_bytes<struct encapsulation_key_tag, 1184>;
/// Uncompressed: 04, x, y.
using p256_octets = fixed_bytes<struct p256_octets_tag, 65>;

/// The content key, wrapped for one recipient under what ECDH and ML-KEM give together.
struct hybrid_lockbox {
    bureau_id recipient;
    key_id key;      ///< Of the P-256 key.
    key_id kem_key;  ///< Of the ML-KEM key.
    kem_ciphertext ciphertext;
    wrapped_key wrapped;
    bool operator==(const hybrid_lockbox&) const = default;
};

bytes encode_hybrid_lockbox(const hybrid_lockbox& value);
result<hybrid_lockbox> decode_hybrid_lockbox(byte_view data);

/// The two public keys of a recipient.
struct hybrid_public_key {
    p256_octets point;
    encapsulation_key kem;
};
/// Leftmost 160 bits of SHA-256.
key_id key_id_of(const encapsulation_key& key, const hasher& hash);
/// What stands behind secrets and counter in the KDF: DER CMSORIforKEMOtherInfo with a digest over
/// both public keys and both ciphertexts (the ephemeral point is that of ECDH).
bytes hybrid_info(bureau_id recipient, const hybrid_public_key& keys, const p256_octets& ephemeral,
                  const kem_ciphertext& ciphertext, const hasher& hash);

}  // namespace dhow::protocol
