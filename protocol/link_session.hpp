// One connection to a peer as a value: bytes in, bytes out, events, deadlines; no socket, no clock.
// Way of the message: route -> [link_session] -> TLS -> peer's [link_session] -> route.
// Pure. Runs on the net thread.
// Spec: docs/link-protocol.md. Tests: unit/protocol/link_session_test.cpp, fuzz/session_pair*, sim.
// Limits: credit, windows, transfers and times of limits.hpp.
#pragma once

#include "protocol/frame.hpp"

#include <array>
#include <deque>
#include <memory>

namespace dhow::protocol {

/// Why and how a session ended.
struct session_end {
    boost::system::error_code code;
    std::string detail;                       ///< For the log; no content.
    std::chrono::seconds reconnect_after{0};  ///< From the peer's GOODBYE.
    bool durable_progress = false;            ///< An ACK or COMMIT went either way.
    bool nothing_taken = false;  ///< GOODBYE came instead of HELLO: the peer has acted on nothing.
    bool by_goodbye = false;     ///< The peer's.
};

// Events: facts that the session tells; drained with next_event() after every call.
namespace session_event {
/// Sign these bytes (hello_to_be_signed) with the bureau's signing key, then call
/// on_hello_signed().
struct sign_hello {
    bytes to_be_signed;
};
/// Check the peer's HELLO: signature, key owner, instance, epoch; then on_hello_verified().
struct verify_hello {
    hello peer;
    key_id signer;
    signature value;
    bytes to_be_signed;
};
struct established {
    hello peer;
};
/// The peer offers an object. Answer with accept(), refuse() or, when inline data follow, wait for
/// body_received. `inline_body`: the whole rest of the body follows without an answer.
struct offer_received {
    offer_frame offer;
    bool inline_body = false;
};
/// Body bytes of an accepted stream, in order, gathered up to a segment; `offset` is the first's
/// place.
struct data_received {
    stream_id stream = 0;
    std::uint64_t offset = 0;
    bytes payload;
};
/// The last byte of the body has been given out by data_received (body_bytes reached).
struct body_received {
    stream_id stream = 0;
};
struct peer_cancelled {
    stream_id stream = 0;
    errc code = errc::cancelled;
};
/// Supply more body: read `bytes` from `offset` and call supply().
struct need_data {
    stream_id stream = 0;
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
};
/// The peer has this much on disk (first answer for a resumed transfer included).
struct acknowledged {
    stream_id stream = 0;
    std::uint64_t durable_bytes = 0;
};
struct committed {
    stream_id stream = 0;
    std::vector<recipient_answer> exceptions;
};
struct refused {
    stream_id stream = 0;
    errc code = errc::busy;
    std::chrono::seconds retry_after{0};
    std::vector<recipient_answer> exceptions;
    bool all_sent = false;
};
/// All bytes of the body have been handed to the transport; until committed or refused it is in
/// doubt.
struct all_sent {
    stream_id stream = 0;
};
/// Room for a further offer appeared after can_offer() had said no.
struct can_offer_again {};
/// The peer's clock against ours, from PING (round_trip 0: not known) and PONG.
struct peer_time {
    utc_time peer{};  ///< Zero: it has its time from others.
    milliseconds round_trip{0};
};
struct ended {
    session_end how;
};
}  // namespace session_event

using session_events =
    std::variant<session_event::sign_hello, session_event::verify_hello, session_event::established,
                 session_event::offer_received, session_event::data_received,
                 session_event::body_received, session_event::peer_cancelled,
                 session_event::need_data, session_event::acknowledged, session_event::committed,
                 session_event::refused, session_event::all_sent, session_event::can_offer_again,
                 session_event::peer_time, session_event::ended>;

struct session_options {
    bool is_dialler = true;
    hello local;     ///< What we say of ourselves.
    bytes exporter;  ///< TLS exporter, 32 bytes, known after the handshake.
    std::uint32_t implied_credit_bytes =
        0;                                ///< 0: limits::implied_credit_bytes. Tests draw it small.
    std::uint32_t window_bytes = 0;       ///< 0: limits::transfer_window_bytes.
    std::size_t frame_payload_bytes = 0;  ///< Initial DATA payload; 0: frame_payload_bytes_max.
    milliseconds ping_interval{0};        ///< 0: limits::ping_interval. Negative: never (metered).
    milliseconds commit_wait{0};    ///< A COMMIT waits so long for company (LP-55); 0: not at all.
    std::uint32_t streams_max = 0;  ///< 0: limits::streams_max. Tests draw it small.
};

/// What may be written of OFFER and DATA from now on; control frames always may.
struct write_allowance {
    std::array<bool, message_class_count> is_metered{};  ///< Classes that share `bytes`.
    std::uint64_t bytes = 0;                             ///< Of whole frames.
};

class link_session {
public:
    link_session(session_options options, utc_time now);
    ~link_session();
    link_session(link_session&&) noexcept;
    link_session& operator=(link_session&&) noexcept;

    // Transport side
    void on_bytes(byte_view received, utc_time now);
    /// Bytes to write now; never more than the rest of one frame, so that the next is chosen late.
    [[nodiscard]] byte_view to_send(utc_time now);
    void mark_sent(std::size_t count, utc_time now);
    void on_transport_closed(boost::system::error_code why, utc_time now);
    [[nodiscard]] std::optional<utc_time> next_deadline() const;
    void on_deadline(utc_time now);
    /// Asks the peer for a sign of life, unless that was done and is not answered.
    void ask(utc_time now);
    [[nodiscard]] bool is_asking() const;
    /// When the last byte came.
    [[nodiscard]] utc_time heard_at() const;
    /// Payload of further DATA frames, from the measured rate (frame_time_max).
    void set_frame_payload(std::size_t bytes);

    // HELLO
    void on_hello_signed(const key_id& signer, const signature& value, utc_time now);
    void on_hello_verified(boost::system::error_code verdict, utc_time now);

    // Sending
    /// Whether an offer of this class and body size would go out without waiting for credit or
    /// streams.
    [[nodiscard]] bool can_offer(message_class cls, std::uint64_t body_bytes) const;
    /// Begins a transfer; `stream`, `first_byte` and `mode` in the frame are ignored and given.
    /// `body`: the whole body when it is at most inline_body_bytes_max, else empty (need_data
    /// follows). `fairness_key`: round robin between keys (origins) within a class.
    stream_id offer(offer_frame what, bytes body, std::uint64_t fairness_key, utc_time now);
    void supply(stream_id stream, std::uint64_t offset, bytes data, utc_time now);
    /// True: its last frame is on its way all the same, so the peer may get the whole.
    bool cancel(stream_id stream, errc code, utc_time now);
    /// Replaces the one before. A frame that would not fit into what is left is not begun.
    void set_allowance(const write_allowance& what);

    // Receiving
    /// Where what is on disk cannot go on with what the peer offers, the session refuses (busy)
    /// instead and tells peer_cancelled; so a peer cannot provoke an abort here.
    void accept(stream_id stream, std::uint64_t offset, utc_time now);
    /// Only after the store has synced these bytes.
    void on_durable(stream_id stream, std::uint64_t durable_bytes, utc_time now);
    void commit(stream_id stream, std::vector<recipient_answer> exceptions, utc_time now);
    void refuse(stream_id stream, errc code, std::chrono::seconds retry_after,
                std::vector<recipient_answer> exceptions, utc_time now);

    /// What PING and PONG say of the time from now on: `now`, or that it is not known.
    void tell_time(bool is_known);
    void goodbye(errc code, std::chrono::seconds reconnect_after, utc_time now);

    [[nodiscard]] std::optional<session_events> next_event();
    [[nodiscard]] bool is_established() const;
    [[nodiscard]] bool is_ended() const;
    /// It stands beside another one (LP-58): at the dialler from the start, at the listener once it
    /// is established.
    [[nodiscard]] bool is_beside() const;
    [[nodiscard]] const hello& peer() const;
    /// Offers of ours that have no final answer yet.
    [[nodiscard]] std::size_t open_transfers() const;
    /// Payload of DATA frames so far.
    [[nodiscard]] std::uint64_t payload_written() const;
    [[nodiscard]] std::uint64_t payload_read() const;
    [[nodiscard]] std::uint64_t payload() const { return payload_written() + payload_read(); }

private:
    class impl;
    std::unique_ptr<impl> x_impl;
};

}  // namespace dhow::protocol
