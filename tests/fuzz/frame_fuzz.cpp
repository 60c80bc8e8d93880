// Any bytes as frames and as HELLO: no crash, and what decodes encodes to the same bytes.
// Way of the message: none; a fuzz target.
// Pure.
// Spec: docs/link-protocol.md#frames. Tests: it is one; corpus/frame holds the vectors.
// Limits: none.
#include "protocol/bytes.hpp"
#include "protocol/ensure.hpp"
#include "protocol/frame.hpp"

#include <algorithm>

using namespace dhow::protocol;

namespace {

/// The same frame again, so that extensions which were ignored do not count.
void check_round_trip(const frame& value) {
    if (std::holds_alternative<unknown_frame>(value)) {
        return;
    }
    bytes first;
    append_frame(first, value);
    const auto again = decode_frame(first);
    DHOW_ENSURE(again && again->value && again->consumed_bytes == first.size());
    bytes second;
    append_frame(second, *again->value);
    DHOW_ENSURE(first == second);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_view rest{data, size};
    while (!rest.empty()) {
        const auto decoded = decode_frame(rest);
        if (!decoded || !decoded->value) {
            break;
        }
        DHOW_ENSURE(decoded->consumed_bytes > 0 && decoded->consumed_bytes <= rest.size());
        check_round_trip(*decoded->value);
        if (const auto* greeting = std::get_if<hello_frame>(&*decoded->value)) {
            const auto hello = decode_hello(greeting->encoded);
            DHOW_ENSURE(!hello || encode_hello(*hello) == greeting->encoded);
        }
        rest = rest.subspan(decoded->consumed_bytes);
    }
    return 0;
}
