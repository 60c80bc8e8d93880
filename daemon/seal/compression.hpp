// Makes a signed content small and its size unrevealing: zstd with a shipped dictionary, Padmé
// padding. Way of the message: between the inner signature and encryption at [seal]; the reverse at
// open. Not pure: libzstd; contexts are per thread. Any thread. Spec:
// docs/parcel-format.md#compression, RFC 8878. Tests: unit/seal/cms_sealer_test.cpp. Limits: the
// caller's bound on what is unpacked; padded_bytes_min.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

namespace dhow::seal {

using protocol::byte_view;
using protocol::bytes;
using protocol::errc;
using protocol::result;

/// Highest dictionary that this version ships. A number once shipped stays readable for ever.
inline constexpr std::uint32_t newest_dictionary = 1;
/// Smallest padded size: hides the length of short answers; DESIGN section 5.
inline constexpr std::size_t padded_bytes_min = 256;

/// The shipped dictionary, as `zstd -D` takes it; empty for 0 (none) and numbers above the newest.
byte_view dictionary(std::uint32_t number);

/// Size after padding: at least padded_bytes_min, then the Padmé sizes, at most 12 % above.
std::size_t padded_size(std::size_t size);

/// One zstd frame that states its content size and dictionary, then one skippable frame of zeros
/// that fills up to padded_size(). `dictionary_number`: 0 for none.
bytes pack(byte_view plain, std::uint32_t dictionary_number);
/// Accepts what pack() makes and nothing else. The content size that the frame declares is compared
/// with `bytes_max` before memory is taken, and no byte beyond it is written. Errors:
/// `bad_encoding`, `too_long`, `bad_padding`.
result<bytes> unpack(byte_view packed, std::size_t bytes_max);

}  // namespace dhow::seal
