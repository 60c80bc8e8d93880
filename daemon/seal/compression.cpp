// zstd with dictionaries, and padding as a skippable frame, so that `zstd -d` opens the whole.
// Way of the message: between the inner signature and encryption at [seal]; the reverse at open.
// Not pure: libzstd; contexts are per thread.
// Spec: docs/parcel-format.md#compression, RFC 8878. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: the caller's bound on what is unpacked; padded_bytes_min.
#include "daemon/seal/compression.hpp"

#include "daemon/seal/secrets.hpp"
#include "protocol/ensure.hpp"

#include <zstd.h>

#include <algorithm>
#include <bit>

namespace dhow::seal {

namespace {

/// A choice, not a measurement: between zstd's default of 3 and its slow levels.
constexpr int level = 6;
constexpr std::array<std::uint8_t, 4> frame_magic = {0x28, 0xb5, 0x2f, 0xfd};
constexpr std::array<std::uint8_t, 4> padding_magic = {0x50, 0x2a, 0x4d, 0x18};
constexpr std::size_t padding_head = 8;

template <auto Free>
struct zstd_free {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using compressor = std::unique_ptr<ZSTD_CCtx, zstd_free<ZSTD_freeCCtx>>;
using decompressor = std::unique_ptr<ZSTD_DCtx, zstd_free<ZSTD_freeDCtx>>;
using write_dictionary = std::unique_ptr<ZSTD_CDict, zstd_free<ZSTD_freeCDict>>;
using read_dictionary = std::unique_ptr<ZSTD_DDict, zstd_free<ZSTD_freeDDict>>;

/// Digested once, read by all threads.
struct digested {
    digested()
        : write(ZSTD_createCDict(dictionary(1).data(), dictionary(1).size(), level)),
          read(ZSTD_createDDict(dictionary(1).data(), dictionary(1).size())) {
        DHOW_ENSURE(write && read);
    }
    write_dictionary write;
    read_dictionary read;
};
const digested& dictionary_one() {
    static const digested made;
    return made;
}

bool starts_with(byte_view data, const std::array<std::uint8_t, 4>& magic) {
    return data.size() >= magic.size() && std::equal(magic.begin(), magic.end(), data.begin());
}

void append_padding(bytes& packed) {
    const std::size_t whole = padded_size(packed.size() + padding_head);
    const std::size_t zeros = whole - packed.size() - padding_head;
    packed.insert(packed.end(), padding_magic.begin(), padding_magic.end());
    for (unsigned shift = 0; shift < 32; shift += 8) {
        packed.push_back(static_cast<std::uint8_t>(zeros >> shift));
    }
    packed.resize(whole, 0);
}

/// Whether `rest` is exactly the padding that append_padding() puts behind `frame` bytes.
bool is_padding(byte_view rest, std::size_t frame) {
    if (!starts_with(rest, padding_magic) || rest.size() < padding_head ||
        frame + rest.size() != padded_size(frame + padding_head)) {
        return false;
    }
    std::size_t declared = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        declared |= static_cast<std::size_t>(rest[4 + i]) << (8 * i);
    }
    const auto zeros = rest.subspan(padding_head);
    return declared == zeros.size() &&
           std::all_of(zeros.begin(), zeros.end(), [](auto byte) { return byte == 0; });
}

}  // namespace

//= PF-35
std::size_t padded_size(std::size_t size) {
    if (size <= padded_bytes_min) {
        return padded_bytes_min;
    }
    // Padmé: of the bits of the length, keep as many as the length of its bit count.
    const auto exponent = static_cast<unsigned>(std::bit_width(size)) - 1;
    const auto kept = static_cast<unsigned>(std::bit_width(exponent));
    const std::size_t mask = (std::size_t{1} << (exponent - kept)) - 1;
    return (size + mask) & ~mask;
}

//= PF-34
bytes pack(byte_view plain, std::uint32_t dictionary_number) {
    thread_local const compressor context(ZSTD_createCCtx());
    DHOW_ENSURE(context && dictionary_number <= newest_dictionary);
    bytes packed(ZSTD_compressBound(plain.size()));
    const std::size_t length =
        dictionary_number == 0
            ? ZSTD_compressCCtx(context.get(), packed.data(), packed.size(), plain.data(),
                                plain.size(), level)
            : ZSTD_compress_usingCDict(context.get(), packed.data(), packed.size(), plain.data(),
                                       plain.size(), dictionary_one().write.get());
    DHOW_ENSURE(ZSTD_isError(length) == 0);
    packed.resize(length);
    append_padding(packed);
    return packed;
}

//= PF-34, PF-37
result<bytes> unpack(byte_view packed, std::size_t bytes_max) {
    if (!starts_with(packed, frame_magic)) {
        return errc::bad_encoding;
    }
    const std::size_t frame = ZSTD_findFrameCompressedSize(packed.data(), packed.size());
    if (ZSTD_isError(frame) != 0 || frame > packed.size()) {
        return errc::bad_encoding;
    }
    if (!is_padding(packed.subspan(frame), frame)) {
        return errc::bad_padding;
    }
    const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), frame);
    const unsigned number = ZSTD_getDictID_fromFrame(packed.data(), frame);
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ||
        number > newest_dictionary) {
        return errc::bad_encoding;
    }
    if (size > bytes_max) {
        return errc::too_long;
    }
    thread_local const decompressor context(ZSTD_createDCtx());
    DHOW_ENSURE(context);
    bytes plain(static_cast<std::size_t>(size));
    const std::size_t length =
        number == 0 ? ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(), packed.data(),
                                          frame)
                    : ZSTD_decompress_usingDDict(context.get(), plain.data(), plain.size(),
                                                 packed.data(), frame, dictionary_one().read.get());
    if (ZSTD_isError(length) != 0 || length != plain.size()) {
        wipe(plain);
        return errc::bad_encoding;
    }
    return plain;
}

}  // namespace dhow::seal
