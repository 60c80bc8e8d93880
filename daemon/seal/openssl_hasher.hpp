// SHA-256 of OpenSSL behind the interface of the pure layers.
// Way of the message: every digest between intake and receipt goes through here.
// Not pure: OpenSSL. Stateless; callable from any thread.
// Spec: FIPS 180-4. Tests: unit/seal, unit/protocol/parcel_test.cpp.
// Limits: none of its own; out of memory ends the process.
#pragma once

#include "protocol/hasher.hpp"

namespace dhow::seal {

class openssl_hasher final : public protocol::hasher {
public:
    [[nodiscard]] protocol::digest sha256(
        std::initializer_list<protocol::byte_view> pieces) const override;
    [[nodiscard]] std::unique_ptr<protocol::running_hash> start() const override;
};

}  // namespace dhow::seal
