// Sealing of what rests in our own store.
// Way of the message: summaries and kept keys between [seal] and store.
// Not pure: OpenSSL and its random generator. Any thread.
// Spec: docs/store.md#at-rest. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: see symmetric.hpp for how often one key seals.
#include "daemon/seal/at_rest.hpp"

#include "daemon/seal/secrets.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/bytes.hpp"
#include "protocol/ensure.hpp"

#include <algorithm>

namespace dhow::seal {

namespace {

secret_key to_key(byte_view key) {
    secret_key out{};
    DHOW_ENSURE(key.size() == out.size());
    std::copy(key.begin(), key.end(), out.begin());
    return out;
}

}  // namespace

bytes seal_at_rest(byte_view key, byte_view plain, std::string_view context) {
    auto own = to_key(key);
    gcm_nonce nonce{};
    gcm_tag tag{};
    fill_random(nonce);
    const auto ciphertext = gcm_seal(own, nonce, protocol::as_bytes(context), plain, tag);
    wipe(own);
    bytes out(nonce.size() + ciphertext.size() + tag.size());
    auto at = std::ranges::copy(nonce, out.begin()).out;
    at = std::ranges::copy(ciphertext, at).out;
    std::ranges::copy(tag, at);
    return out;
}

result<bytes> open_at_rest(byte_view key, byte_view sealed, std::string_view context) {
    gcm_nonce nonce{};
    gcm_tag tag{};
    if (sealed.size() < nonce.size() + tag.size()) {
        return errc::cannot_open;
    }
    std::copy_n(sealed.begin(), nonce.size(), nonce.begin());
    std::copy_n(sealed.end() - static_cast<std::ptrdiff_t>(tag.size()), tag.size(), tag.begin());
    auto own = to_key(key);
    auto plain =
        gcm_open(own, nonce, protocol::as_bytes(context),
                 sealed.subspan(nonce.size(), sealed.size() - nonce.size() - tag.size()), tag);
    wipe(own);
    return plain;
}

}  // namespace dhow::seal
