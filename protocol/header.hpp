// What relays may see of a message: the header, signed by the origin and never changed.
// Way of the message: made by [seal] at intake; read by every hub; bound into the signed content.
// Pure. Values, any thread.
// Spec: docs/parcel-format.md#header. Tests: unit/protocol/header_test.cpp, vectors/header.json.
// Limits: header_bytes_max, attachments_max, references_max.
#pragma once

#include "protocol/bytes.hpp"
#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

namespace dhow::protocol {

inline constexpr std::uint8_t format_version = 0;
/// P-256, ECDSA-SHA-256, ECDH X9.63-SHA-256, AES-256 key wrap, AES-256-GCM.
inline constexpr std::uint8_t suite_p256 = 1;
/// P-256 and ML-KEM-768 together (protocol/suite2.hpp); specified, not implemented:
/// `unsupported_suite`.
inline constexpr std::uint8_t suite_hybrid = 2;

/// How far the origin trusted its clock when it wrote `created`.
enum class clock_quality : std::uint8_t { synchronised = 0, free_running = 1, doubtful = 2 };

/// One attachment as hubs see it.
struct object_ref {
    digest sealed_digest;     ///< SHA-256 of the sealed object (all its pieces in order).
    std::uint64_t bytes = 0;  ///< Length of the sealed object.
    message_class cls = message_class::bulk;
    bool operator==(const object_ref&) const = default;
};

struct header {
    std::uint8_t version = format_version;
    std::uint8_t suite = suite_p256;  //= PF-76
    message_id id;
    bureau_id origin;
    message_class cls = message_class::routine;
    utc_time created{};
    std::optional<std::chrono::seconds> time_to_live;  ///< Nothing: never expires.
    clock_quality clock = clock_quality::synchronised;
    std::uint8_t hop_limit = 8;
    std::vector<object_ref> attachments;
    std::vector<message_id> supersedes;  ///< Of the same origin.
    std::vector<message_id> cancels;     ///< Of the same origin.
    digest lockbox_root;                 ///< Merkle root over (recipient, lockbox).
    std::vector<unknown_field> ignored;
    bool operator==(const header&) const = default;
};

bytes encode_header(const header& value);
/// Accepts exactly the one encoding of a header; no field is left unchecked.
result<header> decode_header(byte_view data);
/// Version and suite of an encoded header, which decide how all the rest of a parcel is read:
/// `unsupported_version`, `unsupported_suite`.
result<void> check_format(byte_view encoded_header);

}  // namespace dhow::protocol
