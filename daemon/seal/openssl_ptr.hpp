// Owning pointers to OpenSSL objects, and the per-thread contexts that are costly to make.
// Way of the message: used by every file of [seal] that computes.
// Not pure: OpenSSL. A toolbox belongs to one thread; EVP_PKEYs are shared read-only (openssl-
// threads(7)).
// Spec: none. Tests: unit/seal.
// Limits: none.
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/store.h>
#include <openssl/x509.h>

#include <memory>

namespace dhow::seal {

template <auto Free>
struct openssl_free {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
template <class T, auto Free>
using openssl_ptr = std::unique_ptr<T, openssl_free<Free>>;

using bio_ptr = openssl_ptr<BIO, BIO_free_all>;
using cipher_context_ptr = openssl_ptr<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using cipher_ptr = openssl_ptr<EVP_CIPHER, EVP_CIPHER_free>;
using digest_context_ptr = openssl_ptr<EVP_MD_CTX, EVP_MD_CTX_free>;
using digest_algorithm_ptr = openssl_ptr<EVP_MD, EVP_MD_free>;
using key_context_ptr = openssl_ptr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using certificate_ptr = openssl_ptr<X509, X509_free>;
using extension_ptr = openssl_ptr<X509_EXTENSION, X509_EXTENSION_free>;
using store_ptr = openssl_ptr<OSSL_STORE_CTX, OSSL_STORE_close>;
using store_info_ptr = openssl_ptr<OSSL_STORE_INFO, OSSL_STORE_INFO_free>;
/// A private or public key. Shared: OpenSSL only reads it once it is made.
using key_ptr = std::shared_ptr<EVP_PKEY>;

inline key_ptr own_key(EVP_PKEY* key) { return key ? key_ptr(key, EVP_PKEY_free) : nullptr; }

/// What is fetched once per thread: with OpenSSL 3.0 every implicit fetch costs about a microsecond
/// and a
/// lock, and a fresh EC generation context twice the key generation itself (measured: 32 against 15
/// us).
struct toolbox {
    toolbox();
    digest_algorithm_ptr sha256;
    digest_context_ptr digest_context;
    cipher_ptr gcm;
    cipher_ptr wrap;
    cipher_context_ptr cipher_context;
    key_context_ptr generate;   ///< P-256 key generation.
    key_ptr p256_parameters;    ///< Empty P-256 key, copied to import a point.
};
/// The calling thread's own.
toolbox& tools();

}  // namespace dhow::seal
