// Checks and opens parcels and sealed pieces.
// Way of the message: link -> [seal] verify -> store -> [seal] open -> handover.
// Not pure: OpenSSL, zstd. Any thread.
// Spec: docs/parcel-format.md#verification. Tests: unit/seal.
// Limits: sealed_text_bytes_max, piece_bytes.
#include "daemon/seal/cms_open.hpp"

#include "daemon/seal/compression.hpp"
#include "daemon/seal/openssl_hasher.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::seal {

namespace limits = protocol::limits;

namespace {

result<void> check_seal(const protocol::seal& seal, bureau_id origin,
                        const trust_directory& directory, protocol::utc_time now) {
    DHOW_TRY(const auto* signer, owners_key(directory, seal.signer, origin));
    return check_signed(*signer, facts_of(seal), seal.value, now);
}

/// What the directory allows the origin, beyond having a key.
result<void> check_rights(const protocol::header& header, const trust_directory& directory) {
    const auto* entry = directory.data().find(header.origin);
    if (header.suite != protocol::suite_p256 || header.suite < entry->suite_floor) {
        return errc::unsupported_suite;
    }
    if (std::ranges::find(entry->classes, header.cls) == entry->classes.end()) {
        return errc::not_allowed;
    }
    return {};
}

result<void> check_lockboxes(const protocol::lockbox_set& set, const digest& root) {
    DHOW_TRY(const auto found, protocol::lockbox_root(set, openssl_hasher()));
    if (found != root) {
        return errc::not_a_recipient;
    }
    return {};
}

result<void> check_body(const job::verify_parcel& job) {
    if (job.preamble.seal.body_bytes > limits::sealed_text_bytes_max) {
        return errc::too_long;
    }
    if (job.body && job.body->size() != job.preamble.seal.body_bytes) {
        return errc::bad_digest;
    }
    const auto found = job.body ? std::optional(sha256(*job.body)) : job.body_digest;
    if (found && *found != job.preamble.seal.body_digest) {
        return errc::bad_digest;
    }
    return {};
}

/// The one lockbox that is ours and whose key we hold.
result<const protocol::lockbox*> own_lockbox(const protocol::lockbox_set& set, bureau_id own,
                                             const key_ring& keys) {
    const protocol::lockbox* found = nullptr;
    for (const auto& entry : set.entries) {
        if (entry.box.recipient != own || keys.find_encrypt(entry.box.key) == nullptr) {
            continue;
        }
        if (found != nullptr) {
            return errc::not_a_recipient;
        }
        found = &entry.box;
    }
    if (found == nullptr) {
        return errc::not_a_recipient;
    }
    return found;
}

result<bytes> decrypt_body(const protocol::sealed_body& body, const protocol::lockbox& box,
                           EVP_PKEY* own) {
    DHOW_TRY(const auto ephemeral, import_point(body.ephemeral));
    DHOW_TRY(auto wrapping, agree(own, ephemeral.get()));
    auto content_key = unwrap_key(wrapping, box.wrapped);
    wipe(wrapping);
    if (!content_key) {
        return content_key.error();
    }
    auto packed = gcm_open(*content_key, body.nonce, {}, body.ciphertext, body.tag);
    wipe(*content_key);
    return packed;
}

/// Seal's promise, signer, binding, signature and content of the inner SignedData.
result<opened_parcel> check_inner(bytes inner, const protocol::seal& seal, bureau_id origin,
                                  const trust_directory& directory, protocol::utc_time now) {
    if (sha256(inner) != seal.inner_digest) {
        return errc::bad_digest;
    }
    DHOW_TRY(const auto view, protocol::parse_signed_data(inner));
    if (view.type != protocol::signed_content::message) {
        return errc::bad_encoding;
    }
    DHOW_TRY(const auto* signer, owners_key(directory, view.signer, origin));
    const auto content_digest = sha256(view.content);
    if (content_digest != view.content_digest) {
        return errc::bad_digest;
    }
    if (view.binding != sha256(seal.header)) {
        return errc::bad_binding;
    }
    DHOW_CHECK(check_signed(*signer,
                            {.type = view.type,
                             .content_digest = content_digest,
                             .signed_at = view.signed_at,
                             .certificate_digest = view.signer_certificate,
                             .binding = view.binding},
                            view.value, now));
    DHOW_TRY(auto content, protocol::decode_content(view.content));
    return opened_parcel{std::move(content), content_digest, std::move(inner)};
}

}  // namespace

//= PF-64
result<protocol::header> check_parcel(const job::verify_parcel& job,
                                      const trust_directory& directory, protocol::utc_time now) {
    DHOW_TRY(auto header, protocol::decode_header(job.preamble.seal.header));
    DHOW_CHECK(check_seal(job.preamble.seal, header.origin, directory, now));
    DHOW_CHECK(check_rights(header, directory));
    DHOW_CHECK(check_lockboxes(job.preamble.lockboxes, header.lockbox_root));
    DHOW_CHECK(check_body(job));
    return header;
}

//= PF-66
result<opened_parcel> open_parcel(const job::open_message& job, bureau_id own, const key_ring& keys,
                                  const trust_directory& directory, protocol::utc_time now) {
    const auto& seal = job.preamble.seal;
    DHOW_TRY(const auto header, protocol::decode_header(seal.header));
    DHOW_CHECK(check_lockboxes(job.preamble.lockboxes, header.lockbox_root));
    if (job.body.size() != seal.body_bytes || sha256(job.body) != seal.body_digest) {
        return errc::bad_digest;
    }
    DHOW_TRY(const auto* box, own_lockbox(job.preamble.lockboxes, own, keys));
    DHOW_TRY(const auto body, protocol::decode_body(job.body));
    auto packed = decrypt_body(body, *box, keys.find_encrypt(box->key)->key.get());
    if (!packed) {
        return errc::cannot_open;
    }
    auto inner = unpack(*packed, limits::sealed_text_bytes_max);
    wipe(*packed);
    if (!inner) {
        return inner.error();
    }
    return check_inner(std::move(*inner), seal, header.origin, directory, now);
}

result<done::opened_piece> open_piece(const job::open_piece& job) {
    if (job.sealed.size() > limits::piece_bytes + limits::piece_overhead_bytes_max) {
        return errc::too_long;
    }
    if (sha256(job.sealed) != job.sealed_digest) {
        return errc::bad_digest;
    }
    DHOW_TRY(const auto piece, protocol::parse_piece(job.sealed));
    auto content_key = unwrap_key(job.key, piece.wrapped);
    if (!content_key) {
        return errc::cannot_open;
    }
    auto plain = gcm_open(*content_key, piece.nonce, {}, piece.ciphertext, piece.tag);
    wipe(*content_key);
    if (!plain) {
        return errc::cannot_open;
    }
    return done::opened_piece{std::move(*plain)};
}

}  // namespace dhow::seal
