// DER and SignedData: no crash, and one form only.
// Way of the message: none; a fuzz target.
// Pure, but for the digests of OpenSSL where they are needed.
// Spec: docs/parcel-format.md#cms. Tests: it is one; corpus/der is replayed by ctest.
// Limits: those of the decoder; what is accepted must come back unchanged.
#include "protocol/der.hpp"
#include "protocol/ensure.hpp"
#include "protocol/parcel.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace protocol = dhow::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const protocol::byte_view input{data, size};
    if (const auto view = protocol::parse_signed_data(input)) {
        const auto again = protocol::build_signed_data(view->type, view->content, view->attributes,
                                                       view->signer, view->value);
        DHOW_ENSURE(std::ranges::equal(again, input));
    }
    if (const auto time = protocol::der_reader{input}.time()) {
        const auto element = protocol::der_time(*time);
        DHOW_ENSURE(std::ranges::equal(element, input.first(element.size())));
    }
    if (const auto number = protocol::der_reader{input}.unsigned_integer(64)) {
        const auto element = protocol::der_unsigned(*number);
        DHOW_ENSURE(std::ranges::equal(element, input.first(element.size())));
    }
    return 0;
}
