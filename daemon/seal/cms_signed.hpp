// Signs and checks the SignedData of the profile: inner content, seal, receipt, directory head.
// Way of the message: inside [seal], verify and open; receipts on their way back.
// Not pure: OpenSSL. Any thread.
// Spec: docs/parcel-format.md#signed-data. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: those of the parser in protocol/parcel.
#pragma once

#include "daemon/seal/key_ring.hpp"
#include "daemon/seal/trust_directory.hpp"
#include "protocol/parcel.hpp"
#include "protocol/receipt.hpp"

namespace dhow::seal {

/// Who signs: the private key, and the digest of its certificate.
struct signing_identity {
    key_ptr key;
    protocol::key_id id;
    digest certificate_digest;
};
/// Our signing key as the directory knows it; `unknown_key` when it does not.
result<signing_identity> signing_identity_of(const key_ring& keys,
                                             const trust_directory& directory);

/// What is signed besides the content itself.
struct signed_facts {
    protocol::signed_content type = protocol::signed_content::message;
    digest content_digest;
    std::chrono::sys_seconds signed_at{};
    digest certificate_digest;
    std::optional<digest> binding;
};
signed_facts facts_of(const protocol::seal& value);
signed_facts facts_of(const protocol::receipt& value);
/// Digest of the signed attributes: what ECDSA signs.
digest to_be_signed(const signed_facts& facts);

/// Whether `value` is the owner's signature over the facts: certificate digest, signer's right at
/// `now`, signature, in this order. Errors: `bad_digest`, `key_not_allowed`, `bad_signature`.
result<void> check_signed(const trust_directory::trusted_key& signer, const signed_facts& facts,
                          const protocol::signature& value, protocol::utc_time now);

/// The complete DER of a SignedData over `content`.
result<bytes> sign_content(const signing_identity& signer, protocol::signed_content type,
                           byte_view content, std::chrono::sys_seconds signed_at,
                           const std::optional<digest>& binding);

/// Key `id` of bureau `owner`; `unknown_key`, `wrong_key_owner`.
result<const trust_directory::trusted_key*> owners_key(const trust_directory& directory,
                                                       const protocol::key_id& id,
                                                       protocol::bureau_id owner);

}  // namespace dhow::seal
