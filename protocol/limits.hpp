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
/// Languages of one entry: the four official ones, and as many of its own.
inline constexpr std::size_t directory_languages_max = 8;
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
/// Received bytes wait this long to fill a segment; a crash costs no more of the line's time. At
/// 64 kbit/s 1 MiB crosses in 145 s: two seconds of it are 1.5 %, and four commits a segment.
inline constexpr std::chrono::seconds gather_time_max{2};
/// Frame heads beside the credit that may be held until HELLO is verified: transfers_max x 64
/// bytes.
inline constexpr std::size_t held_heads_bytes_max = 64 * kib;
/// Offers of a dialler before the listener's HELLO: each has a head of at most 144 bytes and, in
/// frames of 600 bytes, 28 DATA frames with heads of 10, so all of them have less than the 64 KiB
/// that may be held.
inline constexpr std::size_t early_transfers_max = 64;
/// A COMMIT waits so long for the receipt or another answer to share its TLS record: opening and
/// signing take some 2 ms and two commits, and the shortest round trip that is poor is 50 ms.
inline constexpr std::chrono::milliseconds commit_wait{25};
/// So many go together at most: a peer with much under way is answered at once.
inline constexpr std::size_t commits_together_max = 16;
/// Control frames that may wait for a peer that does not read; a lawful peer's credit ends before.
inline constexpr std::size_t control_frames_max = 4 * 1024;
/// Fields of an OFFER or DATA frame beside preamble and payload: digest, message id, origin, eight
/// numbers of at most nine bytes.
inline constexpr std::size_t offer_head_bytes_max = 144;
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
/// Of a dial: TCP, and then TLS. A line that dies between the two costs no more than the half.
inline constexpr std::chrono::seconds connect_time_max{30};
inline constexpr std::chrono::seconds tls_time_max{30};
/// A session in which nothing happens is asked for a sign of life after this, unless its line is
/// paid by the byte: who dials learns so of a dead path also when only the far end has something to
/// send. 270 bytes each time at IP level, both ways together: 97 KB an hour.
inline constexpr std::chrono::seconds ping_interval{10};
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

// Dead paths ----------------------------------------------------------------------------------
/// A session is stalled when what is expected has not come for so long, for so many round trips,
/// and for as long as the line needs for what is queued. TCP sends again three times in 4 s; four
/// round trips are one for a lost packet, one for its repetition, and as much once more.
inline constexpr std::chrono::milliseconds stall_time_min{4'000};
inline constexpr int stall_round_trips = 4;
/// Of the line, where it is not known: the slowest there is, 9.6 kbit/s.
inline constexpr std::uint64_t stall_rate_min = 1'200;
/// More than that the queue does not add: an estimate that went wrong must not hide a dead path for
/// longer than silence_time_max does.
inline constexpr std::chrono::milliseconds stall_drain_max{60'000};
/// A session of which something is expected is looked at so often; three system calls.
inline constexpr std::chrono::milliseconds stall_look{1'000};
/// A dial of a line that is not paid by the byte sends one more SYN from a socket of its own after
/// this, and again, each repeated by the kernel a second later: so no two are more than 2 s apart,
/// however long the first has been waiting. 60 bytes a second at most while a dial is out.
inline constexpr std::chrono::milliseconds dial_again{3'000};

// Dialling ------------------------------------------------------------------------------------
/// Dials that may begin together, and how long until there is room for one more: a hub dials 200
/// links that fall due at once within 10 s, a handshake of 2 ms of a core and 5 KB every 50 ms.
inline constexpr std::size_t dials_at_once_max = 8;
inline constexpr std::chrono::milliseconds dial_gap{50};
/// A session that held so long shows that the line is good, although nothing was to be carried.
inline constexpr std::chrono::seconds session_stands_after{60};
/// The longest wait of a flash message for a dial, when sessions come and bring nothing.
inline constexpr std::chrono::seconds flash_wait_max{60};
inline constexpr std::chrono::seconds flash_wait_metered_max{300};
/// The kernel tells of carrier, address and route one after the other: one change is what comes
/// without such a pause; a line that changes all the time counts as changed after the longer one.
inline constexpr std::chrono::milliseconds network_settle_time{2'000};
inline constexpr std::chrono::milliseconds network_settle_time_max{10'000};
/// After a change the dials spread over so long: for flash, for what else waits, and where nothing
/// waits here but only we can dial.
inline constexpr std::chrono::milliseconds wake_spread_flash{500};
inline constexpr std::chrono::milliseconds wake_spread{2'000};
inline constexpr std::chrono::milliseconds wake_spread_idle{30'000};
/// After a dial that a change brought forward in vain, the next change counts for this link when so
/// much time has passed; four times as much after each further one. DHCP takes 5 s at most.
inline constexpr std::chrono::milliseconds wake_pause_first{5'000};
inline constexpr std::chrono::milliseconds wake_pause_max{300'000};
/// Interfaces and addresses of this machine that are remembered, so that the kernel's repetitions
/// are not taken for changes; with more, each counts.
inline constexpr std::size_t interfaces_max = 256;
inline constexpr std::size_t own_addresses_max = 1024;
/// One message of the kernel's: it writes at most 32 KiB.
inline constexpr std::size_t kernel_news_bytes_max = 64 * kib;
/// Until the watch on the network is opened again when it broke; twice as long each time.
inline constexpr std::chrono::seconds watch_pause_first{1};
inline constexpr std::chrono::seconds watch_pause_max{600};
/// Connections of `dhow link test` at once.
inline constexpr std::size_t trials_open_max = 16;
/// A session beside another is ended when it has carried nothing for so long. A minute: what comes
/// in a burst goes over one, and the line is not kept for what is over.
inline constexpr std::chrono::milliseconds beside_idle{60'000};
/// The same when the other session goes by the same link by now: answers may be on their way.
inline constexpr std::chrono::milliseconds beside_end{5'000};
/// What a peer cannot take beside, since it comes by the other session, is offered there again.
inline constexpr std::chrono::milliseconds beside_again{30'000};
/// A suspended peer is asked to call again after this: it hears soon that it may.
inline constexpr std::chrono::seconds suspended_pause_max{60};

// Bearers -------------------------------------------------------------------------------------
/// Windows of one link: each day of the week for each class.
inline constexpr std::size_t link_windows_max = 32;
/// Of a MiB, in whatever unit; only compared.
inline constexpr std::uint64_t link_cost_max = 1'000'000;
/// The least monthly quota: a handshake and the status of a day take 20 KB, 30 times.
inline constexpr std::uint64_t month_quota_bytes_min = 1 * mib;
/// A count of bytes that a store can hold as a signed number.
inline constexpr std::uint64_t month_bytes_max = 1ULL << 62;
/// What is used within the next step of the count stands in the store before: a thousandth of the
/// quota, so that a crash costs no more, between these.
inline constexpr std::uint64_t quota_step_bytes_min = 64 * kib;
inline constexpr std::uint64_t quota_step_bytes_max = 1 * mib;
/// With so much left of a quota, what may not pass beyond it is over; with more, three quarters of
/// it may be written: the offer of a text for many recipients fits, and a quarter is for headers
/// and acknowledgements.
inline constexpr std::uint64_t quota_rest_bytes = 16 * kib;
/// With less than this left, the counters are read whenever something has happened on the line:
/// in a second a fast line carries more than that.
inline constexpr std::uint64_t quota_near_bytes = 1 * mib;
/// The counters of the kernel are read so often while a session is up on a link with a quota.
inline constexpr std::chrono::milliseconds traffic_look{1'000};
/// Where the kernel does not tell: headers of IPv6 and TCP with time stamps, of each segment.
inline constexpr std::uint64_t segment_header_bytes_max = 72;
/// What ends a connection is not counted by anybody: FIN and ACK of both sides.
inline constexpr std::uint64_t connection_end_bytes = 4 * segment_header_bytes_max;
/// A message of the class may use a dearer link after this. Flash: a fail-over is to delay it by
/// less than 10 s, dial included; the others: notes on queues, section 2.4.
inline constexpr std::chrono::seconds dearer_after_flash{5};
inline constexpr std::chrono::minutes dearer_after_urgent{15};
inline constexpr std::chrono::hours dearer_after_routine{6};
/// The longest stay with a dearer link while the cheaper one flaps.
inline constexpr std::chrono::hours hold_down_max{4};
/// What waits for peers with several bearers is looked at so often; what has not waited for long
/// enough over the one that is up, after a sixteenth of that time, between these.
inline constexpr std::chrono::milliseconds demand_look_min{1'000};
inline constexpr std::chrono::milliseconds demand_look_max{60'000};
/// A peer that offers what may not pass here is asked to wait no longer than this: another bearer
/// may come up, and then it would wait in vain.
inline constexpr std::chrono::seconds bearer_refusal_max{3600};

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
/// Flash of one origin that goes to a peer before everything else at once: 80 messages of 3 KB.
inline constexpr std::size_t flash_burst_bytes = 262'144;
/// And all the time: 7,000 messages a day, more than a bureau sends of all classes.
inline constexpr std::size_t flash_bytes_per_second = 256;
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

// Courier -------------------------------------------------------------------------------------
/// [format] Plain bytes of one cell. Sealed it has a little less than 4 KiB, the block of a stick's
/// file system, so that a bad block of the medium costs one or two cells; a sealed hit confirmation
/// with its offer (1.5 KB and 0.4 KB) fits one.
inline constexpr std::size_t courier_cell_plain_bytes = 3'840;
/// [format] What stands before the payload in a cell: volume, place, record, kind, length.
inline constexpr std::size_t courier_cell_head_bytes = 15;
inline constexpr std::size_t courier_cell_payload_bytes =
    courier_cell_plain_bytes - courier_cell_head_bytes;
/// Cells that go between daemon and command at a time: 128 KiB, of which each side holds three
/// copies while it seals or opens them; 32 small messages share a commit.
inline constexpr std::size_t courier_cells_a_part = 32;
/// A part of an export ends behind the segment with which it reached that: 18 cells more at most.
inline constexpr std::size_t courier_part_cells_max = courier_cells_a_part + 32;
/// [format] Text of a letter: the key, and receipts of 64 KiB in all.
inline constexpr std::size_t courier_letter_bytes_max = 66 * kib;
/// [format] A letter as it stands in a volume: preamble with one or two lockboxes, and body; the
/// text, its signature and padding of 12 %.
inline constexpr std::size_t courier_sealed_letter_bytes_max = 96 * kib;
/// [format] Receipts of bundles in one letter: more have not come from one bureau between two
/// couriers; what does not fit goes with the next.
inline constexpr std::size_t courier_receipts_max = 256;
inline constexpr std::size_t courier_receipts_bytes_max = 64 * kib;
/// [format] Records of one bundle: 4 GiB of the smallest, which is one file on FAT32.
inline constexpr std::uint32_t courier_records_max = 1U << 20U;
/// [format] Volumes of one bundle: names end in three digits.
inline constexpr std::uint32_t courier_volumes_max = 999;
/// A volume holds the letter twice and the largest text: 2 x 96 KiB and 1.25 MiB, and room.
inline constexpr std::uint64_t courier_volume_bytes_min = 2 * mib;
/// FAT32 ends files one byte before 4 GiB.
inline constexpr std::uint64_t courier_volume_bytes_max = 4ULL * 1024 * mib - 64 * kib;
/// A part of an attachment shorter than this is not begun at the end of a volume.
inline constexpr std::size_t courier_slice_cells_min = 16;
/// Exports and imports under way at once, each with at most one part in memory (and one text).
inline constexpr std::size_t courier_jobs_max = 4;
/// One that nobody goes on with makes room for another after this.
inline constexpr std::chrono::minutes courier_idle_max{15};
/// Messages that are looked at before their records are numbered: a batch of the store, in
/// rows without bodies.
inline constexpr std::size_t courier_candidates_max = 64;
/// An unreceipted bundle raises an alarm after this: a weekly bag, out and back, and as much again.
inline constexpr std::chrono::days courier_alarm_after{28};
/// The alarm of one bundle is repeated after this.
inline constexpr std::chrono::hours courier_alarm_again{24};
/// A receipt may still be on its way so long after its message expired: the longest outage that
/// the design reckons with (60 days), and a month for the way back.
inline constexpr std::chrono::days courier_receipt_lifetime{90};
/// Bundles that are remembered: three a day for ten years. More than these: settled ones and
/// imported ones go first; unreceipted ones never.
inline constexpr std::size_t courier_bundles_max = 10'000;
/// Settled and imported bundles are forgotten after this.
inline constexpr std::chrono::days courier_memory{400};

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

// Clocks --------------------------------------------------------------------------------------
/// Requests that are sent about one hit, those by itself among them: second and third request of
/// the procedure that the kinds' policy names (hit_requests_max).
inline constexpr std::uint64_t requests_by_itself_max = 3;
/// Warnings before papers are due; they are counted in a byte, and nobody reads more.
inline constexpr std::size_t paper_warnings_max = 8;
/// Clocks that are looked at at once.
inline constexpr std::size_t clocks_a_look = 64;
/// Requests about one hit that are looked at: three to each of three units are allowed.
inline constexpr std::size_t clocks_of_a_hit_max = 64;
/// A clock that nobody waits for is forgotten after this: as long as what was said of a message.
inline constexpr std::chrono::days clock_memory{30};

// Kinds ---------------------------------------------------------------------------------------
/// Objects and lists inside each other in the text of a message; the deepest schema has 7.
inline constexpr std::size_t kinds_depth_max = 16;
/// Values of one text, counted before it is parsed: a notice with everything has about 500, a
/// silver one with 100 assets and 196 countries 2,000; ten times that.
inline constexpr std::size_t kinds_values_max = 20'000;
/// Problems that are listed at once; more than these nobody reads in one go.
inline constexpr std::size_t kinds_problems_max = 100;
/// What was found, as far as it is shown: a code or the beginning of a text.
inline constexpr std::size_t kinds_shown_bytes_max = 64;
/// A pointer into a text, as far as it is shown.
inline constexpr std::size_t kinds_pointer_bytes_max = 256;
/// Messages that no agency may have, looked at together: of each its summary is opened.
inline constexpr std::size_t unassigned_page = 64;
/// Messages of one case that are looked at, the newest first: one a week for twenty years.
inline constexpr std::size_t case_messages_max = 1'024;
/// A message is judged again at once when its case went on meanwhile; after so many times, later:
/// more than are opened at once.
inline constexpr unsigned case_tries_max = 8;
/// An end that somebody has not removed yet is said again after this: within a shift.
inline constexpr std::chrono::hours case_first_reminder{4};
inline constexpr std::chrono::hours case_next_reminder{24};
/// An end without a receipt is issued again after this, under the keys that are then current. Keys
/// and replay windows have to hold for 60 days; the rest is for its way.
inline constexpr std::chrono::days case_issue_again_after{45};
/// The same when the addressee could not open it, and for a peer that was restored.
inline constexpr std::chrono::hours case_issue_again_refused{24};
/// Open cases that are looked at together.
inline constexpr std::size_t case_looks_max = 16;
/// What is past its retention date and could not be ended or deleted is looked at again.
inline constexpr std::chrono::hours retention_again{24};
/// States of one compiled pattern: the longest in the schemas has 60.
inline constexpr std::size_t kinds_pattern_states_max = 512;

static_assert(connect_time_max + tls_time_max == handshake_time_max);
static_assert(flash_credit_bytes < implied_credit_bytes);
static_assert(inline_body_bytes_max <= implied_credit_bytes - flash_credit_bytes);
static_assert(early_transfers_max * 2 * offer_head_bytes_max < held_heads_bytes_max);
static_assert(frame_bytes_min < frame_payload_bytes_max);
static_assert(transfer_window_bytes * large_transfers_max <= window_pool_bytes);
static_assert(text_bytes_max < sealed_text_bytes_max);
static_assert(header_bytes_max < preamble_bytes_max);
static_assert(piece_bytes % segment_bytes == 0);
static_assert(courier_cell_payload_bytes < 0x1'0000);
static_assert(2 * courier_sealed_letter_bytes_max + sealed_text_bytes_max * 5 / 4 +
                  preamble_bytes_max <
              courier_volume_bytes_min);

}  // namespace dhow::protocol::limits
