// One export under way: what courier_export and its records share.
// Way of the message: see courier_export.hpp.
// Pure values. Net thread.
// Spec: docs/courier.md#export. Tests: unit/route/courier_export_test.cpp.
// Limits: see courier_export.hpp.
#pragma once

#include "daemon/route/courier_export.hpp"
#include "protocol/known.hpp"

namespace dhow::route {

struct courier_export::job {
    // What was asked for
    std::uint64_t number = 0;
    bureau_id to;
    std::uint64_t volume_bytes = 0;
    std::uint32_t volumes_max = 0;
    message_class least = message_class::bulk;

    // The bundle
    store::bundle_row row;
    std::array<std::uint8_t, 32> key{};
    protocol::courier_letter letter;
    std::vector<store::change> telling;  ///< Written with the bundle.
    std::size_t receipt_bytes = 0;
    bytes head;  ///< encode_volume_head() of the sealed letter.
    bytes letter_bytes;
    std::uint64_t cells_per_volume = 0;

    // Choosing
    enum class pass : std::uint8_t { receipts, texts, attachments, over };
    pass kind = pass::receipts;
    message_class cls = message_class::flash;
    store::row_id after = 0;
    std::uint32_t next_record = 0;
    struct numbered {
        courier_item item;
        std::uint32_t record = 0;      ///< Of the record with the object's last byte.
        std::uint64_t first_byte = 0;  ///< What came before went into earlier volumes.
    };
    std::deque<numbered> chosen;
    std::set<std::uint32_t> unwritten;  ///< Numbers of `chosen` that are in no volume yet.

    // Writing
    std::uint32_t volume = 1;
    std::uint64_t place = 0;  ///< Of the next cell.
    std::uint32_t written = 0;
    struct open_record {
        std::uint32_t record = 0;
        store::row_id object = 0;
        std::uint64_t at = 0, end = 0;  ///< Of the object's bytes.
        bool is_begun = false;
        bytes gathered;  ///< Not in a cell yet.
    };
    std::optional<open_record> open;
    /// The record that is being written: there is one.
    open_record& record_at_hand() { return protocol::known(open, "no record is open"); }
    bool is_end_written = false;
    std::uint64_t fill_to = 0;  ///< 0: nothing to fill.
    bool stops_here = false;    ///< No further volume is allowed.
    bool has_more = false;      ///< Something waits that did not fit.
    std::vector<bytes> plain;

    // Answering
    std::uint32_t part = 0;  ///< Given out last.
    bytes part_bytes;
    bool begins_volume = true, ends_volume = false, is_over = false;
    bool is_busy = false;
    answer_to answer;
    std::uint64_t bytes_out = 0;
    utc_time touched_at{};
};

}  // namespace dhow::route
