// The bureau's own private keys: read once, held for the life of the process, wiped at its end.
// Way of the message: signs and opens at [seal]; the TLS set-up takes the link key.
// Not pure: reads files, credentials or tokens. Immutable once loaded; shared read-only by all
// threads. Spec: docs/operations.md#keys. Tests: unit/seal/key_ring_test.cpp. Limits:
// secret_bytes_max for each file.
#pragma once

#include "config/model.hpp"
#include "daemon/seal/ec_math.hpp"
#include "daemon/seal/secrets.hpp"

namespace dhow::seal {

/// Puts private numbers into locked memory that is not swapped or dumped. Once, before any key is
/// read; without the right to lock memory OpenSSL does without. True when the memory is locked.
bool prepare_secure_heap();

class key_ring {
public:
    struct own_key {
        key_ptr key;
        protocol::key_id id;
    };
    /// Reads every key that `files` names; relative paths start at `base`. The problem names the
    /// key, the file and what to do.
    static loaded<key_ring> load(const config::key_files& files, const std::filesystem::path& base);

    /// From keys that are already in memory; `encrypt` begins with the current one.
    static key_ring from_keys(key_ptr link, key_ptr sign, const std::vector<key_ptr>& encrypt,
                              secret_bytes at_rest);

    [[nodiscard]] const own_key& link() const { return x_link; }
    [[nodiscard]] const own_key& sign() const { return x_sign; }
    /// The current key first, then older ones that still open.
    [[nodiscard]] std::span<const own_key> encrypt() const { return x_encrypt; }
    [[nodiscard]] const own_key* find_encrypt(const protocol::key_id& id) const;
    /// 32 bytes; two keys are derived from it (at-rest sealing, look-up indexes).
    [[nodiscard]] byte_view at_rest() const { return x_at_rest.view(); }

private:
    own_key x_link;
    own_key x_sign;
    std::vector<own_key> x_encrypt;
    secret_bytes x_at_rest;
};

/// One private key from `credential:`, `file:`, a path, or any OSSL_STORE URI (`handle:`, `pkcs11:`
/// with the provider that serves it). `passphrase` opens an encrypted PEM file or a token; nobody
/// is asked on a terminal. `role` is for the message only.
loaded<key_ring::own_key> load_private_key(std::string_view role, const std::string& reference,
                                           const std::filesystem::path& base,
                                           const secret_bytes& passphrase);

}  // namespace dhow::seal
