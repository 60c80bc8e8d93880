// Signed outcomes: what became of a message at one recipient, verifiable with openssl alone.
// Way of the message: made where an outcome falls, goes back to the origin, ends in its evidence.
// Pure.
// Spec: docs/parcel-format.md#receipt. Tests: unit/protocol/receipt_test.cpp, vectors/receipt.json.
// Limits: outcomes_per_receipt_max, receipt_bytes_max.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/header.hpp"
#include "protocol/parcel.hpp"

namespace dhow::protocol {

enum class outcome_kind : std::uint8_t {
    delivered = 1,  ///< Addressee verified, opened and holds the text on disk.
    complete = 2,   ///< The same for all attachments.
    taken = 3,      ///< An agency of the addressee has taken it (handed over).
    rejected = 4,   ///< An agency has rejected it; reason code and text.
    refused = 5,    ///< Addressee's gateway refuses: verification, policy.
    expired = 6,    ///< Non-delivery notice.
    cancelled = 7,
    too_late = 8,       ///< A cancellation that came after hand-over.
    undeliverable = 9,  ///< Non-delivery notice: no route, hop limit, unknown recipient.
    removed = 10,       ///< An agency has removed what it had taken of the case.
};
std::string_view to_text(outcome_kind value);

struct outcome {
    message_id id;
    std::uint8_t attempt = 0;
    bureau_id recipient;
    outcome_kind kind = outcome_kind::delivered;
    utc_time at{};
    digest seal_digest;           ///< SHA-256 of seal_content(): what was received.
    std::vector<digest> on_disk;  ///< Sealed objects held complete (text first).
    std::uint16_t reason = 0;     ///< errc, 0 for none.
    std::string agency;           ///< For taken, rejected and removed.
    std::vector<unknown_field> ignored;
    bool operator==(const outcome&) const = default;
};

struct receipt_content {
    std::uint8_t version = format_version;
    bureau_id issuer;
    bureau_id origin;               ///< Whose messages these are: the destination of the receipt.
    std::vector<outcome> outcomes;  ///< 1 to outcomes_per_receipt_max.
    std::vector<unknown_field> ignored;
    bool operator==(const receipt_content&) const = default;
};
bytes encode_receipt_content(const receipt_content& value);
result<receipt_content> decode_receipt_content(byte_view data);

/// As it travels; build_signed_data(signed_content::receipt, …) makes the CMS of it.
struct receipt {
    bytes content;
    key_id signer;
    digest signer_certificate;
    std::chrono::sys_seconds signed_at{};
    signature value;
    bool operator==(const receipt&) const = default;
};
bytes encode_receipt(const receipt& value);
result<receipt> decode_receipt(byte_view data);

}  // namespace dhow::protocol
