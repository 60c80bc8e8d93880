// Headers from hostile relays: no crash, and one encoding only.
// Way of the message: none; a fuzz target.
// Pure, but for the digests of OpenSSL where they are needed.
// Spec: docs/parcel-format.md#header. Tests: it is one; corpus/header is replayed by ctest.
// Limits: those of the decoder; what is accepted must come back unchanged.
#include "protocol/ensure.hpp"
#include "protocol/header.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace protocol = dhow::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const protocol::byte_view input{data, size};
    if (const auto value = protocol::decode_header(input)) {
        DHOW_ENSURE(std::ranges::equal(protocol::encode_header(*value), input));
    }
    return 0;
}
