// Every bound of the formats, the link protocol and the queue, each with its reason.
// Way of the message: checked at each station before memory is taken.
// Pure: constants only.
// Spec: docs/parcel-format.md, docs/link-protocol.md. Tests: unit/protocol.
// Limits: this is the file. Configuration may lower, never raise, what is marked [format].
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace dhow::protocol::limits {

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;

// Messages ------------------------------------------------------------------------------------
/// [format] Text of one message before sealing; DESIGN section 6.
inline constexpr std::size_t text_bytes_max = 1 * mib;
/// [format] Sealed text: the text, a 64 KiB allowance for content fields and the signature, and 12
/// % of Padmé padding (lbarman.ch/blog/padme: overhead is at most 12 %), rounded up.
inline constexpr std::size_t sealed_text_bytes_max = text_bytes_max + text_bytes_max / 4;
/// [format] Attachments of one message together, before sealing; DESIGN section 6.
inline constexpr std::uint64_t attachment_bytes_max = 500ULL * mib;
/// [format] Attachments of one message: a case file of a few dozen scans.
inline constexpr std::size_t attachments_max = 64;
/// [format] Plain bytes in one sealed piece of an attachment. At most 4 MiB by DESIGN section 5; 1
/// MiB keeps a bureau that streams several attachments at once below 64 MB resident.
inline constexpr std::size_t piece_bytes = 1 * mib;
/// [format] DER around one piece (two algorithm identifiers, a wrapped key, tag; an upper bound).
inline constexpr std::size_t piece_overhead_bytes_max = 512;
/// [format] One sealed attachment: all that a message may hold, and a quarter for pieces and
/// padding.
inline constexpr std::uint64_t sealed_attachment_bytes_max =
    attachment_bytes_max + attachment_bytes_max / 4;
/// [format] Recipients of one message: 196 members, the non-state parties, room for growth.
inline constexpr std::size_t recipients_max = 512;
/// [format] The same in suite 2: its lockboxes have up to 1,177 bytes and must fit a preamble.
inline constexpr std::size_t hybrid_recipients_max = 48;
/// [format] Ids in `supersedes` or `cancels` together, so that a header stays below
/// header_bytes_max.
inline constexpr std::size_t references_max = 32;
/// [format] Encoded header: 64 attachments x 45 bytes, 32 references x 18 bytes, fixed part,
/// extensions.
inline constexpr std::size_t header_bytes_max = 8 * kib;
/// [format] Seal and lockboxes of one offer: header, seal, 512 lockboxes x 71 bytes, 512 siblings
/// x 32.
inline constexpr std::size_t preamble_bytes_max = 64 * kib;
/// [format] Hops, so that a routing loop ends: origin, two hubs, addressee, and as many detours.
inline constexpr std::uint8_t hop_limit_default = 8;
inline constexpr std::uint8_t hop_limit_max = 32;
/// [format] Longest time to live short of `none`; DESIGN section 5 and notices of 180 days.
inline constexpr std::chrono::days time_to_live_max{400};
/// [format] Names, subjects, media types and the like inside a content.
inline constexpr std::size_t short_text_bytes_max = 1 * kib;
/// [format] Outcomes under one receipt signature; DESIGN section 4.
inline constexpr std::size_t outcomes_per_receipt_max = 256;
/// [format] Encoded receipt: 256 outcomes x (64 fixed + digests), see docs/parcel-format.md.
inline constexpr std::size_t receipt_bytes_max = 64 * kib;
/// [format] One leaf or checkpoint of the audit log: the known fields take 230 bytes, the rest is
/// for extensions.
inline constexpr std::size_t audit_leaf_bytes_max = 1 * kib;
/// [format] Name of what happened in a leaf: the longest state name has 13 characters.
inline constexpr std::size_t audit_name_bytes_max = 32;
/// [format] Leaves of an audit log: 9,000 events a second for a thousand years.
inline constexpr std::uint64_t audit_leaves_max = 1ULL << 48;
/// Receipts outlive their message's expiry by this; DESIGN section 4.
inline constexpr std::chrono::days receipt_lifetime{180};
/// How long a hub remembers what it handed on beyond the time to live; DESIGN section 4.
inline constexpr std::chrono::days custody_memory{30};
/// Directory head and body: 196 bureaus x 3 certificates is 0.4 MB; four times that.
inline constexpr std::size_t directory_bytes_max = 2 * mib;
/// Keys of one bureau: link, sign, encrypt and archive for 4 instances, with 3 older generations of
/// each.
inline constexpr std::size_t directory_keys_max = 64;
/// Installations of one bureau, and addresses of each: main and stand-by site, several bearers.
inline constexpr std::size_t directory_instances_max = 16;
inline constexpr std::size_t directory_addresses_max = 8;
/// The least `text_bytes` of an entry: notices that gateways write to each other always fit.
inline constexpr std::size_t directory_text_bytes_min = 4 * kib;
/// Parcel versions of one entry: two while a change goes on, and room.
inline constexpr std::size_t directory_versions_max = 16;
/// A version of software: three numbers of up to five digits.
inline constexpr std::size_t software_version_bytes_max = 17;
/// One certificate: a P-384 one with long names has 0.9 KB.
inline constexpr std::size_t certificate_bytes_max = 4 * kib;
/// Keys of the root and of the directory: 3-of-5 and 2-of-3 are planned.
inline constexpr std::size_t root_keys_max = 16;
/// Nesting of directory JSON: root, list, object, list, and one level for what later versions add.
inline constexpr std::size_t directory_depth_max = 8;

// Link ----------------------------------------------------------------------------------------
/// [format] Payload of one frame; above it no link is fast enough to want more.
inline constexpr std::size_t frame_payload_bytes_max = 64 * kib;
/// [format] Length that a frame may claim: the largest payload or preamble and 4 KiB for the fields
/// around it and for extensions to come.
inline constexpr std::size_t frame_length_max = frame_payload_bytes_max + 4 * kib;
/// [format] The same for frames without payload or preamble: 512 answers of at most 16 bytes, and
/// room.
inline constexpr std::size_t control_length_max = 16 * kib;
/// Smallest useful DATA frame; DESIGN section 5.
inline constexpr std::size_t frame_bytes_min = 600;
/// Longest time that one frame may occupy the line; DESIGN section 5.
inline constexpr std::chrono::milliseconds frame_time_max{125};
/// Credit that ALPN `dhow/1` implies for bodies sent with their OFFER, before any answer.
inline constexpr std::size_t implied_credit_bytes = 64 * kib;
/// The part of that credit which only flash may use, so that bulk cannot spend a flash message's
/// way.
inline constexpr std::size_t flash_credit_bytes = 16 * kib;
/// Credit for bodies sent with their OFFER that this implementation grants in HELLO: at 1.5 KB a
/// message and 5 ms a commit, 1 MiB in flight is 140,000 messages a second; at 600 ms round trip
/// 1,100.
inline constexpr std::size_t granted_credit_bytes = 1 * mib;
/// A body up to this goes with its OFFER; a larger one waits for ACCEPT, so that a refusal costs
/// little.
inline constexpr std::size_t inline_body_bytes_max = 16 * kib;
/// Window of one accepted transfer: bandwidth x delay of 2 Mbit/s x 700 ms is 175 KB (notes on
/// queues); 512 KiB also fills 50 Mbit/s at 80 ms.
inline constexpr std::size_t transfer_window_bytes = 512 * kib;
/// All windows of all peers together; DESIGN section 5.
inline constexpr std::size_t window_pool_bytes = 16 * mib;
/// Transfers open at once in one direction of a session. 1 MiB of credit / 1.5 KB a message.
inline constexpr std::size_t transfers_max = 1024;
/// Accepted (large) transfers at once in one direction: each holds a window. Bulk takes at most
/// five, routine six, urgent seven, so that a large flash message never waits for a file to end;
/// and a VSAT at 700 ms carries five photographs of 100 KB in each round trip.
inline constexpr std::size_t large_transfers_max = 8;
/// Segments that are read ahead of the line for each large transfer: one goes out, one waits.
inline constexpr std::size_t segments_ahead_max = 2;
/// Received bytes wait this long to fill a segment; a crash costs no more of the line's time.
inline constexpr std::chrono::seconds gather_time_max{10};
/// Frame heads beside the credit that may be held until HELLO is verified: transfers_max x 64
/// bytes.
inline constexpr std::size_t held_heads_bytes_max = 64 * kib;
/// Control frames that may wait for a peer that does not read; a lawful peer's credit ends before.
inline constexpr std::size_t control_frames_max = 4 * 1024;
/// [format] Streams of one direction of a session; then it is closed and begun anew.
inline constexpr std::uint32_t streams_max = 0xffff'fff0;
/// Preamble that can_offer() counts on: header, seal and lockboxes for a few recipients.
inline constexpr std::size_t usual_preamble_bytes = 2 * kib;
/// Partial transfers listed in HELLO.
inline constexpr std::size_t partials_in_hello_max = 32;
inline constexpr std::size_t hello_bytes_max = 4 * kib;
/// Until HELLO is verified; VSAT at 1500 ms round trip needs 6 s for TCP, TLS and HELLO; ten times
/// that.
inline constexpr std::chrono::seconds handshake_time_max{60};
/// A session in which nothing is under way is asked for a sign of life after this.
inline constexpr std::chrono::seconds ping_interval{120};
/// No byte at all for this long while something is expected ends the session.
inline constexpr std::chrono::seconds silence_time_max{120};

/// Incoming connections whose peer is not known yet: 200 peers that all come back, and as many
/// others.
inline constexpr std::size_t half_open_max = 512;
/// TLS sessions of peers that may be resumed, 7 KB each: two for each of 200 peers, and room. The
/// oldest makes way, so that a peer which begins one after another costs no more.
inline constexpr int resumable_sessions_max = 512;
/// What is still to be written when a session has ended, GOODBYE last, gets this long.
inline constexpr std::chrono::seconds close_time_max{10};
/// When a copy is offered again that may be our own: the peer that we gave it to is there and has
/// answered by then.
inline constexpr std::chrono::seconds ask_again_peer{5};
/// The same, when a third gateway may have it, which may be away for long: a small text comes whole
/// with each offer.
inline constexpr std::chrono::seconds ask_again_third{60};
/// Bytes that the kernel may hold unsent: what is there cannot be overtaken any more.
inline constexpr int kernel_unsent_bytes_max = 16 * 1024;

// Disk ----------------------------------------------------------------------------------------
/// Row of payload on disk; notes on queues section 3 (SQLite: larger rows win nothing).
inline constexpr std::size_t segment_bytes = 64 * kib;
/// Group commit: DESIGN section 5.
inline constexpr std::size_t batch_operations_max = 256;
inline constexpr std::size_t batch_bytes_max = 4 * mib;
inline constexpr std::chrono::milliseconds batch_time_max{5};
/// Checkpoint from this many bytes of write-ahead log; DESIGN section 5.
inline constexpr std::size_t checkpoint_bytes = 4 * mib;
/// Bytes that may wait for the store thread; beyond it, callers wait.
inline constexpr std::size_t store_queue_bytes_max = 8 * mib;

// Memory --------------------------------------------------------------------------------------
/// Shipments held in memory over all peers; DESIGN section 6 (Postfix's active queue has the same
/// limit).
inline constexpr std::size_t loaded_shipments_max = 20'000;
/// Shipments loaded for one peer and class at a time.
inline constexpr std::size_t loaded_shipments_per_class = 256;
/// What may have been sent is written down so many rows ahead: one commit for some 200 messages,
/// and after a crash no more than these are in doubt without need.
inline constexpr std::int64_t mark_rows_ahead = 1024;
/// Jobs that may wait for the crypto workers.
inline constexpr std::size_t crypto_jobs_max = 1024;

// API -----------------------------------------------------------------------------------------
/// Request line and header fields of one HTTP request.
inline constexpr std::size_t http_header_bytes_max = 16 * kib;
/// JSON body of one request: the text as base64 (4/3) and room for the other fields.
inline constexpr std::size_t http_json_bytes_max = 2 * mib;
/// Connections to the API sockets at once.
inline constexpr std::size_t http_connections_max = 256;
/// Rows of one listing.
inline constexpr std::size_t page_rows_max = 500;
/// Memory for request bodies and pieces of all connections of one API server; a text of 1 MiB as
/// base64 takes three times its body while it is decoded, so four such and sixteen small ones fit.
inline constexpr std::size_t http_memory_bytes_max = 24 * mib;
/// Nesting of JSON in a request; the API itself needs three levels.
inline constexpr std::size_t json_depth_max = 8;
/// `Idempotency-Key`, as other HTTP APIs bound it.
inline constexpr std::size_t idempotency_key_bytes_max = 255;
/// A whole request header, from its first byte; 16 KiB at 9.6 kbit/s take 14 s.
inline constexpr std::chrono::seconds http_header_time_max{30};
/// A kept connection without a request; below the 5 minutes after which NAT forgets.
inline constexpr std::chrono::seconds http_idle_time_max{120};
/// A body in which no byte moves for this long ends the request.
inline constexpr std::chrono::seconds http_progress_time_max{30};
/// A whole JSON body, or one piece of a stream: 1 MiB in 900 s is 9.3 kbit/s.
inline constexpr std::chrono::seconds http_body_time_max{900};
/// After a reply that ends the connection, the client's rest is read this long, so that it sees the
/// reply.
inline constexpr std::chrono::seconds http_linger_time_max{2};
/// Uploads of all agencies that no message has taken yet: four messages with the most attachments.
/// Each holds at most one segment in memory, 16 MiB together; one agency gets half, so that none
/// takes all.
inline constexpr std::size_t uploads_open_max = 256;
/// Inbound messages whose attachment keys are kept while they are read; DESIGN section 6 has 500
/// MiB a message, so that is 16 KB of piece digests each.
inline constexpr std::size_t opened_messages_max = 8;
/// [format] The age that an offer may tell: a message lives for decades at most.
inline constexpr std::chrono::milliseconds age_max = std::chrono::hours{100 * 365 * 24};
/// Messages being opened at once: enough to keep every crypto worker busy between two commits.
inline constexpr std::size_t open_at_once = 64;
/// Their bodies: half of what the crypto workers take, so that intake and relaying go on.
inline constexpr std::size_t open_bytes_max = 16 * mib;
/// Daemons that have ended while a message was being opened, before it is set aside: once in a
/// batch, and twice alone. Chance does not meet the same few milliseconds again.
inline constexpr std::uint8_t open_ends_max = 3;
/// A daemon that is ended sooner, by whatever, has not tried the messages that it suspects.
inline constexpr std::chrono::minutes suspects_after{1};
/// Rows of what is due, and of receipts for which another way is looked for, that are read at a
/// time: a batch of the store.
inline constexpr std::size_t rows_a_look = 256;
/// Sending attempts of one message to one recipient; the number travels in one byte, and by
/// doubling of the time between them the limit is reached after years.
inline constexpr std::uint8_t sending_attempts_max = 200;
/// Jumps of the clock that are remembered; a longer history changes nothing that is still waiting.
inline constexpr std::size_t clock_jumps_max = 8;
/// An upload that nobody touches for this long makes room for another when there are too many.
inline constexpr std::chrono::minutes upload_idle_max{15};
/// Peers and agencies are given this long to hear the goodbye of a daemon that ends.
inline constexpr std::chrono::seconds stop_time_max{5};
/// A reply that `dhow` keeps in memory: evidence of a message to 512 recipients as base64.
inline constexpr std::size_t reply_bytes_max = 64 * mib;
/// Signature files of the directory that are looked at: more than any federation has signers.
inline constexpr std::size_t directory_heads_max = 16;
/// The longest `wait` of an inbox query, below http_idle_time_max of proxies in between.
inline constexpr std::chrono::seconds inbox_wait_max{60};

// Configuration -------------------------------------------------------------------------------
/// One configuration file. A hub with 200 links, routes and agencies writes about 100 KB.
inline constexpr std::size_t config_bytes_max = 1 * mib;
/// Maps and lists inside each other; the deepest that the schema has is 4.
inline constexpr std::size_t config_depth_max = 16;
/// Keys and values of one file: a hub with 200 links, routes and agencies has about 10,000.
inline constexpr std::size_t config_nodes_max = 50'000;
/// Files named by `include`: one for each of a large bureau's agencies.
inline constexpr std::size_t config_files_max = 256;
/// Findings that are listed; more than these nobody reads in one go.
inline constexpr std::size_t config_findings_max = 100;
/// Links, routes, groups, agencies, assignment rules: of each at most.
inline constexpr std::size_t config_entries_max = 4096;
/// Names of links, groups and agencies.
inline constexpr std::size_t config_name_bytes_max = 64;

static_assert(flash_credit_bytes < implied_credit_bytes);
static_assert(inline_body_bytes_max <= implied_credit_bytes - flash_credit_bytes);
static_assert(frame_bytes_min < frame_payload_bytes_max);
static_assert(transfer_window_bytes * large_transfers_max <= window_pool_bytes);
static_assert(text_bytes_max < sealed_text_bytes_max);
static_assert(header_bytes_max < preamble_bytes_max);
static_assert(piece_bytes % segment_bytes == 0);

}  // namespace dhow::protocol::limits
