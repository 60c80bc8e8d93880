// Volumes of hostile couriers: no crash, one encoding only, and never more than was promised.
// Way of the message: none; a fuzz target.
// Pure.
// Spec: docs/courier-format.md. Tests: it is one; corpus/courier is replayed by ctest.
// Limits: those of the decoders; what is accepted must come back unchanged.
#include "protocol/courier.hpp"
#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace protocol = dhow::protocol;
namespace limits = dhow::protocol::limits;

namespace {

void try_letter(protocol::byte_view input) {
    if (const auto value = protocol::decode_letter(input)) {
        DHOW_ENSURE(std::ranges::equal(protocol::encode_letter(*value), input));
    }
}

void try_head(protocol::byte_view input) {
    if (const auto value = protocol::decode_volume_head(input)) {
        DHOW_ENSURE(std::ranges::equal(protocol::encode_volume_head(*value), input));
        for (const std::uint64_t size : {0ULL, 5'000ULL, 1ULL << 40U}) {
            const auto front = protocol::layout_from_front(*value, size);
            const auto end = front.cells_at + front.cells * protocol::sealed_cell_bytes();
            DHOW_ENSURE(front.cells == 0 || end <= size);
        }
    }
}

void try_record_head(protocol::byte_view input) {
    const auto found = protocol::decode_record_head(input);
    if (found && *found) {
        const auto& head = **found;
        const auto again = head.object ? protocol::encode_record_head(*head.object)
                                       : protocol::encode_bundle_end(*head.end);
        DHOW_ENSURE(std::ranges::equal(again, input.first(head.consumed_bytes)));
    }
}

/// The first byte of each piece says how long it is; pieces become cells of a few records.
void try_cells(protocol::byte_view input) {
    protocol::record_reader reader;
    std::uint64_t promised = 0, got = 0;
    while (input.size() > 2) {
        const std::size_t size = std::min<std::size_t>(
            {std::size_t{input[0]} * 15 + 1, input.size() - 2, limits::courier_cell_payload_bytes});
        protocol::courier_cell cell;
        cell.record = input[1] & 3U;
        cell.is_first = (input[1] & 4U) != 0;
        cell.is_last = (input[1] & 8U) != 0;
        if ((input[1] & 16U) != 0) {
            reader.on_gap();
        }
        cell.payload = protocol::to_bytes(input.subspan(2, size));
        input = input.subspan(2 + size);
        DHOW_ENSURE(protocol::decode_cell(protocol::encode_cell(cell)).value() == cell);
        if (const auto step = reader.on_cell(cell)) {
            if (step->begins) {
                promised = step->begins->slice_bytes;
                got = 0;
            }
            got += step->data.size();
            DHOW_ENSURE(got <= promised && (!step->is_complete || step->end || got == promised));
        } else {
            promised = got = 0;
        }
    }
}

void try_cell(protocol::byte_view input) {
    protocol::bytes plain = protocol::to_bytes(input);
    plain.resize(limits::courier_cell_plain_bytes);
    if (const auto cell = protocol::decode_cell(plain)) {
        DHOW_ENSURE(protocol::encode_cell(*cell) == plain);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const protocol::byte_view input{data, size};
    try_letter(input);
    try_head(input);
    try_record_head(input);
    try_cell(input);
    try_cells(input);
    return 0;
}
