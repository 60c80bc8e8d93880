// AES-256-GCM, AES key wrap, HMAC and random bytes over EVP.
// Way of the message: content and pieces under their keys, keys under keys, columns at rest.
// Not pure: OpenSSL EVP and its random generator. Any thread, each with its own contexts.
// Spec: NIST SP 800-38D, RFC 3394, RFC 2104. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: see the header.
#include "daemon/seal/symmetric.hpp"

#include "daemon/seal/secrets.hpp"
#include "protocol/ensure.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <limits>

namespace dhow::seal {

namespace {

int to_int(std::size_t size) {
    DHOW_ENSURE(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    return static_cast<int>(size);
}

/// A thread's context for one use; no key stays behind in it.
class cipher_use {
public:
    explicit cipher_use(EVP_CIPHER_CTX* context) : x_context(context) {
        EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    }
    ~cipher_use() { EVP_CIPHER_CTX_reset(x_context); }
    cipher_use(const cipher_use&) = delete;
    cipher_use& operator=(const cipher_use&) = delete;
    [[nodiscard]] EVP_CIPHER_CTX* get() const { return x_context; }

private:
    EVP_CIPHER_CTX* x_context;
};

/// Key and nonce of an AES context of one direction.
void start_gcm(EVP_CIPHER_CTX* context, bool is_sealing, const secret_key& key,
               const gcm_nonce& nonce, byte_view associated) {
    DHOW_ENSURE(EVP_CipherInit_ex2(context, tools().gcm.get(), key.data(), nonce.data(),
                                   is_sealing ? 1 : 0, nullptr) == 1);
    int length = 0;
    if (!associated.empty()) {
        DHOW_ENSURE(EVP_CipherUpdate(context, nullptr, &length, associated.data(),
                                     to_int(associated.size())) == 1);
    }
}

}  // namespace

void fill_random(std::span<std::uint8_t> out) {
    DHOW_ENSURE(RAND_bytes(out.data(), to_int(out.size())) == 1);
}

void fill_random_secret(std::span<std::uint8_t> out) {
    DHOW_ENSURE(RAND_priv_bytes(out.data(), to_int(out.size())) == 1);
}

bytes gcm_seal(const secret_key& key, const gcm_nonce& nonce, byte_view associated, byte_view plain,
               gcm_tag& tag) {
    const cipher_use context(tools().cipher_context.get());
    start_gcm(context.get(), true, key, nonce, associated);
    bytes out(plain.size());
    int length = 0;
    DHOW_ENSURE(EVP_CipherUpdate(context.get(), out.data(), &length, plain.data(),
                                 to_int(plain.size())) == 1);
    DHOW_ENSURE(EVP_CipherFinal_ex(context.get(), out.data() + length, &length) == 1);
    DHOW_ENSURE(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, to_int(tag.size()),
                                    tag.data()) == 1);
    return out;
}

result<bytes> gcm_open(const secret_key& key, const gcm_nonce& nonce, byte_view associated,
                       byte_view sealed, const gcm_tag& tag) {
    const cipher_use context(tools().cipher_context.get());
    start_gcm(context.get(), false, key, nonce, associated);
    bytes out(sealed.size());
    gcm_tag expected = tag;
    int length = 0;
    DHOW_ENSURE(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, to_int(expected.size()),
                                    expected.data()) == 1);
    DHOW_ENSURE(EVP_CipherUpdate(context.get(), out.data(), &length, sealed.data(),
                                 to_int(sealed.size())) == 1);
    if (EVP_CipherFinal_ex(context.get(), out.data() + length, &length) != 1) {
        wipe(out);
        return errc::cannot_open;
    }
    return out;
}

protocol::wrapped_key wrap_key(const secret_key& wrapping, const secret_key& key) {
    const cipher_use context(tools().cipher_context.get());
    protocol::wrapped_key out;
    int length = 0;
    DHOW_ENSURE(EVP_EncryptInit_ex2(context.get(), tools().wrap.get(), wrapping.data(), nullptr,
                                    nullptr) == 1);
    DHOW_ENSURE(EVP_EncryptUpdate(context.get(), out.value.data(), &length, key.data(),
                                  to_int(key.size())) == 1);
    DHOW_ENSURE(length == to_int(out.value.size()));
    return out;
}

result<secret_key> unwrap_key(const secret_key& wrapping, const protocol::wrapped_key& wrapped) {
    const cipher_use context(tools().cipher_context.get());
    std::array<std::uint8_t, protocol::wrapped_key::size_bytes> plain{};
    int length = 0;
    DHOW_ENSURE(EVP_DecryptInit_ex2(context.get(), tools().wrap.get(), wrapping.data(), nullptr,
                                    nullptr) == 1);
    const bool opened = EVP_DecryptUpdate(context.get(), plain.data(), &length,
                                          wrapped.value.data(), to_int(wrapped.value.size())) == 1;
    secret_key out{};
    if (!opened || length != to_int(out.size())) {
        return errc::cannot_open;
    }
    std::copy_n(plain.begin(), out.size(), out.begin());
    wipe(plain);
    return out;
}

digest hmac_sha256(byte_view key, byte_view data) {
    // RFC 2104 over the thread's SHA-256, which is fetched once; EVP_MAC would fetch at each use.
    constexpr std::size_t block = 64;
    DHOW_ENSURE(key.size() <= block);
    bytes inner(block + data.size(), 0x36);
    std::array<std::uint8_t, block + 32> outer{};
    outer.fill(0x5c);
    for (std::size_t i = 0; i < key.size(); ++i) {
        inner[i] ^= key[i];
        outer[i] ^= key[i];
    }
    std::copy(data.begin(), data.end(), inner.begin() + block);
    const digest first = sha256(inner);
    std::copy(first.value.begin(), first.value.end(), outer.begin() + block);
    const digest out = sha256(outer);
    wipe(inner);
    wipe(outer);
    return out;
}

}  // namespace dhow::seal
