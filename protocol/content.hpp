// The signed content of a message: kind, agency, subject, text, and the keys of its attachments.
// Way of the message: written by intake, signed and sealed, read only by addressees.
// Pure. Values; keys of attachments are wiped by their owner (daemon/seal).
// Spec: docs/parcel-format.md#content. Tests: unit/protocol/content_test.cpp, fuzz/content*.
// Limits: text_bytes_max, short_text_bytes_max, attachments_max.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/header.hpp"

namespace dhow::protocol {

struct attachment_entry {
    std::string file_name;  ///< UTF-8, no path separators or control characters.
    std::string media_type;
    std::uint64_t bytes = 0;             ///< Plain length.
    digest sealed_digest;                ///< As in the header's object list.
    std::array<std::uint8_t, 32> key{};  ///< Key-encryption key of the pieces.
    std::vector<digest> pieces;          ///< SHA-256 of each sealed piece, in order.
    std::vector<unknown_field> ignored;
    bool operator==(const attachment_entry&) const = default;
};

struct content {
    std::string kind;        ///< Dotted English words: `hit.request`.
    std::string agency;      ///< Submitting agency, as its bureau names it.
    std::string subject;     ///< May be empty.
    std::string media_type;  ///< Of the text.
    protocol::bytes text;
    std::vector<bureau_id>
        recipients;  ///< Whom the origin meant; shown to every recipient that may know.
    std::vector<attachment_entry> attachments;
    std::vector<unknown_field> ignored;
    bool operator==(const content&) const = default;
};

/// How many pieces an attachment of so many plain bytes has: all but the last are piece_bytes
/// long, and
/// an empty attachment has one empty piece.
std::size_t piece_count(std::uint64_t plain_bytes);

protocol::bytes encode_content(const content& value);
result<content> decode_content(byte_view data);

/// A name that is safe to show and to create: clean text on one line, not empty, no path
/// separators, not
/// `.` or `..`.
bool is_clean_file_name(std::string_view name);
/// UTF-8 without control characters (TAB, LF, CR allowed when `multi_line`) and bidirectional
/// overrides.
bool is_clean_text(std::string_view text, bool multi_line);

}  // namespace dhow::protocol
