// Makes the per-thread OpenSSL contexts.
// Way of the message: used by every file of [seal] that computes.
// Not pure: OpenSSL. Each thread has its own.
// Spec: none. Tests: unit/seal.
// Limits: none.
#include "daemon/seal/openssl_ptr.hpp"

#include "protocol/ensure.hpp"

namespace dhow::seal {

toolbox::toolbox()
    : sha256(EVP_MD_fetch(nullptr, "SHA256", nullptr)),
      digest_context(EVP_MD_CTX_new()),
      gcm(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)),
      wrap(EVP_CIPHER_fetch(nullptr, "AES-256-WRAP", nullptr)),
      cipher_context(EVP_CIPHER_CTX_new()),
      generate(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)) {
    DHOW_ENSURE(sha256 && digest_context && gcm && wrap && cipher_context && generate);
    DHOW_ENSURE(EVP_PKEY_keygen_init(generate.get()) == 1);
    DHOW_ENSURE(EVP_PKEY_CTX_set_group_name(generate.get(), "P-256") == 1);
    const key_context_ptr parameters(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* empty = nullptr;
    DHOW_ENSURE(parameters && EVP_PKEY_paramgen_init(parameters.get()) == 1);
    DHOW_ENSURE(EVP_PKEY_CTX_set_group_name(parameters.get(), "P-256") == 1);
    DHOW_ENSURE(EVP_PKEY_paramgen(parameters.get(), &empty) == 1);
    p256_parameters = own_key(empty);
}

toolbox& tools() {
    thread_local toolbox own;
    return own;
}

}  // namespace dhow::seal
