// Directory documents: no crash, and what is accepted can be written and read again.
// Way of the message: none; a fuzz target.
// Pure, but for the digests of OpenSSL where they are needed.
// Spec: docs/directory-format.md. Tests: it is one; corpus/directory is replayed by ctest.
// Limits: those of the decoder; what is accepted must come back unchanged.
#include "protocol/bytes.hpp"
#include "protocol/directory.hpp"
#include "protocol/ensure.hpp"

#include <cstddef>
#include <cstdint>

namespace protocol = dhow::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const protocol::byte_view input{data, size};
    const auto text = protocol::as_text(input);
    if (const auto entry = protocol::decode_directory_entry(text)) {
        const auto again = protocol::encode_directory_entry(*entry);
        DHOW_ENSURE(protocol::decode_directory_entry(again).has_value());
    }
    if (const auto head = protocol::decode_directory_head(text)) {
        const auto again = protocol::encode_directory_head(*head);
        DHOW_ENSURE(protocol::decode_directory_head(again).has_value());
    }
    if (const auto root = protocol::decode_directory_root(text)) {
        const auto again = protocol::encode_directory_root(*root);
        DHOW_ENSURE(protocol::decode_directory_root(again).has_value());
    }
    return 0;
}
