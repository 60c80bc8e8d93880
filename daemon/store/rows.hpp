// What the store keeps, as rows of plain values: messages, objects, deliveries, shipments, inbox.
// Way of the message: the core makes these; [store] keeps them; nothing else knows SQL.
// Pure values.
// Spec: docs/store.md. Tests: store_contract.
// Limits: row numbers are given by the core and never used again.
#pragma once

#include "protocol/confidentiality.hpp"
#include "protocol/frame.hpp"
#include "protocol/ids.hpp"
#include "protocol/parcel.hpp"
#include "protocol/receipt.hpp"

namespace dhow::store {

using protocol::bureau_id;
using protocol::digest;
using protocol::message_class;
using protocol::message_id;
using protocol::utc_time;

/// Number of a message, object, shipment, outcome, inbox or event row; from one rising counter.
using row_id = std::int64_t;

enum class message_role : std::uint8_t { origin = 1, relay = 2, addressee = 4 };  ///< Bits.

/// One sending attempt of a message as this gateway holds it. Several rows may share (origin, id,
/// attempt)
/// with disjoint recipients (branches that came by different peers); what is unique is the custody
/// row.
struct message_row {
    row_id row = 0;
    bureau_id origin;
    message_id id;
    std::uint8_t attempt = 0;
    std::uint8_t roles = 0;  ///< message_role bits.
    message_class cls = message_class::routine;
    utc_time received_at{};                    ///< Accepted here (gateway time).
    protocol::milliseconds age_at_receipt{0};  ///< Accumulated before.
    std::uint8_t hops = 0;
    std::optional<utc_time> expires_at;  ///< received_at + (time to live - age). Nothing: never.
    protocol::bytes seal;                ///< encode_seal().
    protocol::bytes lockboxes;           ///< encode_lockboxes() of what this gateway got or made.
    row_id text_object = 0;
    std::string agency;        ///< Origin only: who submitted (a name from the configuration).
    std::string kind;          ///< Origin only; empty at hubs.
    protocol::bytes kept_key;  ///< Origin only: content key, sealed at rest; for re-wrapping.
    utc_time purge_at{};       ///< Not before this, once nothing is open.
    /// Origin only: which links may carry it; its shipments have the same.
    protocol::confidentiality level = protocol::confidentiality::unsaid;
};

/// Whether this gateway has sent it.
inline bool is_origin(const message_row& message) {
    return (message.roles & static_cast<std::uint8_t>(message_role::origin)) != 0;
}

enum class object_state : std::uint8_t {
    expected = 0,  ///< Named by a header, no byte yet.
    partial = 1,   ///< durable_bytes < bytes.
    complete = 2,  ///< All bytes, digest verified.
    spooling = 3,  ///< An agency's upload that no message has taken yet; bytes unknown.
    purged = 4,    ///< Row kept, segments gone.
};

struct object_row {
    row_id row = 0;
    protocol::object_kind kind = protocol::object_kind::text;
    object_state state = object_state::expected;
    row_id message = 0;          ///< 0: a receipt, an upload, or a text that is still partial.
    std::uint16_t position = 0;  ///< 0 text, 1… attachments in header order.
    message_class cls = message_class::bulk;
    digest sealed_digest;
    std::uint64_t bytes = 0;
    std::uint64_t durable_bytes = 0;  ///< Kept by put_segment.
    bureau_id from_peer;              ///< Who sent it; empty: an attachment, or ours.
    protocol::bytes preamble;  ///< For partial texts: encode_preamble() and what the OFFER said.
    utc_time changed_at{};
};

enum class delivery_state : std::uint8_t {
    accepted = 0,
    queued = 1,
    sending = 2,
    in_doubt = 3,
    relayed = 4,
    delivered = 5,
    complete = 6,
    taken = 7,
    answered = 8,
    deferred = 9,
    held = 10,
    quarantined = 11,
    expired = 12,
    cancelled = 13,
    refused = 14,
    undeliverable = 15,
    received = 16,   ///< Inbound for ourselves, stored, not opened yet.
    handed_on = 17,  ///< Hub: custody given to the next hop. Final for a hub.
    rejected = 18,   ///< By an agency of the addressee, which has it. Only `taken` follows.
};
/// Set of states, for expectations.
using state_set = std::uint32_t;
constexpr state_set in_state(delivery_state s) { return 1U << static_cast<unsigned>(s); }
/// An agency of the addressee has answered the text: it may lack attachments all the same.
inline constexpr state_set answered_states = in_state(delivery_state::taken) |
                                             in_state(delivery_state::answered) |
                                             in_state(delivery_state::rejected);
/// Nothing happens to a delivery any more.
inline constexpr state_set final_states =
    answered_states | in_state(delivery_state::expired) | in_state(delivery_state::cancelled) |
    in_state(delivery_state::refused) | in_state(delivery_state::undeliverable) |
    in_state(delivery_state::handed_on);
/// Its payload is no longer needed: final, or all of it is at the addressee.
inline constexpr state_set settled_states = final_states | in_state(delivery_state::complete);

/// One recipient of one message row.
struct delivery_row {
    row_id message = 0;
    bureau_id recipient;
    delivery_state state = delivery_state::accepted;
    bureau_id next_hop;              ///< Empty: ourselves, or none.
    std::uint8_t attempt = 0;        ///< Of the copy under way (origin: rises when sent again).
    std::uint16_t code = 0;          ///< errc of the last trouble.
    std::string text;                ///< The same for people; no content.
    std::optional<utc_time> due_at;  ///< When the core wants to look at it: expiry, send again.
    utc_time changed_at{};
    std::uint8_t crash_count = 0;
    row_id receipt = 0;  ///< The receipt that settled it.
};

enum class shipment_state : std::uint8_t {
    ready = 0,     ///< May go as soon as the link takes it.
    waiting = 1,   ///< For its object, or for the text before it.
    deferred = 2,  ///< Until due_at, a message-specific refusal.
    held = 3,
    done = 4,  ///< Peer has committed; kept for backup_window.
    failed = 5,
};
using shipment_set = std::uint32_t;
constexpr shipment_set in_state(shipment_state s) { return 1U << static_cast<unsigned>(s); }

/// One object to one peer: what the scheduler queues.
struct shipment_row {
    row_id row = 0;  ///< Also the order within a class.
    bureau_id peer;
    message_class cls = message_class::routine;
    shipment_state state = shipment_state::ready;
    row_id object = 0;
    row_id message = 0;          ///< 0 for receipts.
    std::uint16_t position = 0;  ///< Of the object in its message.
    std::uint8_t attempt = 0;
    bureau_id origin;       ///< Of the message; for a receipt its destination.
    bool in_doubt = false;  ///< All was sent and no answer came.
    std::uint32_t tries = 0;
    std::uint16_t code = 0;
    std::string text;
    std::optional<utc_time> due_at;
    utc_time created_at{};
    utc_time changed_at{};
};

/// (origin, id, attempt, recipient): what this gateway took into custody, and what came of it.
struct custody_row {
    bureau_id origin;
    message_id id;
    std::uint8_t attempt = 0;
    bureau_id recipient;
    bureau_id taken_from;  ///< Peer; the same one asks again in doubt, another one closes a loop.
    bool handed_on = false;
    std::optional<protocol::outcome_kind> outcome;
    digest inner_digest;  ///< Equivocation check.
    utc_time forget_at{};
};

/// A later message of the same origin, of which this gateway took custody, calls back message `id`:
/// for those recipients for whom it took that custody. Unique on (origin, id, called_by).
struct tombstone_row {
    bureau_id origin;
    message_id id;
    message_id called_by;
    bool is_cancelled = false;  ///< Else superseded.
    utc_time forget_at{};
};

enum class assignment_state : std::uint8_t {
    offered = 0,
    taken = 1,
    rejected = 2,
    superseded = 3,  ///< A newer message of its case is here.
    late = 4,        ///< Came after the end of its case.
    withheld = 5,    ///< Its case is suspended; offered again when that is over.
    withdrawn = 6,   ///< Was offered, and not taken when its case ended.
    removed = 7,     ///< The agency has it no longer, and says so.
};

/// An opened inbound message. Unique on (origin, id), kept for ever.
struct inbox_row {
    row_id message = 0;
    bureau_id origin;
    message_id id;
    digest content_digest;
    protocol::bytes sealed_summary;  ///< Kind, subject, agency: sealed under the at-rest key.
    bool complete = false;           ///< All attachments here.
    utc_time opened_at{};
};
struct assignment_row {
    row_id message = 0;
    std::string agency;
    assignment_state state = assignment_state::offered;
    std::string reason;
    utc_time changed_at{};
};

/// An outcome that waits to be signed.
struct outcome_row {
    row_id row = 0;
    bureau_id origin;  ///< Destination.
    message_class cls = message_class::routine;
    protocol::outcome value;
};

struct receipt_row {
    row_id row = 0;
    digest receipt_digest;  ///< SHA-256 of encode_receipt(). Unique.
    bureau_id issuer;
    protocol::bytes encoded;
    utc_time received_at{};
};

struct idempotency_row {
    digest key;      ///< HMAC of agency and key under the at-rest key. Unique.
    digest request;  ///< HMAC of the request, to tell a repeat from a clash.
    message_id id;
    utc_time forget_at{};
};

struct event_row {
    bureau_id origin;
    message_id id;
    bureau_id recipient;  ///< Empty: the message as a whole.
    utc_time at{};
    std::string what;   ///< `accepted`, `relayed`, `delivered` …: state names.
    std::string actor;  ///< `gateway`, `peer MU`, `agency border`, `operator`.
    std::uint16_t code = 0;
    std::string text;
};

struct peer_row {
    bureau_id peer;
    protocol::instance_id instance;
    std::uint64_t epoch = 0;
    std::uint64_t boot = 0;
    std::uint64_t sent_count = 0;
    std::uint64_t received_count = 0;
    /// By class: shipments up to this one may have been sent (in doubt after a crash).
    std::array<row_id, protocol::message_class_count> offered_upto{};
    std::string suspended;                              ///< Reason; empty: not suspended.
    std::optional<utc_time> suspended_until;            ///< Its end was given as a time.
    std::optional<std::chrono::seconds> suspended_for;  ///< As how long it lasts.
    std::string suspended_by;                           ///< The operator's user.
    std::optional<utc_time> suspended_at;
    std::optional<utc_time> last_session_at;
    std::string last_error;
    std::optional<utc_time> last_error_at;
};

}  // namespace dhow::store
