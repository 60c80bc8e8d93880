// SHA-256 of OpenSSL behind the interface of the pure layers.
// Way of the message: every digest between intake and receipt goes through here.
// Not pure: OpenSSL. Stateless; callable from any thread.
// Spec: FIPS 180-4. Tests: unit/seal, unit/protocol/parcel_test.cpp.
// Limits: none of its own; out of memory ends the process.
#include "daemon/seal/openssl_hasher.hpp"

#include "protocol/ensure.hpp"

#include <openssl/evp.h>

namespace dhow::seal {

namespace {

class evp_hash final : public protocol::running_hash {
public:
    evp_hash() : x_context(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
        DHOW_ENSURE(x_context && EVP_DigestInit_ex(x_context.get(), EVP_sha256(), nullptr) == 1);
    }
    void update(protocol::byte_view data) override {
        DHOW_ENSURE(EVP_DigestUpdate(x_context.get(), data.data(), data.size()) == 1);
    }
    protocol::digest finish() override {
        protocol::digest out;
        DHOW_ENSURE(EVP_DigestFinal_ex(x_context.get(), out.value.data(), nullptr) == 1);
        return out;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> x_context;
};

}  // namespace

protocol::digest openssl_hasher::sha256(std::initializer_list<protocol::byte_view> pieces) const {
    evp_hash hash;
    for (const auto piece : pieces) {
        hash.update(piece);
    }
    return hash.finish();
}

std::unique_ptr<protocol::running_hash> openssl_hasher::start() const {
    return std::make_unique<evp_hash>();
}

}  // namespace dhow::seal
