// Holds the shipped zstd dictionaries inside the program.
// Way of the message: read by compression at [seal] and open.
// Pure constants, put in by the assembler from protocol/dictionaries.
// Spec: docs/parcel-format.md#compression. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: none.
#include "daemon/seal/compression.hpp"

// DHOW_DICTIONARY_1 is the file's path (daemon/CMakeLists.txt).
__asm__(
    ".pushsection .rodata\n"
    ".global dhow_dictionary_1_begin\n"
    ".global dhow_dictionary_1_end\n"
    "dhow_dictionary_1_begin:\n"
    ".incbin \"" DHOW_DICTIONARY_1 "\"\n"
    "dhow_dictionary_1_end:\n"
    ".popsection\n");

extern "C" {
extern const std::uint8_t dhow_dictionary_1_begin[];
extern const std::uint8_t dhow_dictionary_1_end[];
}

namespace dhow::seal {

byte_view dictionary(std::uint32_t number) {
    if (number != 1) {
        return {};
    }
    return {dhow_dictionary_1_begin, dhow_dictionary_1_end};
}

}  // namespace dhow::seal
