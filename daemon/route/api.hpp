// What agencies and operators may ask of the core, and what it answers, as values.
// Way of the message: HTTP drivers (intake, handover, control) -> [api] -> gateway -> [api] -> HTTP
// drivers.
// Pure values. Net thread.
// Spec: docs/agency-api.md. Tests: unit/route.
// Limits: text_bytes_max, attachments_max, page_rows_max.
#pragma once

#include "daemon/route/api_cases.hpp"
#include "daemon/store/operations.hpp"
#include "protocol/confidentiality.hpp"
#include "protocol/content.hpp"
#include "protocol/directory.hpp"
#include "protocol/errors.hpp"
#include "protocol/kinds/record_facts.hpp"

#include <map>
#include <variant>

namespace dhow::route {

using protocol::bureau_id;
using protocol::bytes;
using protocol::errc;
using protocol::message_class;
using protocol::message_id;
using protocol::utc_time;

/// Who asks: an agency by name, or the operator (empty agency and `is_operator`).
struct caller {
    std::string agency;
    bool is_operator = false;
    std::string user = {};  ///< Of the operator, for whoever asks later who it was.
};

/// Number of an upload, valid in this run of the daemon.
using upload_id = std::uint64_t;

namespace request {
struct submit {
    std::string kind, subject, media_type;
    message_class cls = message_class::routine;
    std::vector<std::string> to;  ///< Bureaus or `group:NAME`.
    bytes text;
    std::vector<upload_id> attachments;
    std::optional<std::chrono::seconds> time_to_live;  ///< Nothing: the class's default.
    bool never_expires = false;
    std::string idempotency_key;  ///< May be empty.
    std::vector<message_id> supersedes, cancels;
    std::vector<bureau_id> deny;  ///< Left out of groups; no recipient ever sees this list.
};
/// Whom `to` stands for, before anything is submitted.
struct address {
    std::vector<std::string> to;
    std::vector<bureau_id> deny;
};
struct list_bureaus {};
struct begin_upload {
    std::string file_name, media_type;
};
/// Exactly piece_bytes, but for the last. Answered when it is sealed and on disk: the caller's
/// back-pressure.
struct continue_upload {
    upload_id upload = 0;
    bytes plain;
    bool last = false;
};
struct abandon_upload {
    upload_id upload = 0;
};
struct status {
    message_id id;
};
struct why {
    message_id id;
};
struct events {
    message_id id;
};
struct evidence {
    message_id id;
};
struct list_inbox {
    std::uint64_t after = 0;
    std::size_t limit = 100;
    bool open_only = true;
};
struct open_inbox {
    message_id id;
};
/// One piece of an attachment, decrypted; position from 1, piece from 0.
struct read_attachment {
    message_id id;
    std::uint16_t position = 1;
    std::uint32_t piece = 0;
};
struct acknowledge {
    message_id id;
    bool taken = true;
    std::string reason;
    bool removed = false;  ///< Instead: the agency has it, or what it ends, no longer.
};
struct cancel {
    message_id id;
};
struct hold {
    std::optional<message_id> id;
    bureau_id peer;
    bool hold = true;
};
struct send_again {
    message_id id;
    bureau_id recipient;
};
struct queue_summary {};
struct list_queue {
    bureau_id peer;
    std::uint64_t after = 0;
    std::size_t limit = 100;
};
struct list_links {};
struct call_link {
    std::string link;
};  ///< Dial now. A link, or a bureau: all links to it.
/// Tries the ways to a peer, each by a connection of its own. A link, or a bureau.
struct test_link {
    std::string link;
};
/// How many bytes of this month a link has used, as the provider says.
struct set_quota {
    std::string link;
    std::uint64_t used_bytes = 0;
};
struct suspend_peer {
    bureau_id peer;
    std::string reason;
    std::optional<utc_time> until;
    bool suspend = true;
    std::optional<std::chrono::seconds> lasts = std::nullopt;  ///< Instead of `until`.
};
struct explain_route {
    bureau_id to;
    message_class cls = message_class::routine;
};
struct health {};
struct metrics {};
struct back_up {
    std::string path;
};
struct check_store {
    bool thorough = false;
};
struct who_am_i {};

// Courier bundles: one export or import at a time by each command, in parts.
struct courier_export {
    bureau_id to;
    std::uint64_t volume_bytes = 0;
    std::uint32_t volumes_max = 1;
    message_class least = message_class::bulk;  ///< Nothing below this class.
};
/// Parts from 1 on, in order; the last one may be asked for again.
struct courier_part {
    std::uint64_t job = 0;
    std::uint32_t part = 1;
};
/// `written`: all volumes are on the medium and were read again. Else the bundle is broken.
struct courier_export_end {
    std::uint64_t job = 0;
    bool written = false;
};
struct courier_import {
    bytes letter;  ///< Head of a volume and what it announces.
    bool only_verify = false;
};
/// Cells of one volume in order, the first being number `from`.
struct courier_cells {
    std::uint64_t job = 0;
    std::uint64_t from = 0;
    bytes cells;
};
struct courier_import_end {
    std::uint64_t job = 0;
};
struct courier_bundles {
    std::uint64_t after = 0;
    std::size_t limit = 100;
};
struct courier_parties {};
/// An operator waits for this exported bundle no longer.
struct courier_close {
    message_id bundle;
};
}  // namespace request

using api_request =
    std::variant<request::submit, request::begin_upload, request::continue_upload,
                 request::abandon_upload, request::status, request::why, request::events,
                 request::evidence, request::list_inbox, request::open_inbox,
                 request::read_attachment, request::acknowledge, request::cancel, request::hold,
                 request::send_again, request::queue_summary, request::list_queue,
                 request::list_links, request::call_link, request::test_link, request::set_quota,
                 request::suspend_peer, request::explain_route, request::health, request::metrics,
                 request::back_up, request::check_store, request::who_am_i, request::address,
                 request::list_bureaus, request::courier_export, request::courier_part,
                 request::courier_export_end, request::courier_import, request::courier_cells,
                 request::courier_import_end, request::courier_bundles, request::courier_parties,
                 request::courier_close, request::case_of, request::list_clocks>;

namespace response {
struct problem {
    errc code = errc::internal;
    std::string detail;  ///< What exactly, for the caller; no secrets.
    std::optional<std::chrono::seconds> retry_after;
};
struct accepted {
    message_id id;
    bool repeated = false;
};
struct upload {
    upload_id id = 0;
    std::uint64_t plain_bytes = 0;
};
struct recipient_status {
    bureau_id recipient;
    store::delivery_state state = store::delivery_state::accepted;
    bureau_id next_hop;
    std::uint64_t bytes_done = 0, bytes_total = 0;
    std::uint8_t attempt = 0;
    std::uint16_t code = 0;
    std::string text;
    utc_time changed_at{};
    std::optional<utc_time> due_at;
    std::string agency;  ///< Who took or rejected it at the addressee, from the receipt.
};
struct status {
    message_id id;
    bureau_id origin;
    std::string kind, agency;  ///< Origin only.
    message_class cls = message_class::routine;
    utc_time accepted_at{};
    std::optional<utc_time> expires_at;
    std::uint64_t bytes = 0;
    std::vector<recipient_status> recipients;
};
/// One reason why a recipient's copy is where it is.
struct cause {
    bureau_id recipient;
    std::string code;  ///< Stable, from the list in docs/operations.md.
    std::string text;  ///< What.
    std::optional<utc_time> since;
    std::optional<utc_time> next_try;
    std::string remedy;                                  ///< What to do; empty: nothing to do.
    std::optional<utc_time> expected_at = std::nullopt;  ///< All of it will have been sent.
};
struct why {
    message_id id;
    std::vector<cause> causes;
};
struct events {
    std::vector<store::event_row> rows;
};
struct evidence_file {
    std::string name;
    bytes data;
};
struct evidence {
    std::vector<evidence_file> files;
};
struct inbox_entry {
    std::uint64_t position = 0;  ///< For `after`.
    message_id id;
    bureau_id origin;
    message_class cls = message_class::routine;
    utc_time received_at{};
    std::string summary_json;  ///< {kind, subject, agency, text_bytes, attachments: how many}
    bool complete = false;
    store::assignment_state state = store::assignment_state::offered;
};
struct inbox {
    std::vector<inbox_entry> entries;
    bool more = false;
};
struct opened {
    inbox_entry entry;
    protocol::content content;
    /// What is known now of the record that it is about, if its rules want to know that.
    std::optional<kinds::record_facts> record = std::nullopt;
};  ///< Attachment keys are zeroed.
struct attachment_piece {
    bytes plain;
    std::uint32_t pieces = 0;
};
struct done {
    std::string text;
};
/// An operator's word that a peer gets no session.
struct suspension {
    std::string reason;
    std::string by;  ///< The operator's user; empty: not known.
    std::optional<utc_time> since, until;
};
/// What becomes of one line of the queue.
struct queue_outlook {
    std::string link;   ///< Which is up; empty: none, or one that is not known.
    std::string cause;  ///< Why nothing of it goes now, from the list of causes; empty: it may go.
    std::optional<utc_time> next_try;
    std::optional<utc_time> expected_at;  ///< All of it, and what goes before it, will have left.
};
struct queue_summary {
    std::vector<store::answer::queue_line> lines;
    std::map<bureau_id, suspension> suspended = {};  ///< Of the peers in `lines`.
    std::vector<queue_outlook> outlooks = {};        ///< One for each of `lines`.
};
struct queue {
    std::vector<store::answer::ready_shipment> rows;
    bool more = false;
    std::optional<suspension> suspended = std::nullopt;
};
struct link_status {
    std::string name;
    bureau_id peer;
    std::string state;  ///< up, connecting, waiting, down, suspended, listening
    std::string address;
    std::optional<utc_time> since, next_try;
    std::string last_error;
    std::uint64_t sessions = 0, failures = 0;
    bool has_session = false;  ///< With the peer, over whichever link.
    /// Of that session, if it goes by this link: since when nothing was heard, while its path seems
    /// to be dead.
    std::optional<utc_time> silent_since;
    std::optional<suspension> suspended;
    // Of the connection that is up.
    std::uint64_t bytes_in = 0, bytes_out = 0, bytes_per_s = 0;
    protocol::milliseconds round_trip{0};
    std::string congestion = {};  ///< TCP's, in use; empty: not known.
    // Of the link as a bearer
    std::uint64_t cost = 0;
    protocol::confidentiality level_max = protocol::highest_confidentiality;
    bool carries = false;                           ///< The peer's session counts for it.
    std::uint64_t quota_bytes = 0, used_bytes = 0;  ///< Of this month; quota_bytes 0: no quota.
    /// By class: the largest object that may pass now; 0: none, nothing: any.
    std::array<std::optional<std::uint64_t>, protocol::message_class_count> passes = {};
    std::optional<utc_time> changes_at = std::nullopt;  ///< Other things may pass then.
};
struct links {
    std::vector<link_status> rows;
};
/// One step of a trial: `name`, `tcp`, `tls`, `identity`, `hello`.
struct trial_step {
    std::string step;
    errc code{};       ///< 0: it went well.
    std::string text;  ///< What was found.
    protocol::milliseconds took{0};
};
struct link_trial {
    std::string link, address;
    std::vector<trial_step> steps;
    bool is_good = false;
    bool is_trust = false;  ///< It fails for a key, a certificate or the directory.
    std::string remedy;     ///< What to do; empty: nothing.
};
struct trial_report {
    bureau_id peer;
    std::optional<utc_time> session_since;  ///< A session is up beside the trials.
    std::vector<link_trial> trials;         ///< None: only the peer can dial.
};
struct route_explanation {
    std::vector<std::string> lines;
    std::vector<std::string> via;
};
struct health {
    bool ready = false;
    std::vector<std::string> problems;
};
struct metrics {
    std::string text;
};  ///< Prometheus text format.
struct verdict {
    bool ok = false;
    std::vector<std::string> problems;
};
struct identity {
    std::string agency;
    bool is_operator = false;
    std::string bureau;
    std::string version;
};
/// An export or import that has begun.
struct courier_job {
    std::uint64_t job = 0;
    message_id bundle;
    bureau_id peer;
    std::uint32_t letter_bytes = 0;
    std::uint32_t cell_bytes = 0;  ///< Sealed.
};
struct courier_part {
    bytes data;  ///< encode_part_head(), then bytes of the volume.
};
/// How an export or the import of a volume ended.
struct courier_report {
    message_id bundle;
    bureau_id peer;
    std::uint32_t volumes = 0;  ///< Exported; imported: number of this one, 0 when not known.
    std::uint32_t records = 0;  ///< Written, or begun to be read.
    std::uint64_t bytes = 0;
    bool is_whole = false;  ///< Nothing was damaged or missing in this volume.
    bool has_more = false;  ///< More waits that did not go along.
    // Of an import
    std::uint32_t taken = 0;  ///< New on our disk.
    std::uint32_t known = 0;  ///< Were here before.
    std::uint32_t parts = 0;  ///< Of attachments that go on in another volume.
    std::uint32_t not_taken = 0;
    std::uint32_t lost = 0;  ///< Damaged.
    std::uint64_t damaged_cells = 0;
    std::optional<std::uint32_t> volumes_in_all;  ///< Told by the last one.
    std::vector<std::string> remarks;             ///< Why records were not taken; a few.
};
struct courier_bundles {
    std::vector<store::bundle_row> rows;
    bool more = false;
};
struct courier_parties {
    std::vector<bureau_id> bureaus;
};
/// A bureau as the directory describes it.
struct bureau {
    bureau_id id;
    std::string name;
    protocol::bureau_role role = protocol::bureau_role::bureau;
    protocol::bureau_status status = protocol::bureau_status::active;
    std::vector<std::string> languages;  ///< In which it takes messages, best first; empty: any.
};
/// Whom a message would go to; none when somebody in `to` is not known.
struct addresses {
    bureau_id self;
    std::vector<bureau> recipients;
    std::vector<std::pair<bureau_id, bureau_id>> through;  ///< Sub-bureau and its parent.
};
struct bureaus {
    std::vector<bureau> rows;
    std::map<std::string, std::vector<bureau_id>> groups;
    std::map<bureau_id, bureau_id> sub_bureaus;
};
}  // namespace response

using api_response = std::variant<
    response::problem, response::accepted, response::upload, response::status, response::why,
    response::events, response::evidence, response::inbox, response::opened,
    response::attachment_piece, response::done, response::queue_summary, response::queue,
    response::links, response::trial_report, response::route_explanation, response::health,
    response::metrics, response::verdict, response::identity, response::addresses,
    response::bureaus, response::courier_job, response::courier_part, response::courier_report,
    response::courier_bundles, response::courier_parties, response::case_report, response::clocks>;

/// What HTTP drivers see of the core. The callback comes on the net thread, exactly once, perhaps
/// before
/// request() returns.
class api {
public:
    virtual ~api() = default;
    virtual void request(const caller& who, api_request what,
                         std::function<void(api_response)> answer) = 0;
    /// Calls back once when the agency's inbox has something after `after`, or at shutdown.
    virtual std::uint64_t watch_inbox(const std::string& agency, std::uint64_t after,
                                      std::function<void()> wake) = 0;
    virtual void forget_watch(std::uint64_t watch) = 0;
};

}  // namespace dhow::route
