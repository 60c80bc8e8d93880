// SHA-256 as an interface, so that the pure layers need no cryptographic library.
// Way of the message: every digest between intake and receipt goes through here.
// Pure interface; implementations are given in by app and tests (daemon/seal/openssl_hasher).
// Spec: FIPS 180-4. Tests: unit/seal, unit/protocol/parcel_test.cpp.
// Limits: none of its own.
#pragma once

#include "protocol/ids.hpp"

#include <initializer_list>
#include <memory>

namespace dhow::protocol {

/// A running SHA-256. Not copyable; finish() may be called once.
class running_hash {
public:
    virtual ~running_hash() = default;
    virtual void update(byte_view data) = 0;
    virtual digest finish() = 0;
};

/// Makes digests. Stateless and callable from any thread.
class hasher {
public:
    virtual ~hasher() = default;
    /// Digest of the concatenation of the pieces.
    [[nodiscard]] virtual digest sha256(std::initializer_list<byte_view> pieces) const = 0;
    [[nodiscard]] virtual std::unique_ptr<running_hash> start() const = 0;
};

}  // namespace dhow::protocol
