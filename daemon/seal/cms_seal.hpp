// Makes parcels and sealed pieces: signs, compresses, pads, encrypts, seals.
// Way of the message: intake -> [seal] -> store.
// Not pure: OpenSSL, zstd, random. Any thread.
// Spec: docs/parcel-format.md. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: recipients_max, sealed_text_bytes_max, piece_bytes.
#pragma once

#include "daemon/seal/cms_signed.hpp"
#include "daemon/seal/sealer.hpp"

namespace dhow::seal {

/// A parcel and the key of its content, which the caller seals at rest and wipes.
struct made_parcel {
    done::sealed_message message;  ///< `kept_key` is empty.
    secret_key content_key{};
};

/// Order: content key and lockboxes, whose root completes the header; inner signature, bound to the
/// header; compression and padding; encryption; seal. Errors: `unknown_recipient` (no such bureau,
/// or no current key), `key_not_allowed` (suspended or revoked), `too_large`, `bad_request`
/// (recipients empty, twice the same, or the origin itself).
result<made_parcel> make_parcel(const job::seal_message& job, const signing_identity& signer,
                                const trust_directory& directory,
                                std::chrono::sys_seconds signed_at);

/// `too_large` above piece_bytes.
result<done::sealed_piece> make_piece(const job::seal_piece& job);

}  // namespace dhow::seal
