// The closed list of questions to the store and of their answers, as values.
// Way of the message: route asks -> store thread -> route; what is answered is committed.
// Pure values; every implementation of the store answers the same list.
// Spec: docs/store.md. Tests: store_contract.
// Limits: page_rows_max and the limits in the questions themselves.
#pragma once

#include "daemon/store/bundle_rows.hpp"
#include "daemon/store/case_rows.hpp"
#include "daemon/store/clock_rows.hpp"
#include "daemon/store/rows.hpp"

#include <array>
#include <limits>
#include <map>
#include <variant>

namespace dhow::store {

/// Behind this row of its list; the first place is before all messages.
struct purge_place {
    bool is_among_objects = false;  ///< Else among messages.
    utc_time at{};                  ///< purge_at, or changed_at.
    row_id row = 0;
};

namespace query {
struct load_start {};  ///< What the core needs at start.
/// Ready shipments of a peer and class in order, with what an OFFER needs; those alone whose object
/// has at most `bytes_max` and that were made by `made_by`.
struct load_ready {
    bureau_id peer;
    message_class cls = message_class::routine;
    row_id after = 0;
    std::size_t limit = 256;
    std::int64_t bytes_max = std::numeric_limits<std::int64_t>::max();
    utc_time made_by = utc_time::max();
    /// Not of messages above this level, nor by `made_by` those above the second one.
    protocol::confidentiality level_max = protocol::highest_confidentiality;
    protocol::confidentiality waits_upto = protocol::highest_confidentiality;
};
struct load_shipment {
    row_id shipment = 0;
};  ///< One, the same way; nothing when not ready.
/// Shipments of receipts that are ready or deferred, to whichever peer, in the order of their rows;
/// without bodies.
struct load_waiting_receipts {
    row_id after = 0;
    std::size_t limit = 256;
};
/// Deliveries and shipments with due_at <= now, oldest first. At most `limit` of each.
struct load_due {
    utc_time now{};
    std::size_t limit = 256;
};
/// The next `limit` rows whose time is over, from `from` on, and which of them can go. Messages
/// with purge_at <= now come first; one can go when nothing of it is open (every delivery in
/// settled_states, no shipment ready, waiting, deferred or held, no assignment offered), nor of
/// another attempt (where `quarantined` counts as settled), none of which is to stay longer:
/// attempts share their attachments. Then objects of no message (uploads, receipts that nobody
/// waits for) that were put or advanced last before `stale_before`; partial texts, whose bytes a
/// peer still counts on, before `partial_before`.
struct find_purges {
    utc_time now{};
    utc_time stale_before{};
    utc_time partial_before{};
    purge_place from;
    std::size_t limit = 256;
};
struct find_message {
    bureau_id origin;
    message_id id;
};  ///< All attempts; empty origin: any.
struct load_message {
    row_id message = 0;
};
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
/// For whom it is called back, and by what, in order.
struct find_called_back {
    bureau_id origin;
    message_id id;
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
    std::string what;                     ///< Only these; empty: all.
    std::string or_what;                  ///< And these.
    std::string or_else = std::string();  ///< And these.
};
struct load_receipts {
    bureau_id origin;
    message_id id;
};  ///< Those that settled a delivery of it.
struct load_outcomes {
    row_id after = 0;
    std::size_t limit = 256;
};
/// Deliveries in state received of message rows above `after`.
struct load_unopened {
    row_id after = 0;
    std::size_t limit = 64;
};
/// Inbox rows that wait for attachments, in order.
struct load_incomplete {
    row_id after = 0;
    std::size_t limit = 64;
};
/// Texts and receipts that come from the peer, and attachments of texts that came from it, in state
/// partial, newest first.
struct load_partials {
    bureau_id from_peer;
    std::size_t limit = 32;
};
struct find_idempotency {
    digest key;
};
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
struct back_up {
    std::string path;
};
struct check {
    bool thorough = false;
};
/// Messages of which something may go to this bureau by courier: with a delivery that is for it or
/// goes by it as next hop, and that is not settled. Looks at `limit` messages above `after`, and
/// gives those of this class; with `attachments` those that have a complete attachment of it.
struct find_courier {
    bureau_id to;
    message_class cls = message_class::routine;
    bool attachments = false;
    row_id after = 0;
    std::size_t limit = 64;
};
/// Recipients and next hops of deliveries that are not settled, and peers for which shipments wait.
struct list_courier_parties {};
struct find_bundle {
    message_id id;
    bureau_id peer;
    bool is_import = false;
};  ///< Empty peer: any.
/// In the order of their rows. Empty peer: of all; nothing in is_import: both.
struct list_bundles {
    bureau_id peer;
    std::optional<bool> is_import;
    row_id after = 0;
    std::size_t limit = 100;
};
/// Those with due_at <= now, the earliest first.
struct load_due_bundles {
    utc_time now{};
    std::size_t limit = 16;
};
/// Of those in forgettable_bundles, the least recently touched first: those changed before
/// `before`, and as many as there are more than `keep` bundles in all.
struct find_old_bundles {
    utc_time before{};
    std::size_t keep = 0;
    std::size_t limit = 16;
};
/// From this record on, in order.
struct load_bundle_records {
    row_id bundle = 0;
    std::uint32_t from = 0;
    std::size_t limit = 256;
};
/// Looks at `limit` records in state gone_along from `from` on, and gives those that nobody waits
/// for any more: texts of whose recipients none is still under way from here; attachments whose
/// message is settled for the bundle's peer; receipts whose shipment is done; and all whose message
/// is gone, or was to expire before `expired_before`.
struct find_ended_records {
    row_id bundle = 0;
    std::uint32_t from = 0;
    utc_time expired_before{};
    std::size_t limit = 256;
};
/// What all bureaus say of a case, and the newest `limit` of its messages, by their origins' times.
struct load_case {
    digest key;
    std::size_t limit = 1'024;
};
/// Those with due_at <= now, the earliest first.
struct load_due_cases {
    utc_time now{};
    std::size_t limit = 16;
};
/// Those that this bureau has ended, or has restricted for somebody, by key, above `after`.
struct list_ended_cases {
    bureau_id owner;
    digest after;
    std::size_t limit = 64;
};
/// Those with keep_at <= now after this one, by keep_at, key, owner.
struct load_kept_cases {
    utc_time now{};
    utc_time after = utc_time::min();
    digest key = {};
    bureau_id owner = {};
    std::size_t limit = 16;
};
/// Messages of a case by this bureau whose content was not deleted, the oldest first.
struct load_kept_messages {
    digest key;
    bureau_id owner;
    std::size_t limit = 256;
};
/// With due_at <= now, the earliest first.
struct load_due_clocks {
    utc_time now{};
    std::size_t limit = 64;
};
/// Open ones in the order of their rows; empty agency: of all.
struct list_clocks {
    std::string agency;
    row_id after = 0;
    std::size_t limit = 100;
};
/// All that this message started.
struct find_clocks {
    message_id id;
};
/// Those that this kind of answer stops: of this message, about it, or about the same as one of
/// those that it started; in whatever state, in the order of their rows.
struct find_asked {
    message_id about;
    std::string answer;
    std::size_t limit = 64;
};
}  // namespace query

using question = std::variant<
    query::load_start, query::load_ready, query::load_shipment, query::load_waiting_receipts,
    query::load_due, query::find_purges, query::find_message, query::load_message,
    query::find_object, query::find_attachment, query::load_segment, query::find_custody,
    query::find_called_back, query::find_inbox, query::list_inbox, query::load_events,
    query::load_receipts, query::load_outcomes, query::load_unopened, query::load_incomplete,
    query::load_partials, query::find_idempotency, query::summarise_queue, query::list_queue,
    query::measure, query::back_up, query::check, query::find_courier, query::list_courier_parties,
    query::find_bundle, query::list_bundles, query::load_due_bundles, query::find_old_bundles,
    query::load_bundle_records, query::find_ended_records, query::load_case, query::load_due_cases,
    query::list_ended_cases, query::load_kept_cases, query::load_kept_messages,
    query::load_due_clocks, query::list_clocks, query::find_clocks, query::find_asked>;

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
    /// Of the message to this peer (next_hop), not in final_states; nor relayed in an earlier
    /// attempt: that one was not asked to go again; nor called back, unless the shipment is in
    /// doubt.
    std::vector<delivery_row> deliveries;
    protocol::bytes inline_body;
};  ///< Empty also when damaged: see segment.
struct ready {
    std::vector<ready_shipment> rows;
    bool more = false;
};
/// next: when to ask again; `now` when a list was cut short; nothing: nothing is ever due.
struct due {
    std::vector<delivery_row> deliveries;
    std::vector<shipment_row> shipments;
    std::optional<utc_time> next;
};
/// A message; or, with message 0, an object.
struct purge {
    row_id message = 0;
    row_id object = 0;
};
/// next: where to go on; nothing: all has been looked at.
struct purges {
    std::vector<purge> rows;
    std::optional<purge_place> next;
};
struct full_message {
    message_row message;
    std::vector<delivery_row> deliveries;
    std::vector<object_row> objects;
    std::vector<shipment_row> shipments;
    std::optional<inbox_row> inbox;
    std::vector<assignment_row> assignments;
};
struct messages {
    std::vector<full_message> rows;
};
struct object {
    std::optional<object_row> row;
};
/// damaged: the bytes on disk are no longer those that were put; none are given.
struct segment {
    std::optional<protocol::bytes> data;
    bool damaged = false;
};
struct custody {
    std::vector<custody_row> rows;
};
struct called_back {
    struct one {
        bureau_id recipient;
        message_id called_by;
        bool is_cancelled = false;
    };
    std::vector<one> rows;
};
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
struct events {
    std::vector<event_row> rows;
};
struct receipts {
    std::vector<receipt_row> rows;
};
struct outcomes {
    std::vector<outcome_row> rows;
};
struct incomplete {
    std::vector<row_id> messages;
};
struct unopened {
    std::vector<delivery_row> rows;
};
struct partials {
    std::vector<object_row> rows;
};
struct idempotency {
    std::optional<idempotency_row> row;
};
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
    std::optional<utc_time> oldest_ready = std::nullopt;  ///< In doubt or not.
    /// The same of each of levels_above_lowest.
    std::array<std::optional<utc_time>, protocol::confidentiality_count> oldest_of_level = {};
};
struct queue_summary {
    std::vector<queue_line> rows;
};
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
    std::uint64_t clocks_open = 0;
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
/// next: look on above this row; nothing: all was looked at.
struct courier_page {
    std::vector<row_id> messages;
    std::optional<row_id> next;
};
struct courier_parties {
    std::vector<bureau_id> bureaus;  ///< In order, each once.
};
struct bundles {
    std::vector<bundle_row> rows;
    bool more = false;
};
/// next: look on from this record; nothing: all was looked at.
struct bundle_records {
    std::vector<bundle_record_row> rows;
    std::optional<std::uint32_t> next;
};
/// A message of a case with what is here of it: `message` is the copy that was opened, else the
/// first; its row is 0 when it is gone.
struct case_item {
    case_message_row row;
    message_row message;
    std::optional<inbox_row> inbox;
    std::vector<delivery_row> deliveries;
    std::vector<assignment_row> assignments;
    /// load_kept_messages only: a shipment of it is ready, waiting, deferred or held, or a delivery
    /// of it is `received`.
    bool is_under_way = false;
};
struct case_file {
    std::vector<case_row> rows;
    std::vector<case_item> items;
    std::vector<deletion_row> deletions;  ///< load_case only: the newest first.
};
/// next: when the first of those is due that are not yet; nothing: none is.
struct cases {
    std::vector<case_row> rows;
    std::optional<utc_time> next;
};
/// next: the earliest due_at of those that are not among `rows`; any_open: somebody waits.
struct due_clocks {
    std::vector<clock_row> rows;
    std::optional<utc_time> next;
    bool any_open = false;
};
struct clocks {
    std::vector<clock_row> rows;
    bool more = false;
};
}  // namespace answer

using reply = std::variant<
    answer::start, answer::ready, answer::due, answer::purges, answer::messages, answer::object,
    answer::segment, answer::custody, answer::called_back, answer::inbox, answer::events,
    answer::receipts, answer::outcomes, answer::unopened, answer::incomplete, answer::partials,
    answer::idempotency, answer::queue_summary, answer::queue, answer::measures, answer::backup,
    answer::verdict, answer::courier_page, answer::courier_parties, answer::bundles,
    answer::bundle_records, answer::case_file, answer::cases, answer::due_clocks, answer::clocks>;

}  // namespace dhow::store
