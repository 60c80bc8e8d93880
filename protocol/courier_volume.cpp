// Volumes, cells and records of a courier bundle.
// Way of the message: see courier.hpp.
// Pure. Values, any thread. The letter is in courier.cpp.
// Spec: docs/courier-format.md. Tests: unit/protocol/courier_test.cpp, fuzz/courier_fuzz.cpp.
// Limits: one cell, and the head of one record, in memory.
#include "protocol/courier.hpp"
#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <algorithm>
#include <bit>

namespace dhow::protocol {

namespace {

constexpr std::array<std::uint8_t, 8> magic{'D', 'H', 'O', 'W', 'C', 'B', 0, '\n'};
constexpr std::uint64_t number_max = ~std::uint64_t{0};

constexpr std::uint8_t first_bit = 1;
constexpr std::uint8_t last_bit = 2;

constexpr std::uint8_t object_record = 1;
constexpr std::uint8_t end_record = 2;

void put_u32(bytes& out, std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

std::uint32_t u32_at(byte_view data, std::size_t at) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        out = out << 8U | data[at + i];
    }
    return out;
}

}  // namespace

// Volume ----------------------------------------------------------------------------------------

bytes encode_volume_head(const volume_head& value) {
    bytes out(magic.begin(), magic.end());
    put_u32(out, value.preamble_bytes);
    put_u32(out, value.body_bytes);
    return out;
}

//= CF-2
result<volume_head> decode_volume_head(byte_view data) {
    if (data.size() != volume_head::size_bytes) {
        return data.size() < volume_head::size_bytes ? errc::truncated : errc::trailing_bytes;
    }
    if (!std::equal(magic.begin(), magic.end(), data.begin())) {
        return errc::bad_encoding;
    }
    volume_head out;
    out.preamble_bytes = u32_at(data, magic.size());
    out.body_bytes = u32_at(data, magic.size() + 4);
    if (out.preamble_bytes == 0 || out.body_bytes == 0) {
        return errc::out_of_range;
    }
    const auto letter = std::uint64_t{out.preamble_bytes} + out.body_bytes;
    if (letter > limits::courier_sealed_letter_bytes_max) {
        return errc::too_long;
    }
    return out;
}

std::size_t sealed_cell_bytes() {
    static const std::size_t size = [] {
        const bytes ciphertext(limits::courier_cell_plain_bytes);
        piece_view piece;
        piece.ciphertext = ciphertext;
        return build_piece(piece).size();
    }();
    return size;
}

volume_layout layout_from_front(const volume_head& head, std::uint64_t file_bytes) {
    const std::uint64_t end = volume_head::size_bytes + head.letter_bytes();
    volume_layout out;
    out.letter_at = volume_head::size_bytes;
    out.cells_at = end;
    const auto rest = file_bytes < end ? 0 : file_bytes - end;
    out.is_whole = rest >= end && (rest - end) % sealed_cell_bytes() == 0;
    out.cells = (out.is_whole ? rest - end : rest) / sealed_cell_bytes();
    return out;
}

result<volume_layout> layout_from_back(const volume_head& head, std::uint64_t file_bytes) {
    const std::uint64_t end = volume_head::size_bytes + head.letter_bytes();
    if (file_bytes < 2 * end || (file_bytes - 2 * end) % sealed_cell_bytes() != 0) {
        return errc::truncated;
    }
    volume_layout out;
    out.letter_at = file_bytes - end;
    out.cells_at = end;
    out.cells = (file_bytes - 2 * end) / sealed_cell_bytes();
    out.is_whole = true;
    return out;
}

std::uint64_t cells_that_fit(std::uint64_t volume_bytes, std::size_t letter_bytes) {
    const std::uint64_t ends = 2 * (volume_head::size_bytes + letter_bytes);
    return volume_bytes < ends ? 0 : (volume_bytes - ends) / sealed_cell_bytes();
}

//= CF-9
std::uint64_t padded_count(std::uint64_t count) {
    if (count < 2) {
        return count;
    }
    const auto exponent = static_cast<unsigned>(std::bit_width(count)) - 1;
    const auto digits = static_cast<unsigned>(std::bit_width(exponent));
    if (digits >= exponent) {
        return count;
    }
    const std::uint64_t mask = (std::uint64_t{1} << (exponent - digits)) - 1;
    return (count + mask) & ~mask;
}

// Cells -----------------------------------------------------------------------------------------

bytes encode_cell(const courier_cell& value) {
    DHOW_ENSURE(value.payload.size() <= limits::courier_cell_payload_bytes);
    bytes out;
    out.reserve(limits::courier_cell_plain_bytes);
    put_u32(out, value.volume);
    put_u32(out, value.place);
    put_u32(out, value.record);
    out.push_back(static_cast<std::uint8_t>((value.is_first ? first_bit : 0) |
                                            (value.is_last ? last_bit : 0)));
    out.push_back(static_cast<std::uint8_t>(value.payload.size() >> 8U));
    out.push_back(static_cast<std::uint8_t>(value.payload.size()));
    out.insert(out.end(), value.payload.begin(), value.payload.end());
    out.resize(limits::courier_cell_plain_bytes);
    return out;
}

//= CF-7
result<courier_cell> decode_cell(byte_view plain) {
    if (plain.size() != limits::courier_cell_plain_bytes) {
        return errc::truncated;
    }
    courier_cell out;
    out.volume = u32_at(plain, 0);
    out.place = u32_at(plain, 4);
    out.record = u32_at(plain, 8);
    const std::uint8_t kind = plain[12];
    const std::size_t size = std::size_t{plain[13]} << 8U | plain[14];
    const bool is_filler = out.record == courier_cell::filler;
    if (out.volume == 0 || out.volume > limits::courier_volumes_max ||
        (!is_filler && out.record >= limits::courier_records_max) ||
        size > limits::courier_cell_payload_bytes) {
        return errc::out_of_range;
    }
    if (kind > (first_bit | last_bit) || (size == 0) != is_filler || (is_filler && kind != 0)) {
        return errc::bad_encoding;
    }
    out.is_first = (kind & first_bit) != 0;
    out.is_last = (kind & last_bit) != 0;
    const auto payload = plain.subspan(limits::courier_cell_head_bytes);
    const auto rest = payload.subspan(size);
    if (std::ranges::any_of(rest, [](auto byte) { return byte != 0; })) {
        return errc::bad_padding;
    }
    out.payload = to_bytes(payload.first(size));
    return out;
}

// Records ---------------------------------------------------------------------------------------

std::size_t record_head_bytes_max() {
    constexpr std::size_t type_and_numbers = 32;
    return limits::frame_length_max + type_and_numbers;
}

bytes encode_record_head(const record_head& value) {
    auto offer = value.offer;
    offer.stream = 0;
    offer.first_byte = 0;
    offer.mode = body_mode::on_accept;
    bytes out{object_record};
    append_frame(out, frame{std::move(offer)});
    const auto numbers = writer{}.varint(value.first_byte).varint(value.slice_bytes).take();
    out.insert(out.end(), numbers.begin(), numbers.end());
    return out;
}

bytes encode_bundle_end(const bundle_end& value) {
    return writer{}.u8(end_record).varint(value.volumes).varint(value.records).take();
}

namespace {

/// A read that failed for want of bytes: more may come.
template <class Value>
bool is_incomplete(const result<Value>& what) {
    return !what && errc_of(what.error()) == errc::truncated;
}

//= CF-8
result<void> check_slice(const record_head& head) {
    const auto& offer = head.offer;
    if (offer.stream != 0 || offer.mode != body_mode::on_accept) {
        return errc::bad_encoding;
    }
    if (head.slice_bytes == 0 || head.first_byte > offer.body_bytes ||
        head.slice_bytes > offer.body_bytes - head.first_byte) {
        return errc::out_of_range;
    }
    const bool is_whole = head.first_byte == 0 && head.slice_bytes == offer.body_bytes;
    if (offer.kind != object_kind::attachment && !is_whole) {
        return errc::out_of_range;  // Texts and receipts are small: they go in one.
    }
    return {};
}

result<std::optional<decoded_record_head>> decode_object(byte_view data) {
    DHOW_TRY(const auto found, decode_frame(data.subspan(1)));
    if (!found.value) {
        return std::optional<decoded_record_head>{};
    }
    const auto* offer = std::get_if<offer_frame>(&*found.value);
    if (offer == nullptr || offer->is_short) {
        return errc::bad_encoding;
    }
    reader in{data.subspan(1 + found.consumed_bytes)};
    record_head head;
    head.offer = *offer;
    for (auto* number : {&head.first_byte, &head.slice_bytes}) {
        const auto read = in.varint(number_max);
        if (is_incomplete(read)) {
            return std::optional<decoded_record_head>{};
        }
        if (!read) {
            return read.error();
        }
        *number = *read;
    }
    DHOW_CHECK(check_slice(head));
    decoded_record_head out;
    out.consumed_bytes = data.size() - in.remaining();
    // Exactly one encoding, and no extension that would be lost.
    const auto again = encode_record_head(head);
    if (!std::ranges::equal(again, data.first(out.consumed_bytes))) {
        return errc::bad_encoding;
    }
    out.object = std::move(head);
    return std::optional(std::move(out));
}

result<std::optional<decoded_record_head>> decode_end(byte_view data) {
    reader in{data.subspan(1)};
    const auto volumes = in.varint(limits::courier_volumes_max);
    if (is_incomplete(volumes)) {
        return std::optional<decoded_record_head>{};
    }
    DHOW_CHECK(volumes);
    const auto records = in.varint(limits::courier_records_max);
    if (is_incomplete(records)) {
        return std::optional<decoded_record_head>{};
    }
    DHOW_CHECK(records);
    if (*volumes == 0) {
        return errc::out_of_range;
    }
    decoded_record_head out;
    out.consumed_bytes = data.size() - in.remaining();
    out.end =
        bundle_end{static_cast<std::uint32_t>(*volumes), static_cast<std::uint32_t>(*records)};
    return std::optional(std::move(out));
}

}  // namespace

result<std::optional<decoded_record_head>> decode_record_head(byte_view data) {
    if (data.empty()) {
        return std::optional<decoded_record_head>{};
    }
    switch (data.front()) {
        case object_record:
            return decode_object(data);
        case end_record:
            return decode_end(data);
        default:
            return errc::unsupported_version;
    }
}

std::optional<std::uint32_t> record_reader::drop() {
    x_gathered.clear();
    x_has_head = false;
    x_left = 0;
    return std::exchange(x_record, std::nullopt);
}

std::optional<std::uint32_t> record_reader::on_gap() { return drop(); }

result<void> record_reader::take_payload(const courier_cell& cell, step& out) {
    byte_view data = cell.payload;
    decoded_record_head head;
    if (!x_has_head) {
        x_gathered.insert(x_gathered.end(), data.begin(), data.end());
        if (x_gathered.size() > record_head_bytes_max() + limits::courier_cell_payload_bytes) {
            return errc::too_long;
        }
        DHOW_TRY(auto found, decode_record_head(x_gathered));
        if (!found) {
            return {};
        }
        head = std::move(*found);
        x_has_head = true;
        data = byte_view{x_gathered}.subspan(head.consumed_bytes);
        x_left = head.object ? head.object->slice_bytes : 0;
    }
    if (data.size() > x_left) {
        return errc::trailing_bytes;
    }
    x_left -= data.size();
    out.data = to_bytes(data);
    out.begins = std::move(head.object);
    out.end = head.end;
    x_gathered.clear();
    return {};
}

//= CF-6
result<record_reader::step> record_reader::on_cell(const courier_cell& cell) {
    step out;
    if (cell.record == courier_cell::filler) {
        out.lost = drop();
        out.record = courier_cell::filler;
        return out;
    }
    out.record = cell.record;
    if (cell.is_first || x_record != cell.record) {
        out.lost = drop();
        if (!cell.is_first) {
            return out;  // Its beginning is lost; whoever sees that has counted it.
        }
        x_record = cell.record;
    }
    if (auto taken = take_payload(cell, out); !taken) {
        drop();
        return taken.error();
    }
    const bool is_whole = x_has_head && x_left == 0;
    if (cell.is_last != is_whole) {
        drop();
        return cell.is_last ? errc::truncated : errc::trailing_bytes;
    }
    if (cell.is_last) {
        out.is_complete = true;
        drop();
    }
    return out;
}

// Between daemon and command --------------------------------------------------------------------

bytes encode_part_head(const part_head& value) {
    bytes out;
    put_u32(out, value.volume);
    put_u32(out, (value.ends_volume ? 1U : 0U) | (value.ends_bundle ? 2U : 0U));
    return out;
}

result<part_head> decode_part_head(byte_view data) {
    if (data.size() != part_head::size_bytes) {
        return errc::truncated;
    }
    const auto flags = u32_at(data, 4);
    part_head out{u32_at(data, 0), (flags & 1U) != 0, (flags & 2U) != 0};
    if (out.volume == 0 || out.volume > limits::courier_volumes_max || flags > 3) {
        return errc::out_of_range;
    }
    return out;
}

}  // namespace dhow::protocol
