// Makes parcels and sealed pieces.
// Way of the message: intake -> [seal] -> store.
// Not pure: OpenSSL, zstd, random. Any thread.
// Spec: docs/parcel-format.md. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: recipients_max, sealed_text_bytes_max, piece_bytes.
#include "daemon/seal/cms_seal.hpp"

#include "daemon/seal/compression.hpp"
#include "daemon/seal/openssl_hasher.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::seal {

namespace limits = protocol::limits;
using protocol::bureau_status;
using protocol::key_purpose;
using trusted_key = trust_directory::trusted_key;

namespace {

result<const trusted_key*> recipient_key(const trust_directory& directory, bureau_id recipient) {
    const auto* entry = directory.data().find(recipient);
    const auto* key = directory.current(recipient, key_purpose::encrypt);
    if (entry == nullptr || key == nullptr) {
        return errc::unknown_recipient;
    }
    if (entry->status == bureau_status::suspended || entry->status == bureau_status::revoked) {
        return errc::key_not_allowed;
    }
    return key;
}

/// The recipients' keys, and the archive key of the origin as the last.
result<std::vector<const trusted_key*>> lockbox_keys(const job::seal_message& job,
                                                     const trust_directory& directory) {
    const auto& recipients = job.recipients;
    if (job.is_note) {
        if (recipients != std::vector{job.header.origin}) {
            return errc::bad_request;
        }
        DHOW_TRY(const auto* own, recipient_key(directory, job.header.origin));
        return std::vector<const trusted_key*>{own};
    }
    auto sorted = recipients;
    std::ranges::sort(sorted);
    if (recipients.empty() || std::ranges::adjacent_find(sorted) != sorted.end() ||
        std::ranges::binary_search(sorted, job.header.origin)) {
        return errc::bad_request;
    }
    if (recipients.size() >= limits::recipients_max) {
        return errc::too_large;
    }
    std::vector<const trusted_key*> keys;
    for (const auto& recipient : recipients) {
        DHOW_TRY(const auto* key, recipient_key(directory, recipient));
        keys.push_back(key);
    }
    const auto* archive = directory.current(job.header.origin, key_purpose::archive);
    if (archive == nullptr) {
        return errc::unknown_key;
    }
    keys.push_back(archive);
    return keys;
}

result<protocol::lockbox_set> make_lockboxes(const std::vector<const trusted_key*>& keys,
                                             EVP_PKEY* ephemeral, const secret_key& content_key) {
    std::vector<protocol::lockbox> boxes;
    boxes.reserve(keys.size());
    for (const auto* key : keys) {
        DHOW_TRY(auto wrapping, agree(ephemeral, key->public_key.get()));
        boxes.push_back({key->entry->bureau, key->key->id, wrap_key(wrapping, content_key)});
        wipe(wrapping);
    }
    return protocol::make_lockbox_set(std::move(boxes), openssl_hasher());
}

/// The newest dictionary that every reader has.
//= PF-36
std::uint32_t common_dictionary(const std::vector<const trusted_key*>& keys) {
    std::uint32_t number = newest_dictionary;
    for (const auto* key : keys) {
        number = std::min(number, key->entry->dictionaries);
    }
    return number;
}

bytes encrypt_body(const secret_key& content_key, const p256_point& ephemeral, byte_view packed) {
    protocol::sealed_body body;
    body.ephemeral = ephemeral;
    fill_random(body.nonce);
    const auto ciphertext = gcm_seal(content_key, body.nonce, {}, packed, body.tag);
    body.ciphertext = ciphertext;
    return protocol::encode_body(body);
}

result<protocol::seal> sign_seal(const signing_identity& signer, protocol::seal seal) {
    seal.signer = signer.id;
    seal.signer_certificate = signer.certificate_digest;
    DHOW_TRY(seal.value, sign_digest(signer.key.get(), to_be_signed(facts_of(seal))));
    return seal;
}

}  // namespace

//= PF-32
result<made_parcel> make_parcel(const job::seal_message& job, const signing_identity& signer,
                                const trust_directory& directory,
                                std::chrono::sys_seconds signed_at) {
    if (job.content.text.size() > limits::text_bytes_max) {
        return errc::too_large;
    }
    DHOW_TRY(const auto keys, lockbox_keys(job, directory));
    made_parcel made;
    auto& message = made.message;
    const auto ephemeral = generate_p256();
    if (!ephemeral) {
        return errc::internal;
    }
    fill_random_secret(made.content_key);
    DHOW_TRY(message.lockboxes, make_lockboxes(keys, ephemeral.get(), made.content_key));
    message.header = job.header;
    DHOW_TRY(message.header.lockbox_root,
             protocol::lockbox_root(message.lockboxes, openssl_hasher()));

    protocol::seal seal;
    seal.header = protocol::encode_header(message.header);
    seal.signed_at = signed_at;
    seal.directory_serial = directory.data().head.serial;
    DHOW_TRY(auto inner,
             sign_content(signer, protocol::signed_content::message,
                          protocol::encode_content(job.content), signed_at, sha256(seal.header)));
    seal.inner_digest = sha256(inner);
    auto packed = pack(inner, common_dictionary(keys));
    wipe(inner);
    message.body = encrypt_body(made.content_key, public_point(ephemeral.get()), packed);
    wipe(packed);
    if (message.body.size() > limits::sealed_text_bytes_max) {
        return errc::too_large;
    }
    seal.body_digest = sha256(message.body);
    seal.body_bytes = message.body.size();
    DHOW_TRY(message.seal, sign_seal(signer, std::move(seal)));
    return made;
}

result<done::sealed_piece> make_piece(const job::seal_piece& job) {
    if (job.plain.size() > limits::piece_bytes) {
        return errc::too_large;
    }
    secret_key content_key{};
    fill_random_secret(content_key);
    protocol::piece_view piece;
    fill_random(piece.nonce);
    const auto ciphertext = gcm_seal(content_key, piece.nonce, {}, job.plain, piece.tag);
    piece.ciphertext = ciphertext;
    piece.wrapped = wrap_key(job.key, content_key);
    wipe(content_key);
    done::sealed_piece out;
    out.sealed = protocol::build_piece(piece);
    out.sealed_digest = sha256(out.sealed);
    return out;
}

}  // namespace dhow::seal
