// Signs and checks the SignedData of the profile.
// Way of the message: inside [seal], verify and open; receipts on their way back.
// Not pure: OpenSSL. Any thread.
// Spec: docs/parcel-format.md#signed-data. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: those of the parser in protocol/parcel.
#include "daemon/seal/cms_signed.hpp"

#include "protocol/try.hpp"

namespace dhow::seal {

result<signing_identity> signing_identity_of(const key_ring& keys,
                                             const trust_directory& directory) {
    const auto* known = directory.find(keys.sign().id);
    if (known == nullptr) {
        return errc::unknown_key;
    }
    return signing_identity{keys.sign().key, keys.sign().id, known->certificate_digest};
}

signed_facts facts_of(const protocol::seal& value) {
    return {.type = protocol::signed_content::seal,
            .content_digest = sha256(protocol::seal_content(value)),
            .signed_at = value.signed_at,
            .certificate_digest = value.signer_certificate,
            .binding = std::nullopt};
}

signed_facts facts_of(const protocol::receipt& value) {
    return {.type = protocol::signed_content::receipt,
            .content_digest = sha256(value.content),
            .signed_at = value.signed_at,
            .certificate_digest = value.signer_certificate,
            .binding = std::nullopt};
}

digest to_be_signed(const signed_facts& facts) {
    return sha256(protocol::signed_attributes(facts.type, facts.content_digest, facts.signed_at,
                                              facts.certificate_digest, facts.binding));
}

result<void> check_signed(const trust_directory::trusted_key& signer, const signed_facts& facts,
                          const protocol::signature& value, protocol::utc_time now) {
    if (facts.certificate_digest != signer.certificate_digest) {
        return errc::bad_digest;
    }
    DHOW_CHECK(check_signer(signer, protocol::key_purpose::sign, facts.signed_at, now));
    return verify_digest(signer.public_key.get(), to_be_signed(facts), value);
}

result<bytes> sign_content(const signing_identity& signer, protocol::signed_content type,
                           byte_view content, std::chrono::sys_seconds signed_at,
                           const std::optional<digest>& binding) {
    const auto attributes = protocol::signed_attributes(type, sha256(content), signed_at,
                                                        signer.certificate_digest, binding);
    DHOW_TRY(const auto value, sign_digest(signer.key.get(), sha256(attributes)));
    return protocol::build_signed_data(type, content, attributes, signer.id, value);
}

result<const trust_directory::trusted_key*> owners_key(const trust_directory& directory,
                                                       const protocol::key_id& id,
                                                       protocol::bureau_id owner) {
    const auto* key = directory.find(id);
    if (key == nullptr) {
        return errc::unknown_key;
    }
    if (key->entry->bureau != owner) {
        return errc::wrong_key_owner;
    }
    return key;
}

}  // namespace dhow::seal
