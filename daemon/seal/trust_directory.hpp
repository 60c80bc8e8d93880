// The directory with its certificates parsed: whose key is whose, and what it may do.
// Way of the message: asked at [seal], verify and open, and by the TLS handshake.
// Not pure: OpenSSL. Immutable; a reload makes a new one and swaps the pointer. Any thread.
// Spec: docs/directory-format.md. Tests: unit/seal/directory_file_test.cpp.
// Limits: directory_bytes_max.
#pragma once

#include "daemon/seal/certificate.hpp"

#include <map>
#include <mutex>

namespace dhow::seal {

class trust_directory {
public:
    struct trusted_key {
        const protocol::directory_entry* entry = nullptr;
        const protocol::directory_key* key = nullptr;
        key_ptr public_key;
        digest certificate_digest;  ///< SHA-256 of the DER (RFC 5035 ESSCertIDv2).
    };

    /// Parses every certificate and checks its profile, owner, purpose and key id. One bad
    /// certificate refuses the whole: the signers of the directory vouched for what cannot be
    /// right.
    static loaded<std::shared_ptr<const trust_directory>> build(protocol::directory data);

    [[nodiscard]] const protocol::directory& data() const { return x_data; }
    /// Null when unknown.
    [[nodiscard]] const trusted_key* find(const protocol::key_id& id) const;
    /// The key that senders use now; null when the bureau is unknown or has none.
    [[nodiscard]] const trusted_key* current(protocol::bureau_id bureau,
                                             protocol::key_purpose purpose) const;

private:
    explicit trust_directory(protocol::directory data) : x_data(std::move(data)) {}
    protocol::directory x_data;
    std::map<protocol::key_id, trusted_key> x_keys;
};

/// The one place where the newest directory hangs. Reading takes a reference, never waits for a
/// reload.
class directory_holder {
public:
    explicit directory_holder(std::shared_ptr<const trust_directory> first)
        : x_current(std::move(first)) {}
    [[nodiscard]] std::shared_ptr<const trust_directory> get() const;
    void replace(std::shared_ptr<const trust_directory> newer);

private:
    mutable std::mutex x_mutex;
    std::shared_ptr<const trust_directory> x_current;
};

/// Whether a signature of this key made at `signed_at` counts at `now`. It does not while the
/// bureau is suspended, nor from the time on at which the bureau or the key became invalid (a
/// revoked bureau without such a time was never valid). A stolen key can date its signatures back,
/// so `now` counts as well.
result<void> check_signer(const trust_directory::trusted_key& key, protocol::key_purpose purpose,
                          protocol::utc_time signed_at, protocol::utc_time now);

}  // namespace dhow::seal
