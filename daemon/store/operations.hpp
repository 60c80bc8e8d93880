// The closed list of changes to the store, and of questions to it, as values.
// Way of the message: route decides -> [operations] -> store thread -> one synced batch -> route.
// Pure values; SQLite, the reference model and a later PostgreSQL interpret the same list.
// Spec: docs/store.md. Tests: store_contract.
// Limits: batch_operations_max, batch_bytes_max.
#pragma once

#include "daemon/store/rows.hpp"

#include <map>
#include <variant>

namespace dhow::store {

namespace operation {
// Every put_… whose key exists is a conflict, unless its comment says otherwise. A change that can
// not
// conflict and finds nothing to do is reported in `unchanged`.

/// Not unique on (origin, id, attempt): see message_row. conflict: row number exists.
struct put_message { message_row row; };
/// `durable_bytes` of the row is not looked at: it starts at 0 and only put_segment raises it.
struct put_object { object_row row; };
/// Appends: index x 64 KiB must equal durable_bytes (else conflict). The last may be short.
/// Raises durable_bytes; state expected becomes partial, other states stay. conflict also: no such
/// object,
/// purged, or more than `bytes` (unless spooling, whose bytes are not known yet).
struct put_segment {
    row_id object = 0;
    std::uint32_t index = 0;
    protocol::bytes data;
};
/// State change; the optional members are written when given. conflict: other state, or gone.
/// To `purged`: the segments go and durable_bytes becomes 0.
struct advance_object {
    row_id object = 0;
    object_state expected = object_state::partial;
    object_state state = object_state::complete;
    utc_time at{};
    std::optional<row_id> message;
    std::optional<std::uint16_t> position;
    std::optional<std::uint64_t> bytes;
    std::optional<digest> sealed_digest;
};
/// Segments, row, and its shipments that belong to no message. Nothing happens when it is gone.
struct drop_object { row_id object = 0; };
struct put_delivery { delivery_row row; };
/// Conflict when the state is not in `expected`, or there is none. Optional members are written
/// only when
/// given; `due_at` in a nested optional, since nothing (never look) is a value too. `code` and
/// `text` are
/// always written. A receipt given here or in settle_delivery is found by load_receipts for ever.
struct advance_delivery {
    row_id message = 0;
    bureau_id recipient;
    state_set expected = 0;
    delivery_state state = delivery_state::queued;
    utc_time at{};
    std::uint16_t code = 0;
    std::string text;
    std::optional<bureau_id> next_hop;
    std::optional<std::uint8_t> attempt;
    std::optional<std::optional<utc_time>> due_at;
    std::optional<row_id> receipt;
    std::optional<std::uint8_t> crash_count;
    bool lenient = false;
};  ///< `unchanged` instead of conflict.
/// The same, found by (origin, id): the message row with the role `origin`, of several the highest
/// attempt that has this recipient. Never a conflict: `unchanged` when there is none or its state
/// is not
/// in `expected` (late receipts).
struct settle_delivery {
    bureau_id origin;
    message_id id;
    bureau_id recipient;
    state_set expected = 0;
    delivery_state state = delivery_state::delivered;
    utc_time at{};
    std::uint16_t code = 0;
    std::string text;
    std::optional<std::optional<utc_time>> due_at;
    row_id receipt = 0;
    std::string actor;
};  ///< Writes the event itself when the state changes.
struct put_shipment { shipment_row row; };
/// As advance_delivery.
struct advance_shipment {
    row_id shipment = 0;
    shipment_set expected = 0;
    shipment_state state = shipment_state::ready;
    utc_time at{};
    std::optional<std::optional<utc_time>> due_at;
    std::optional<bool> in_doubt;
    std::optional<std::uint32_t> tries;
    std::uint16_t code = 0;
    std::string text;
    bool lenient = false;
};  ///< `unchanged` instead of conflict.
/// All `done` shipments of this peer whose object is complete here become `ready`, with no due_at
/// and no
/// doubt: its store was restored.
struct revive_shipments {
    bureau_id peer;
    utc_time at{};
};
/// At start: shipments of the peer up to offered_upto that are ready become in doubt (changed_at
/// stays).
struct doubt_shipments {
    bureau_id peer;
    row_id upto = 0;
};
/// Shipments of a message to `peer` that wait for its text (the peer has it now) and whose object
/// is
/// complete become ready. With an empty peer: those of any message and peer that wait for object
/// `object`,
/// if it is complete, and are a text or have no text before them that this peer still lacks.
struct ready_shipments {
    row_id message = 0;
    bureau_id peer;
    row_id object = 0;
    utc_time at{};
};
/// Holds what is ready, waiting or deferred, or releases what is held, as far as it matches (empty
/// peer:
/// any; zero message: any). Released ones become ready when their object is complete and no text
/// before
/// them is missing at the peer, else waiting. due_at goes. Writes no events.
struct hold_shipments {
    bureau_id peer;
    row_id message = 0;
    bool hold = true;
    utc_time at{};
};
/// conflict: exists.
struct put_custody { custody_row row; };
/// `handed_on` is only ever set, `outcome` written when given. `unchanged`: no such custody.
struct settle_custody {
    bureau_id origin;
    message_id id;
    std::uint8_t attempt = 0;
    bureau_id recipient;
    bool handed_on = false;
    std::optional<protocol::outcome_kind> outcome;
};
/// conflict: (origin, id) exists.
struct put_inbox { inbox_row row; };
/// `unchanged`: not opened yet, or complete before.
struct complete_inbox { row_id message = 0; };
struct put_assignment { assignment_row row; };
/// conflict: other state, or none.
struct advance_assignment {
    row_id message = 0;
    std::string agency;
    assignment_state expected = assignment_state::offered;
    assignment_state state = assignment_state::taken;
    std::string reason;
    utc_time at{};
};
struct put_outcome { outcome_row row; };
struct drop_outcome { row_id row = 0; };
/// `unchanged` when the digest exists.
struct put_receipt { receipt_row row; };
/// conflict: key exists.
struct put_idempotency { idempotency_row row; };
/// Events of a message keep the order in which they were put.
struct put_event { event_row row; };
struct put_peer { peer_row row; };  ///< Inserts or replaces.
struct put_meta {
    std::string key;
    std::string value;
};
/// Message, objects, segments, deliveries, shipments. Custody, inbox, assignments, receipts,
/// events stay.
struct drop_message { row_id message = 0; };
/// Bounded housekeeping: custody, then idempotency rows with forget_at < before, oldest first, at
/// most
/// `limit` rows together.
struct forget_old {
    utc_time before{};
    std::uint32_t limit = 256;
};
}  // namespace operation

using change =
    std::variant<operation::put_message, operation::put_object, operation::put_segment,
                 operation::advance_object, operation::drop_object, operation::put_delivery,
                 operation::advance_delivery, operation::settle_delivery, operation::put_shipment,
                 operation::advance_shipment, operation::revive_shipments,
                 operation::doubt_shipments, operation::ready_shipments, operation::hold_shipments,
                 operation::put_custody, operation::settle_custody, operation::put_inbox,
                 operation::complete_inbox, operation::put_assignment,
                 operation::advance_assignment, operation::put_outcome, operation::drop_outcome,
                 operation::put_receipt, operation::put_idempotency, operation::put_event,
                 operation::put_peer, operation::put_meta, operation::drop_message,
                 operation::forget_old>;

/// Changes that hold together: all or none. Several transactions share one synced batch.
struct transaction {
    std::vector<change> changes;
    bool at_once = false;     ///< Flash: cut the batch without waiting.
    std::uint64_t token = 0;  ///< Comes back with the result.
};

enum class transaction_status : std::uint8_t {
    committed,  ///< Synced.
    conflict,   ///< An expectation did not hold; nothing of this transaction is there.
    full,       ///< No space; nothing is there; the store works on.
    failed,     ///< The culprit of a batch; nothing is there; the store works on.
};

struct transaction_result {
    std::uint64_t token = 0;
    transaction_status status = transaction_status::committed;
    std::size_t conflict_index = 0;      ///< Of the change that conflicted.
    std::vector<std::size_t> unchanged;  ///< Indices of changes that found nothing to do.
    std::string detail;                  ///< For the log.
};

// Questions ------------------------------------------------------------------------------------
namespace query {
struct load_start {};  ///< What the core needs at start.
/// Ready shipments of a peer and class in order, with what an OFFER needs.
struct load_ready {
    bureau_id peer;
    message_class cls = message_class::routine;
    row_id after = 0;
    std::size_t limit = 256;
};
struct load_shipment { row_id shipment = 0; };  ///< One, the same way; nothing when not ready.
/// Deliveries and shipments with due_at <= now, oldest first; purges: messages with purge_at <=
/// now of which
/// nothing is open (every delivery in settled_states, no shipment ready, waiting, deferred or
/// held, no
/// assignment offered). At most `limit` of each.
struct load_due {
    utc_time now{};
    std::size_t limit = 256;
    /// When given: objects of no message (uploads, partial texts) that were put or advanced
    /// last before this are purges too, with message 0.
    std::optional<utc_time> stale_before = std::nullopt;
};
struct find_message {
    bureau_id origin;
    message_id id;
};  ///< All attempts; empty origin: any.
struct load_message { row_id message = 0; };
/// The partial or expected one that came from this peer, else one of no known peer. Empty: from
/// any.
struct find_object {
    digest sealed_digest;
    bureau_id from_peer;
};
/// In any state, of the highest attempt that names it.
struct find_attachment {
    bureau_id origin;
    message_id id;
    digest sealed_digest;
};
struct load_segment {
    row_id object = 0;
    std::uint32_t index = 0;
};
struct find_custody {
    bureau_id origin;
    message_id id;
    std::uint8_t attempt = 0;
};
struct find_inbox {
    bureau_id origin;
    message_id id;
};  ///< Empty origin: any.
/// Rows of this agency in order of arrival (empty: of all). `assignments` of an item are the
/// agency's own.
/// open_only: those with such an assignment in state offered.
struct list_inbox {
    std::string agency;
    row_id after = 0;
    std::size_t limit = 100;
    bool open_only = true;
};
struct load_events {
    bureau_id origin;
    message_id id;
};
struct load_receipts {
    bureau_id origin;
    message_id id;
};  ///< Those that settled a delivery of it.
struct load_outcomes { std::size_t limit = 256; };
/// Deliveries in state received of message rows above `after`.
struct load_unopened {
    row_id after = 0;
    std::size_t limit = 64;
};
/// Objects in state partial, newest first.
struct load_incomplete {
    row_id after = 0;
    std::size_t limit = 64;
};  ///< Inbox rows that wait for attachments, in order.
struct load_partials {
    bureau_id from_peer;
    std::size_t limit = 32;
};
struct find_idempotency { digest key; };
struct summarise_queue {};
/// Shipments that are ready, waiting, deferred or held, in order of rows. Empty peer: of all.
struct list_queue {
    bureau_id peer;
    row_id after = 0;
    std::size_t limit = 100;
};
struct measure {};  ///< File sizes, counts for metrics.
/// Starts or continues a backup on the writer's own connection: some pages a call; done when
/// finished.
/// The copy is checked, synced, then renamed to `path`; it knows that it is one, and raises the
/// epoch when it
/// is put to use. Another path while one is under way: an error in the answer.
struct back_up { std::string path; };
struct check { bool thorough = false; };
}  // namespace query

using question =
    std::variant<query::load_start, query::load_ready, query::load_shipment, query::load_due,
                 query::find_message, query::load_message, query::find_object,
                 query::find_attachment, query::load_segment, query::find_custody,
                 query::find_inbox, query::list_inbox, query::load_events, query::load_receipts,
                 query::load_outcomes, query::load_unopened, query::load_incomplete, query::load_partials,
                 query::find_idempotency, query::summarise_queue, query::list_queue, query::measure,
                 query::back_up, query::check>;

namespace answer {
/// last_row: the highest number that was ever put, also of rows that are gone.
struct start {
    std::map<std::string, std::string> meta;
    std::vector<peer_row> peers;
    row_id last_row = 0;
    std::vector<object_row> spooling;
};
/// A shipment with its message, object and (when at most inline_body_bytes_max) the body.
struct ready_shipment {
    shipment_row shipment;
    object_row object;
    std::optional<message_row> message;
    /// Of the message to this peer (next_hop), not in final_states.
    std::vector<delivery_row> deliveries;
    protocol::bytes inline_body;
};  ///< Empty also when damaged: see segment.
struct ready {
    std::vector<ready_shipment> rows;
    bool more = false;
};
/// A message with its text object; or, with message 0, an object.
struct purge {
    row_id message = 0;
    row_id object = 0;
};
/// next: when to ask again; `now` when a list was cut short; nothing: nothing is ever due.
struct due {
    std::vector<delivery_row> deliveries;
    std::vector<shipment_row> shipments;
    std::vector<purge> purges;
    std::optional<utc_time> next;
};
struct full_message {
    message_row message;
    std::vector<delivery_row> deliveries;
    std::vector<object_row> objects;
    std::vector<shipment_row> shipments;
    std::optional<inbox_row> inbox;
    std::vector<assignment_row> assignments;
};
struct messages { std::vector<full_message> rows; };
struct object { std::optional<object_row> row; };
/// damaged: the bytes on disk are no longer those that were put; none are given.
struct segment {
    std::optional<protocol::bytes> data;
    bool damaged = false;
};
struct custody { std::vector<custody_row> rows; };
/// message.row is 0 when the message was dropped.
struct inbox_item {
    inbox_row row;
    message_row message;
    std::vector<assignment_row> assignments;
};
struct inbox {
    std::vector<inbox_item> rows;
    bool more = false;
};
struct events { std::vector<event_row> rows; };
struct receipts { std::vector<receipt_row> rows; };
struct outcomes { std::vector<outcome_row> rows; };
struct incomplete {
    std::vector<row_id> messages;
};
struct unopened { std::vector<delivery_row> rows; };
struct partials { std::vector<object_row> rows; };
struct idempotency { std::optional<idempotency_row> row; };
/// A shipment counts once: `in_doubt` are those ready ones of which all was sent. `bytes` are of
/// the objects
/// as they were when the shipments were put; `oldest` is created_at of the lowest row.
struct queue_line {
    bureau_id peer;
    message_class cls = message_class::routine;
    std::uint64_t ready = 0;
    std::uint64_t deferred = 0;
    std::uint64_t held = 0;
    std::uint64_t in_doubt = 0;
    std::uint64_t bytes = 0;
    std::optional<utc_time> oldest;
    std::uint64_t waiting = 0;
};
struct queue_summary { std::vector<queue_line> rows; };
struct queue {
    std::vector<ready_shipment> rows;
    bool more = false;
};  ///< Without bodies.
struct measures {
    std::uint64_t database_bytes = 0;
    std::uint64_t wal_bytes = 0;
    std::uint64_t free_page_bytes = 0;
    std::uint64_t disk_free_bytes = 0;
    std::uint64_t disk_total_bytes = 0;
    std::uint64_t messages = 0;
    std::uint64_t inbox_open = 0;  ///< Assignments in state offered.
    double commit_ms_last = 0;
};
struct backup {
    bool done = false;
    int pages_left = 0;
    int pages_total = 0;
    std::string error;
};
struct verdict {
    bool ok = false;
    std::vector<std::string> problems;
};
}  // namespace answer

using reply = std::variant<answer::start, answer::ready, answer::due, answer::messages,
                           answer::object, answer::segment, answer::custody, answer::inbox,
                           answer::events, answer::receipts, answer::outcomes, answer::unopened, answer::incomplete,
                           answer::partials, answer::idempotency, answer::queue_summary,
                           answer::queue, answer::measures, answer::backup, answer::verdict>;

}  // namespace dhow::store
