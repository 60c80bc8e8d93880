// Sealing of what rests in our own store: nonce, ciphertext, tag; the context is authenticated.
// Way of the message: summaries and kept keys between [seal] and store.
// Not pure: OpenSSL and its random generator. Any thread.
// Spec: docs/store.md#at-rest. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: see symmetric.hpp for how often one key seals.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

namespace dhow::seal {

/// 12 bytes of nonce, the ciphertext, 16 bytes of tag. `key` has 32 bytes.
protocol::bytes seal_at_rest(protocol::byte_view key, protocol::byte_view plain,
                             std::string_view context);
/// `cannot_open` when key, bytes or context are not those of the sealing.
protocol::result<protocol::bytes> open_at_rest(protocol::byte_view key, protocol::byte_view sealed,
                                               std::string_view context);

}  // namespace dhow::seal
