// Preambles and bodies from hostile peers: no crash, one encoding, and sound proofs.
// Way of the message: none; a fuzz target.
// Pure, but for the digests of OpenSSL where they are needed.
// Spec: docs/parcel-format.md#lockboxes. Tests: it is one; corpus/parcel is replayed by ctest.
// Limits: those of the decoder; what is accepted must come back unchanged.
#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/ensure.hpp"
#include "protocol/parcel.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace protocol = dhow::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const protocol::byte_view input{data, size};
    if (const auto value = protocol::decode_preamble(input)) {
        DHOW_ENSURE(std::ranges::equal(protocol::encode_preamble(*value), input));
        const dhow::seal::openssl_hasher hash;
        const auto& set = value->lockboxes;
        if (const auto root = protocol::lockbox_root(set, hash)) {
            const auto branch =
                protocol::branch_of(set, {{set.entries.front().box.recipient}}, hash).value();
            DHOW_ENSURE(protocol::lockbox_root(branch, hash).value() == *root);
        }
    }
    if (const auto body = protocol::decode_body(input)) {
        DHOW_ENSURE(std::ranges::equal(protocol::encode_body(*body), input));
    }
    return 0;
}
