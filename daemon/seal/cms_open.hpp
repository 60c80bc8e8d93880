// Checks and opens parcels and sealed pieces; every byte may come from an enemy.
// Way of the message: link -> [seal] verify -> store -> [seal] open -> handover.
// Not pure: OpenSSL, zstd. Any thread. Nothing of a plaintext is given out before all checks
// passed. Spec: docs/parcel-format.md#verification. Tests: unit/seal/cms_sealer_test.cpp,
// unit/seal/attacks_test.cpp. Limits: sealed_text_bytes_max, piece_bytes.
#pragma once

#include "daemon/seal/cms_signed.hpp"
#include "daemon/seal/sealer.hpp"

namespace dhow::seal {

/// What a relay or addressee checks before it takes a parcel: header, version and suite; signer,
/// owner, status, certificate, signature; suite floor and class right; lockboxes against the root;
/// and the body when it is given. In this order, the cheap and the public first.
result<protocol::header> check_parcel(const job::verify_parcel& job,
                                      const trust_directory& directory, protocol::utc_time now);

struct opened_parcel {
    protocol::content content;
    digest content_digest;  ///< SHA-256 of the encoded content.
    bytes inner;            ///< SignedData.
};
/// Opens for the bureau that `keys` belong to. Which of the secret steps failed (lockbox, tag) is
/// one error, `cannot_open`.
result<opened_parcel> open_parcel(const job::open_message& job, bureau_id own, const key_ring& keys,
                                  const trust_directory& directory, protocol::utc_time now);

result<done::opened_piece> open_piece(const job::open_piece& job);

}  // namespace dhow::seal
