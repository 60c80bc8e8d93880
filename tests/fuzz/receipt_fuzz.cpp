// Receipts from hostile bureaus: no crash, and one encoding only.
// Way of the message: none; a fuzz target.
// Pure, but for the digests of OpenSSL where they are needed.
// Spec: docs/parcel-format.md#receipt. Tests: it is one; corpus/receipt is replayed by ctest.
// Limits: those of the decoder; what is accepted must come back unchanged.
#include "protocol/ensure.hpp"
#include "protocol/receipt.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace protocol = dhow::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const protocol::byte_view input{data, size};
    if (const auto value = protocol::decode_receipt(input)) {
        DHOW_ENSURE(std::ranges::equal(protocol::encode_receipt(*value), input));
        if (const auto content = protocol::decode_receipt_content(value->content)) {
            DHOW_ENSURE(protocol::encode_receipt_content(*content) == value->content);
        }
    }
    if (const auto content = protocol::decode_receipt_content(input)) {
        DHOW_ENSURE(std::ranges::equal(protocol::encode_receipt_content(*content), input));
    }
    return 0;
}
