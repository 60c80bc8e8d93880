// What a courier carries: volumes of a bundle, their letter, cells and records, encoded and
// decoded side by side.
// Way of the message: store -> route/courier -> [courier] -> file on a stick -> [courier] -> route.
// Pure. Values, any thread.
// Spec: docs/courier-format.md. Tests: unit/protocol/courier_test.cpp, fuzz/courier_fuzz.cpp.
// Limits: courier_* of limits.hpp; nothing is allocated by a length that was not compared first.
#pragma once

#include "protocol/frame.hpp"
#include "protocol/parcel.hpp"

#include <map>

namespace dhow::protocol {

/// Kind of the content of a letter. Kinds below `transport.` are refused to agencies at intake.
inline constexpr std::string_view courier_letter_kind = "transport.courier";

// Letter ----------------------------------------------------------------------------------------

/// Record numbers `first` to `last`, both included.
struct record_range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool operator==(const record_range&) const = default;
};

/// Custody receipt: what the importer of a bundle holds of it. Part of the letter of a bundle that
/// goes back, so it is signed by the importer and read by the exporter alone.
struct custody_receipt {
    message_id bundle;                  ///< Id of the bundle's letter.
    std::vector<record_range> on_disk;  ///< Ascending, with gaps between them; may be empty.
    struct exception {
        std::uint32_t record = 0;
        bureau_id recipient;  ///< Empty: the record as a whole; then it is not in `on_disk`.
        errc code = errc::have_it;
        bool operator==(const exception&) const = default;
    };
    std::vector<exception> exceptions;  ///< By record, then recipient; ascending.
    bool operator==(const custody_receipt&) const = default;
};

/// The text of a letter. Bundle id, exporter and time stand in the header of its parcel.
struct courier_letter {
    std::array<std::uint8_t, 32> key{};  ///< Key-encryption key of the cells.
    instance_id instance;                ///< Of the exporter.
    std::uint64_t epoch = 0;             ///< Of the exporter's store.
    std::vector<custody_receipt> receipts;
    std::vector<unknown_field> ignored;
    bool operator==(const courier_letter&) const = default;
};
/// Bytes that a receipt takes in a letter; for whoever fills one up to courier_receipts_bytes_max.
std::size_t encoded_bytes(const custody_receipt& value);
bytes encode_letter(const courier_letter& value);
result<courier_letter> decode_letter(byte_view data);

// Volume ----------------------------------------------------------------------------------------

/// First and last bytes of a volume: how long the parcel of the letter is that follows, or stands
/// before.
struct volume_head {
    static constexpr std::size_t size_bytes = 16;
    std::uint32_t preamble_bytes = 0;  ///< encode_preamble() of the letter's parcel.
    std::uint32_t body_bytes = 0;      ///< Its sealed body.
    bool operator==(const volume_head&) const = default;
    [[nodiscard]] std::size_t letter_bytes() const {
        return std::size_t{preamble_bytes} + body_bytes;
    }
};
bytes encode_volume_head(const volume_head& value);
/// Exactly size_bytes.
result<volume_head> decode_volume_head(byte_view data);

/// Length of a sealed cell: the same for all.
std::size_t sealed_cell_bytes();
/// Where things are in a volume of so many bytes, by one of its heads.
struct volume_layout {
    std::uint64_t letter_at = 0;  ///< Of the letter that belongs to the head that was read.
    std::uint64_t cells_at = 0;
    std::uint64_t cells = 0;
    bool is_whole = false;  ///< The bytes after the last cell are those of a letter and a head.
};
/// By the head at the beginning; a volume that was cut off has fewer cells and no end.
volume_layout layout_from_front(const volume_head& head, std::uint64_t file_bytes);
/// By the head at the end. `truncated` when there is no room for two letters.
result<volume_layout> layout_from_back(const volume_head& head, std::uint64_t file_bytes);
/// Cells that fit a volume of at most so many bytes.
std::uint64_t cells_that_fit(std::uint64_t volume_bytes, std::size_t letter_bytes);
/// Padme: at most 12 % more, so that a size tells its order of magnitude and little else.
std::uint64_t padded_count(std::uint64_t count);

// Cells -----------------------------------------------------------------------------------------

/// The smallest thing that is sealed and that damage can take. All cells of all volumes look alike
/// from outside.
struct courier_cell {
    static constexpr std::uint32_t filler = 0xffff'ffff;  ///< Its record: none.
    std::uint32_t volume = 1;
    std::uint32_t place = 0;   ///< In its volume, from 0.
    std::uint32_t record = 0;  ///< Rising; a number is never used again in a bundle.
    bool is_first = false;     ///< The record begins here.
    bool is_last = false;      ///< It ends here.
    bytes payload;             ///< 1 to courier_cell_payload_bytes; a filler has none.
    bool operator==(const courier_cell&) const = default;
};
/// courier_cell_plain_bytes, to be sealed.
bytes encode_cell(const courier_cell& value);
result<courier_cell> decode_cell(byte_view plain);

// Records ---------------------------------------------------------------------------------------

/// What stands before the bytes of an object, or of a part of an attachment.
struct record_head {
    offer_frame offer;  ///< As a link would carry it, without a stream.
    std::uint64_t first_byte = 0;
    std::uint64_t slice_bytes = 0;
    /// The last bytes of the object are in this record.
    [[nodiscard]] bool reaches_end() const { return first_byte + slice_bytes == offer.body_bytes; }
};
/// The last record of a bundle: what must have come before it.
struct bundle_end {
    std::uint32_t volumes = 0;
    std::uint32_t records = 0;  ///< This one not counted.
    bool operator==(const bundle_end&) const = default;
};
bytes encode_record_head(const record_head& value);
bytes encode_bundle_end(const bundle_end& value);
struct decoded_record_head {
    std::optional<record_head> object;
    std::optional<bundle_end> end;
    std::size_t consumed_bytes = 0;
};
/// The head at the front of `data`; nothing while it is incomplete.
result<std::optional<decoded_record_head>> decode_record_head(byte_view data);
/// How long a head can be: a frame and two numbers.
std::size_t record_head_bytes_max();

/// Puts records together again from cells that come in order, some of them missing.
class record_reader {
public:
    struct step {
        std::uint32_t record = 0;
        std::optional<record_head> begins;
        std::optional<bundle_end> end;
        bytes data;                ///< Of the object's slice, from where the last step ended.
        bool is_complete = false;  ///< The slice is whole.
        /// A record that had begun is lost: the one before this cell's, or this cell's.
        std::optional<std::uint32_t> lost;
    };
    /// The next good cell.
    result<step> on_cell(const courier_cell& cell);
    /// A damaged or missing cell; the record that was open, if there was one, is lost.
    std::optional<std::uint32_t> on_gap();
    /// End of the volume: as a gap.
    std::optional<std::uint32_t> on_end() { return on_gap(); }
    /// The record that has begun and not ended. A cell that is refused loses it.
    [[nodiscard]] std::optional<std::uint32_t> open() const { return x_record; }

private:
    std::optional<std::uint32_t> drop();
    result<void> take_payload(const courier_cell& cell, step& out);

    std::optional<std::uint32_t> x_record;  ///< Open.
    bytes x_gathered;                       ///< Of its head, while that is incomplete.
    bool x_has_head = false;
    std::uint64_t x_left = 0;  ///< Of its slice.
};

// Between daemon and command --------------------------------------------------------------------

/// What stands before the bytes of a part of an export.
struct part_head {
    static constexpr std::size_t size_bytes = 8;
    std::uint32_t volume = 1;
    bool ends_volume = false;
    bool ends_bundle = false;
};
bytes encode_part_head(const part_head& value);
result<part_head> decode_part_head(byte_view data);

}  // namespace dhow::protocol
