// The closed list of changes to the store, as values.
// Way of the message: route decides -> [operations] -> store thread -> one synced batch -> route.
// Pure values; SQLite, the reference model and a later PostgreSQL interpret the same list.
// Spec: docs/store.md. Tests: store_contract.
// Limits: batch_operations_max, batch_bytes_max.
#pragma once

#include "daemon/store/questions.hpp"

#include <map>
#include <variant>

namespace dhow::store {

namespace operation {
// Every put_… whose key exists is a conflict, unless its comment says otherwise. A change that can
// not
// conflict and finds nothing to do is reported in `unchanged`.

/// Not unique on (origin, id, attempt): see message_row. conflict: row number exists.
struct put_message {
    message_row row;
};
/// `durable_bytes` of the row is not looked at: it starts at 0 and only put_segment raises it.
struct put_object {
    object_row row;
};
/// Appends: `offset` must equal durable_bytes (else conflict), and the data, which is not empty,
/// ends at the latest where the 64 KiB segment of `offset` does; a short segment grows so. Raises
/// durable_bytes; state expected becomes partial, other states stay. conflict also: no such object,
/// purged, more than `bytes` (unless spooling, whose bytes are not known yet), or the segment that
/// would grow is damaged.
struct put_segment {
    row_id object = 0;
    std::uint64_t offset = 0;
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
/// Segments, row, and its shipments that belong to no message. Nothing happens when it is gone;
/// nor, with `only_if_loose`, when it has come to belong to a message or is to be sent.
struct drop_object {
    row_id object = 0;
    bool only_if_loose = false;
};
struct put_delivery {
    delivery_row row;
};
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
    bool lenient = false;  ///< `unchanged` instead of conflict.
    /// Given: only when nobody has changed it since, as if the state were not in `expected`.
    std::optional<utc_time> unless_changed_since = std::nullopt;
};
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
    /// A word of a gateway on the way: `unchanged` unless the message may be with others, that is
    /// relayed in some attempt, or its text all sent to the next hop.
    bool only_if_sent = false;
    /// Given: a word about this sending attempt alone. When there has been another, or (with
    /// only_if_sent) a courier took a copy to the recipient itself, it settles nothing: an event
    /// `attempt-failed` is written. If it is of the last attempt the delivery is `deferred` with
    /// this code, but for one that is held; a deferred one falls due.
    std::optional<std::uint8_t> of_attempt = std::nullopt;
};  ///< Writes the event itself when the state changes.
struct put_shipment {
    shipment_row row;
};
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
/// At start: shipments of the peer and class up to peer_row::offered_upto that are ready become in
/// doubt (changed_at stays).
struct doubt_shipments {
    bureau_id peer;
    message_class cls = message_class::routine;
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
/// The attachments that were to follow a text to `peer` in an attempt, and are not done or failed,
/// are failed, unless a text of that attempt is left for this peer that has not failed. Comes after
/// the failure of a text, in its transaction.
struct fail_attachments {
    row_id message = 0;
    bureau_id peer;
    std::uint8_t attempt = 0;
    utc_time at{};
    std::uint16_t code = 0;
    std::string text;
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
/// At a start with the right time after one under a clock that was ahead: what waits until `since`
/// or longer falls due at `at`, as if noted not later; messages received since then count as
/// received at `at`, with the time to live that they had. Open clocks began at `at` if they did
/// not before. Sources of cases that were asked later than `at` answer as if asked then. Looks at
/// all that waits.
struct bring_back {
    utc_time since{};
    utc_time at{};         ///< Not after `since`.
    utc_time answer_by{};  ///< The least that who is asked at `at` has to answer.
};
/// conflict: exists.
struct put_custody {
    custody_row row;
};
/// `handed_on` is only ever set, `outcome` written when given. `unchanged`: no such custody.
struct settle_custody {
    bureau_id origin;
    message_id id;
    std::uint8_t attempt = 0;
    bureau_id recipient;
    bool handed_on = false;
    std::optional<protocol::outcome_kind> outcome;
};
/// Inserts, or raises forget_at. What is under way from here of its message falls due at `at`, for
/// each recipient of whom custody of `called_by` was taken.
struct put_tombstone {
    tombstone_row row;
    utc_time at{};
};
/// conflict: the message is called back for this recipient.
struct expect_not_called_back {
    bureau_id origin;
    message_id id;
    bureau_id recipient;
};
/// Objects of the message, in all its attempts, that no shipment waits for or has given away become
/// purged. Nothing when this gateway is its origin or an addressee. `unchanged`: none.
struct release_objects {
    bureau_id origin;
    message_id id;
    utc_time at{};
};
/// conflict: (origin, id) exists.
struct put_inbox {
    inbox_row row;
};
/// `unchanged`: not opened yet, or complete before.
struct complete_inbox {
    row_id message = 0;
};
struct put_assignment {
    assignment_row row;
};
/// conflict: other state, or none.
struct advance_assignment {
    row_id message = 0;
    std::string agency;
    assignment_state expected = assignment_state::offered;
    assignment_state state = assignment_state::taken;
    std::string reason;
    utc_time at{};
};
struct put_outcome {
    outcome_row row;
};
struct drop_outcome {
    row_id row = 0;
};
/// `unchanged` when the digest exists.
struct put_receipt {
    receipt_row row;
};
/// conflict: key exists.
struct put_idempotency {
    idempotency_row row;
};
/// Events of a message keep the order in which they were put.
struct put_event {
    event_row row;
};
struct put_peer {
    peer_row row;
};  ///< Inserts or replaces.
struct put_meta {
    std::string key;
    std::string value;
};
/// Message, objects, segments, deliveries, shipments. Custody, inbox, assignments, receipts,
/// events stay. `unchanged` when another attempt is to stay beyond `at`: it may have adopted
/// attachments since it was asked which messages can go.
struct drop_message {
    row_id message = 0;
    utc_time at{};
};
/// Bounded housekeeping: custody, then idempotency rows, then tombstones with forget_at < before,
/// oldest first, at most `limit` rows together.
struct forget_old {
    utc_time before{};
    std::uint32_t limit = 256;
};
/// conflict: row number, or (id, peer, is_import), exists. `records` and `open` are not looked at:
/// they start at 0, and only records that are put raise them.
struct put_bundle {
    bundle_row row;
};
/// Conflict when the state is not in `expected`, or there is none. Optional members are written
/// only when given.
struct advance_bundle {
    row_id bundle = 0;
    bundle_set expected = 0;
    bundle_state state = bundle_state::written;
    utc_time at{};
    std::optional<std::optional<utc_time>> due_at;
    std::optional<std::uint32_t> volumes;
    std::optional<std::uint64_t> bytes;
    bool lenient = false;  ///< `unchanged` instead of conflict.
};
/// conflict: (bundle, record) exists, or the bundle does not.
struct put_bundle_record {
    bundle_record_row row;
};
/// An imported record: put when there is none, or when that was not taken and this one is; else
/// `unchanged`. conflict: no such bundle.
struct note_bundle_record {
    bundle_record_row row;
};
/// Never a conflict: `unchanged` when its state is not in `expected`. `code` is always written.
struct advance_bundle_record {
    row_id bundle = 0;
    std::uint32_t record = 0;
    record_set expected = 0;
    record_state state = record_state::acknowledged;
    std::uint16_t code = 0;
};
/// Records from `from` on that were numbered and did not go along after all.
struct drop_bundle_records {
    row_id bundle = 0;
    std::uint32_t from = 0;
};
/// Imported records of which our bundle `told_in` carries the receipt: `first` to `last`.
struct tell_bundle_records {
    row_id bundle = 0;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    row_id told_in = 0;
};
/// Receipts that went with our bundle `told_in` have come: their records go, at most `limit`, and
/// no others.
struct close_told_records {
    row_id told_in = 0;
    std::uint32_t limit = 256;
};
/// At most `limit` of its records, then the bundle itself. `unchanged` when it is gone.
struct drop_bundle {
    row_id bundle = 0;
    std::uint32_t limit = 256;
};
/// Puts it, or replaces it, when its revision is `row.revision - 1` (0: there is none). conflict:
/// another one.
struct put_case {
    case_row row;
};
/// conflict: the revision of this case is another one; 0: there is none. Without an owner: the sum
/// of those of all owners, which tells whether any has changed, or has come.
struct expect_case {
    digest key;
    std::optional<bureau_id> owner;
    std::uint64_t revision = 0;
};
/// conflict: exists.
struct put_case_message {
    case_message_row row;
};
/// What is left of the content of a message of a case goes: all its attempts with objects and
/// segments, the sealed summary, and what agencies wrote beside it. Its rows in inbox, assignment,
/// event stay. conflict: no such message, deleted before, or under way (see answer::case_item).
struct delete_content {
    digest key;
    bureau_id owner;
    message_id id;
};
/// conflict: row number exists.
struct put_deletion {
    deletion_row row;
};
/// conflict: row number, or (id, other, answer), exists.
struct put_clock {
    clock_row row;
};
/// Only when state, `fired` and `tasks` are as expected; else conflict, or nothing (`lenient`).
struct advance_clock {
    row_id clock = 0;
    clock_state expected = clock_state::undelivered;
    std::uint8_t expected_fired = 0;
    std::uint8_t expected_tasks = 0;
    std::uint8_t fired = 0;
    std::uint8_t tasks = 0;
    std::optional<utc_time> due_at;
    bool lenient = false;
};
/// A task is done, or not wanted any more: `tasks` loses it, whatever the state is, and the row is
/// due at `at`. conflict: it does not have it, or is gone.
struct end_clock_task {
    row_id clock = 0;
    clock_task task = clock_task::notice;
    utc_time at{};
};
/// The message has arrived at `other`: undelivered becomes unanswered, since `at`; due when that
/// may be over, but not later than it was while tasks are left. `unchanged`: no such clock.
struct deliver_clocks {
    message_id id;
    bureau_id other;
    utc_time at{};
};
/// Those in a state of `expected`, with this other bureau and answer, of the message `about`, of
/// its subject, or with it as their subject: `state` since `at`, no tasks, due at `due_at`, with
/// `until` when it is given. To `promised` it may fire anew. `unchanged`: none.
struct settle_clocks {
    message_id about;
    bureau_id other;
    std::string answer;
    clock_set expected = open_clocks;
    clock_state state = clock_state::answered;
    utc_time at{};
    std::optional<utc_time> until;
    std::optional<utc_time> due_at;
};
/// Open ones that this message started, with this bureau; empty: with all. They are `ended`.
struct end_clocks {
    message_id id;
    bureau_id other;
    std::optional<utc_time> due_at;
};
/// Only in a state that nobody waits in. `unchanged`: open, or gone.
struct drop_clock {
    row_id clock = 0;
};
}  // namespace operation

using change = std::variant<
    operation::put_message, operation::put_object, operation::put_segment,
    operation::advance_object, operation::drop_object, operation::put_delivery,
    operation::advance_delivery, operation::settle_delivery, operation::put_shipment,
    operation::advance_shipment, operation::revive_shipments, operation::doubt_shipments,
    operation::ready_shipments, operation::fail_attachments, operation::hold_shipments,
    operation::bring_back, operation::put_custody, operation::settle_custody,
    operation::put_tombstone, operation::expect_not_called_back, operation::release_objects,
    operation::put_inbox, operation::complete_inbox, operation::put_assignment,
    operation::advance_assignment, operation::put_outcome, operation::drop_outcome,
    operation::put_receipt, operation::put_idempotency, operation::put_event, operation::put_peer,
    operation::put_meta, operation::drop_message, operation::forget_old, operation::put_bundle,
    operation::advance_bundle, operation::put_bundle_record, operation::note_bundle_record,
    operation::advance_bundle_record, operation::drop_bundle_records,
    operation::tell_bundle_records, operation::close_told_records, operation::drop_bundle,
    operation::put_case, operation::expect_case, operation::put_case_message,
    operation::delete_content, operation::put_deletion, operation::put_clock,
    operation::advance_clock, operation::end_clock_task, operation::deliver_clocks,
    operation::settle_clocks, operation::end_clocks, operation::drop_clock>;

/// Changes that append `data` at `offset` to an object, one for each segment that it touches.
void append_data(std::vector<change>& to, row_id object, std::uint64_t offset,
                 protocol::byte_view data);

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

}  // namespace dhow::store
