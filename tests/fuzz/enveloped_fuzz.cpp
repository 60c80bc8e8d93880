// AuthEnvelopedData of bodies and pieces: no crash, and one form only.
// Way of the message: none; a fuzz target.
// Pure, but for the digests of OpenSSL where they are needed.
// Spec: docs/parcel-format.md. Tests: it is one; corpus/enveloped is replayed by ctest.
// Limits: those of the decoder; what is accepted must come back unchanged.
#include "protocol/ensure.hpp"
#include "protocol/parcel.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace protocol = dhow::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const protocol::byte_view input{data, size};
    if (const auto parts = protocol::parse_enveloped(input)) {
        DHOW_ENSURE(
            std::ranges::equal(protocol::build_enveloped(parts->body, parts->boxes), input));
    }
    if (const auto piece = protocol::parse_piece(input)) {
        DHOW_ENSURE(std::ranges::equal(protocol::build_piece(*piece), input));
    }
    return 0;
}
