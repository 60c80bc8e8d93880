// One object on its way over one session: what may be sent, what came, how far it is durable.
// Way of the message: link_session -> [outgoing_transfer] => [incoming_transfer] -> link_session.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#transfers. Tests: unit/protocol/transfer_test.cpp, sim.
// Limits: segments_ahead_max, inline_body_bytes_max; windows bound what is held.
#pragma once

#include "protocol/frame.hpp"

#include <deque>

namespace dhow::protocol {

/// A stretch of a body.
struct body_range {
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
    bool operator==(const body_range&) const = default;
};

/// Credit that an OFFER uses until its final answer (with_offer) or ACCEPT (resumed); else 0.
std::uint64_t inline_cost(const offer_frame& offer);

/// Our side of an object that we send.
///
class outgoing_transfer {
public:
    enum class state : std::uint8_t {
        waiting,   ///< For credit or a stream; nothing was written.
        offering,  ///< Credit is reserved; the OFFER waits for its turn.
        sending,   ///< The OFFER is written; DATA goes as far as the limit allows.
        in_doubt,  ///< The last byte was written; only the peer knows what became of it.
    };

    /// `body`: the whole of it, or empty when it is asked for piece by piece.
    outgoing_transfer(offer_frame what, bytes body, std::uint64_t fairness_key, utc_time now);

    [[nodiscard]] const offer_frame& offer() const { return x_offer; }
    [[nodiscard]] state current() const { return x_state; }
    [[nodiscard]] std::uint64_t fairness_key() const { return x_fairness_key; }
    [[nodiscard]] std::uint64_t cost() const { return x_cost; }
    [[nodiscard]] bool is_large() const { return x_offer.mode != body_mode::with_offer; }
    [[nodiscard]] bool is_accepted() const { return x_is_accepted; }
    [[nodiscard]] std::uint64_t written_bytes() const { return x_written; }
    /// The last byte of the body has been put into a frame.
    [[nodiscard]] bool all_written() const { return x_written == x_offer.body_bytes; }

    void set_mode(body_mode mode, std::uint64_t first_byte);
    void admit();
    /// The OFFER with its wire number and the age grown while it waited; releases the preamble.
    offer_frame take_offer(stream_id wire, utc_time now);
    /// Whether a frame can be written now.
    [[nodiscard]] bool has_frame() const;
    /// DATA of at most `payload_bytes`; empty when there is none. Valid until mark_written().
    [[nodiscard]] data_frame next_data(std::size_t payload_bytes) const;
    void mark_written(std::size_t payload_bytes);
    void mark_in_doubt() { x_state = state::in_doubt; }

    /// The credit for resumed bytes ends with the ACCEPT, which brings a window.
    boost::system::error_code on_accept(const accept_frame& answer);
    boost::system::error_code on_ack(const ack_frame& answer);
    /// What to read next: never beyond the limit, at most segments_ahead_max segments ahead.
    std::optional<body_range> take_wanted();
    /// Appends what was asked for.
    void supply(std::uint64_t offset, bytes data);

private:
    void start_at(std::uint64_t offset);

    offer_frame x_offer;
    stream_id x_wire = 0;
    std::uint64_t x_fairness_key;
    utc_time x_offered_at;
    std::uint64_t x_cost;
    state x_state = state::waiting;
    bool x_is_accepted = false;
    std::deque<bytes> x_chunks;       ///< Supplied and not wholly written.
    std::size_t x_front_written = 0;  ///< Bytes of the first chunk that are written.
    std::uint64_t x_written;          ///< All bytes below are in frames.
    std::uint64_t x_supplied;         ///< All bytes below were supplied.
    std::uint64_t x_asked;            ///< All bytes below were asked for.
    std::uint64_t x_limit;            ///< Bytes below may be written.
    std::uint64_t x_durable;
};

/// Our side of an object that a peer sends.
class incoming_transfer {
public:
    explicit incoming_transfer(const offer_frame& offer);

    [[nodiscard]] std::uint64_t cost() const { return x_cost; }
    [[nodiscard]] bool is_large() const { return x_mode != body_mode::with_offer; }
    [[nodiscard]] body_mode mode() const { return x_mode; }
    [[nodiscard]] std::uint64_t first_byte() const { return x_first_byte; }
    [[nodiscard]] bool is_accepted() const { return x_is_accepted; }
    [[nodiscard]] std::uint64_t received_bytes() const { return x_received; }
    [[nodiscard]] std::uint64_t durable_bytes() const { return x_durable; }
    [[nodiscard]] bool all_received() const { return x_received == x_body_bytes; }
    /// Bytes that wait to fill a segment.
    [[nodiscard]] bool has_gathered() const { return x_is_accepted && !x_gathered.empty(); }

    boost::system::error_code on_data(const data_frame& data);
    /// False when a resumed transfer would have to start elsewhere than it already did, or when
    /// more is on disk than the peer now says the object has.
    [[nodiscard]] bool accept(std::uint64_t offset, std::uint32_t window_bytes);
    /// A piece that ends at a segment's or the body's end or where the peer's credit ends (else it
    /// would wait for an ACK that cannot come), or with `flush` whatever there is.
    struct piece {
        std::uint64_t offset = 0;
        bytes payload;
    };
    std::optional<piece> take_piece(bool flush);
    /// True when it is news for the peer.
    bool on_durable(std::uint64_t durable_bytes);

private:
    body_mode x_mode;
    std::uint64_t x_first_byte;
    std::uint64_t x_body_bytes;
    std::uint64_t x_cost;
    bool x_is_accepted;
    std::uint32_t x_window_bytes = 0;
    std::uint64_t x_received;  ///< All bytes below have arrived.
    std::uint64_t x_limit;     ///< Bytes below may arrive.
    std::uint64_t x_durable = 0;
    bytes x_gathered;  ///< The last bytes before x_received, not given out yet.
};

}  // namespace dhow::protocol
