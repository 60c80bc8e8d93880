// What travels inside TLS between two gateways: frames, encoded and decoded side by side.
// Way of the message: link_session writes and reads these.
// Pure.
// Spec: docs/link-protocol.md#frames. Tests: unit/protocol/frame_test.cpp, vectors, fuzz/frame*.
// Limits: frame_payload_bytes_max, hello_bytes_max, preamble_bytes_max.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/header.hpp"
#include "protocol/ids.hpp"
#include "protocol/receipt.hpp"

#include <variant>

namespace dhow::protocol {

/// Number of one transfer in one direction of one session; given by the sender, rising from 0. What
/// link_session::offer() returns names the transfer towards the route core only: the number on the
/// wire is given when the OFFER is written.
using stream_id = std::uint32_t;

enum class object_kind : std::uint8_t { text = 1, attachment = 2, receipt = 3 };

struct partial_transfer {
    digest object;
    std::uint64_t durable_bytes = 0;
    bool operator==(const partial_transfer&) const = default;
};

struct audit_checkpoint {  ///< RFC 9162 tree head of the sender's audit log; optional.
    std::uint64_t tree_size = 0;
    digest root;
    bool operator==(const audit_checkpoint&) const = default;
};

/// The store of the listener that a dialler knows, so that an old copy of it finds itself out
/// before it takes what is offered early.
struct known_store {
    instance_id instance;
    std::uint64_t epoch = 0;
    std::uint64_t boot = 0;
    bool operator==(const known_store&) const = default;
};

struct hello {
    std::uint8_t version = format_version;
    bureau_id bureau;
    instance_id instance;
    std::uint64_t epoch = 0;  ///< Rises when the store was restored.
    std::uint64_t boot = 0;   ///< Rises at each start.
    std::uint64_t directory_serial = 0;
    digest directory_head;
    utc_time time{};
    std::uint32_t inline_credit_bytes = 0;  ///< Replaces the implied credit once verified.
    std::uint32_t frame_bytes_max = 0;
    std::uint64_t sent_count = 0;  ///< Messages handed to this peer in this epoch (gap detection).
    std::uint64_t received_count = 0;  ///< Messages taken from this peer in this epoch.
    std::vector<partial_transfer> partials;
    std::optional<audit_checkpoint> checkpoint;
    bool is_trial = false;             ///< The dialler only wants to see that a session can be had.
    bool is_beside = false;            ///< The dialler has another session with us, which stays.
    std::optional<known_store> known;  ///< Of a dialler that may offer before it is greeted.
    std::vector<unknown_field> ignored;
    bool operator==(const hello&) const = default;
};

struct hello_frame {
    bytes encoded;  ///< encode_hello(); kept raw for the signature.
    key_id signer;
    signature value;  ///< Over hello_to_be_signed().
};

/// Bytes that a HELLO signature covers: a label, who speaks, the TLS exporter (RFC 9266, 32 bytes),
/// HELLO.
bytes hello_to_be_signed(bool is_dialler, byte_view exporter, byte_view encoded_hello);

/// How the body of an offered object follows its OFFER.
enum class body_mode : std::uint8_t {
    on_accept = 0,   ///< DATA waits for ACCEPT.
    with_offer = 1,  ///< The whole body follows at once; first_byte is 0.
    resumed = 2,     ///< DATA from first_byte on, up to inline_body_bytes_max, goes before ACCEPT.
};

struct offer_frame {
    stream_id stream = 0;
    object_kind kind = object_kind::text;
    message_class cls = message_class::routine;
    std::uint8_t attempt = 0;
    std::uint8_t hops = 0;  ///< Hops so far; the origin sends 0.
    milliseconds age{0};    ///< Accumulated age when the OFFER was written.
    digest object;          ///< SHA-256 of the body bytes to come. Zero when it does not travel.
    std::uint64_t body_bytes = 0;
    std::uint64_t first_byte = 0;  ///< Where DATA will begin, known from the peer's HELLO.
    bytes preamble;                ///< Text: encode_preamble(). Else empty.
    bureau_id origin;              ///< Attachment: of its message. Receipt: its destination.
    message_id id;                 ///< Attachment: its message. Else zero.
    body_mode mode = body_mode::on_accept;  ///< Given by link_session.
    /// The preamble of a text, the body of a receipt are in the short form (docs/parcel-format.md).
    bool is_short = false;
};
struct accept_frame {
    stream_id stream = 0;
    std::uint64_t offset = 0;
    std::uint32_t window_bytes = 0;
};
struct data_frame {
    stream_id stream = 0;
    std::uint64_t offset = 0;
    byte_view payload;
};
/// Durable offset, which is also the credit: the sender may send up to durable_bytes +
/// window_bytes.
struct ack_frame {
    stream_id stream = 0;
    std::uint64_t durable_bytes = 0;
    std::uint32_t window_bytes = 0;
};

/// What the receiver says of one recipient that it does not newly take into custody.
struct recipient_answer {
    bureau_id recipient;
    errc code = errc::have_it;            ///< have_it, loop, no_route, expired, refused_for_ever …
    std::optional<outcome_kind> outcome;  ///< With have_it: the final outcome, if there is one.
    bool operator==(const recipient_answer&) const = default;
};
/// After sync: everything offered is in custody but for `exceptions`.
struct commit_frame {
    stream_id stream = 0;
    std::vector<recipient_answer> exceptions;
};
struct refuse_frame {
    stream_id stream = 0;
    errc code = errc::busy;
    std::chrono::seconds retry_after{0};
    std::vector<recipient_answer>
        exceptions;  ///< With have_it, per recipient; empty: holds for all.
};
struct cancel_frame {
    stream_id stream = 0;
    errc code = errc::cancelled;
};
struct ping_frame {
    std::uint64_t token = 0;
    utc_time time{};
};
struct pong_frame {
    std::uint64_t token = 0;
    utc_time time{};
};
struct goodbye_frame {
    errc code = errc::shutting_down;
    std::chrono::seconds reconnect_after{0};
};
/// A frame type that may be ignored (bit 7 clear; docs/link-protocol.md, LP-5).
struct unknown_frame {
    std::uint8_t type = 0;
};

using frame =
    std::variant<hello_frame, offer_frame, accept_frame, data_frame, ack_frame, commit_frame,
                 refuse_frame, cancel_frame, ping_frame, pong_frame, goodbye_frame, unknown_frame>;

bytes encode_hello(const hello& value);
result<hello> decode_hello(byte_view data);

/// Appends the complete frame (type, length, payload) to `out`.
void append_frame(bytes& out, const frame& value);

/// One frame at the front of `data`: `consumed_bytes` says how long it was. Nothing in `value`
/// while the frame is incomplete. Errors end the session. data_frame::payload refers into `data`.
struct decoded_frame {
    std::optional<frame> value;
    std::size_t consumed_bytes = 0;
};
result<decoded_frame> decode_frame(byte_view data);

}  // namespace dhow::protocol
