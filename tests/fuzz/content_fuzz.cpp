// Contents from hostile origins: no crash, and one encoding only.
// Way of the message: none; a fuzz target.
// Pure, but for the digests of OpenSSL where they are needed.
// Spec: docs/parcel-format.md#content. Tests: it is one; corpus/content is replayed by ctest.
// Limits: those of the decoder; what is accepted must come back unchanged.
#include "protocol/content.hpp"
#include "protocol/ensure.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace protocol = dhow::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const protocol::byte_view input{data, size};
    if (const auto value = protocol::decode_content(input)) {
        DHOW_ENSURE(std::ranges::equal(protocol::encode_content(*value), input));
    }
    return 0;
}
