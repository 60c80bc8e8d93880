// The state of one session and the parts that work on it; included by link_session*.cpp only.
// Way of the message: route -> [link_session] -> TLS -> peer's [link_session] -> route.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md. Tests: unit/protocol/link_session_test.cpp, fuzz/session_pair*, sim.
// Limits: credit, windows, transfers and times of limits.hpp.
#pragma once

#include "protocol/interleave.hpp"
#include "protocol/limits.hpp"
#include "protocol/link_session.hpp"
#include "protocol/transfer.hpp"

#include <map>

namespace dhow::protocol {

class link_session::impl {
public:
    impl(session_options options, utc_time now);

    // link_session_input.cpp
    void on_bytes(byte_view received, utc_time now);
    void on_transport_closed(boost::system::error_code why);

    // link_session_output.cpp
    byte_view to_send(utc_time now);
    void mark_sent(std::size_t count, utc_time now);
    void set_frame_payload(std::size_t bytes);
    void tell_time(bool is_known) { x_tells_time = is_known; }
    void goodbye(errc code, std::chrono::seconds reconnect_after);

    // link_session_hello.cpp
    void on_hello_signed(const key_id& signer, const signature& value, utc_time now);
    void on_hello_verified(boost::system::error_code verdict, utc_time now);

    // link_session_sending.cpp
    bool can_offer(message_class cls, std::uint64_t body_bytes) const;
    stream_id offer(offer_frame what, bytes body, std::uint64_t fairness_key, utc_time now);
    void supply(stream_id stream, std::uint64_t offset, bytes data);
    bool cancel(stream_id stream, errc code);
    void set_allowance(const write_allowance& what) { x_allowance = what; }

    // link_session_receiving.cpp
    void accept(stream_id stream, std::uint64_t offset, utc_time now);
    void on_durable(stream_id stream, std::uint64_t durable_bytes);
    void commit(stream_id stream, std::vector<recipient_answer> exceptions, utc_time now);
    void refuse(stream_id stream, errc code, std::chrono::seconds retry_after,
                std::vector<recipient_answer> exceptions);

    // link_session_time.cpp
    std::optional<utc_time> next_deadline() const;
    void on_deadline(utc_time now);
    void ask(utc_time now);
    bool is_asking() const { return x_ping.has_value(); }
    utc_time heard_at() const { return x_last_received; }

    std::optional<session_events> next_event();
    bool is_established() const { return x_phase == phase::established; }
    bool is_ended() const { return x_phase == phase::ended; }
    bool is_beside() const {
        return x_options.is_dialler ? x_options.local.is_beside : x_peer.is_beside;
    }
    const hello& peer() const { return x_peer; }
    std::size_t open_transfers() const { return x_outgoing.size(); }
    std::uint64_t payload_written() const { return x_payload_written; }
    std::uint64_t payload_read() const { return x_payload_read; }

private:
    enum class phase : std::uint8_t {
        greeting,     ///< The peer's HELLO has not come.
        verifying,    ///< It came; what follows it is held.
        established,  ///< It was good.
        ended,        ///< `ended` was told; only GOODBYE and what stands before it still goes out.
    };
    struct outgoing_entry {
        outgoing_transfer transfer;
        std::optional<ready_transfer> queued;  ///< How it stands in x_interleave.
        std::optional<stream_id> wire;         ///< Given when the OFFER is written.
    };
    struct incoming_entry {
        incoming_transfer transfer;
        bool ack_is_due = false;
    };
    struct open_ping {
        std::uint64_t token = 0;
        utc_time at{};
    };
    using outgoing_map = std::map<stream_id, outgoing_entry>;
    using incoming_map = std::map<stream_id, incoming_entry>;

    // Input
    bool is_holding() const;
    void handle_held(utc_time now);
    std::size_t parse(byte_view input, utc_time now);
    void handle(const frame& what, utc_time now);
    void handle_hello(const hello_frame& what);
    void handle_goodbye(const goodbye_frame& what);
    void handle_offer(const offer_frame& what);
    void handle_data(const data_frame& what, utc_time now);
    void handle_cancel(const cancel_frame& what);
    void handle_accept(const accept_frame& what);
    void handle_ack(const ack_frame& what);
    void handle_commit(const commit_frame& what);
    void handle_refuse(const refuse_frame& what);
    void handle_ping(const ping_frame& what, utc_time now);
    void handle_pong(const pong_frame& what, utc_time now);

    // Ends
    void fail(errc code, std::string detail);
    void finish(session_end how, std::optional<goodbye_frame> last);

    // Output
    void push_control(const frame& what);
    bool is_read();
    void write_next(utc_time now);
    bool write_control();
    void write_transfer(utc_time now);
    std::optional<ready_transfer> next_allowed() const;
    std::uint64_t payload_room(message_class cls) const;
    std::size_t payload_max(message_class cls) const;
    std::size_t payload_for(const outgoing_transfer& transfer) const;
    void release_commits();

    // Sending
    bool may_offer() const;
    std::uint64_t peer_credit() const;
    std::uint64_t usable_credit(message_class cls) const;
    bool has_room(message_class cls, bool is_large, std::uint64_t cost) const;
    bool has_early_room(message_class cls, std::uint64_t cost) const;
    bool try_early(outgoing_entry& entry);
    bool try_admit(outgoing_entry& entry);
    bool try_mode(outgoing_entry& entry, body_mode mode, std::uint64_t first_byte);
    void admit_waiting();
    void place(stream_id handle, outgoing_entry& entry);
    void ask(stream_id handle, outgoing_entry& entry);
    void note_all_sent(stream_id handle, outgoing_entry& entry);
    /// The transfer that an answer names. End: it is closed, or the session failed because it never
    /// was.
    outgoing_map::iterator find_answered(stream_id wire);
    void release(outgoing_map::iterator place);

    // Receiving
    bool is_busy_for(const incoming_transfer& transfer) const;
    bool may_wait(const incoming_transfer& done) const;
    void close_incoming(incoming_map::iterator place);
    /// The transfer that a peer's frame names. End: it is closed, or the session failed.
    incoming_map::iterator find_named(stream_id stream);
    void give_out(stream_id stream, incoming_transfer& transfer, bool flush);
    void flush_gathered();

    // Time
    bool is_expecting() const { return x_ping || !x_wire.empty(); }
    utc_time silence_deadline() const;
    std::optional<utc_time> ping_deadline() const;

    template <class Event>
    void tell(Event event) {
        x_events.emplace_back(std::move(event));
    }

    session_options x_options;
    bytes x_local_hello;
    phase x_phase = phase::greeting;
    std::deque<session_events> x_events;
    bool x_durable_progress = false;

    hello x_peer;
    bytes x_in;  ///< A partial frame, or what is held while verifying.

    bool x_hello_queued = false;  ///< Our HELLO stands in front of everything.
    bytes x_out;                  ///< The frame that is being sent.
    std::size_t x_out_sent = 0;
    std::optional<stream_id>
        x_out_completes;  ///< Handle of the transfer whose last byte x_out holds.
    std::deque<bytes> x_control;
    std::vector<bytes> x_commits;  ///< COMMITs that wait for something to go with.
    std::optional<utc_time> x_commits_since;
    std::uint64_t x_commits_credit = 0;  ///< That the peer has back when it reads them.
    std::optional<pong_frame> x_pong;  ///< The latest PING's answer; older ones are merged into it.
    std::deque<stream_id> x_acks;      ///< Incoming streams whose ACK is due, oldest first.

    outgoing_map x_outgoing;                ///< By handle.
    std::map<stream_id, stream_id> x_wire;  ///< Wire number to handle; written and unanswered.
    std::array<std::array<std::deque<stream_id>, 2>, message_class_count> x_waiting;
    interleave x_interleave;
    write_allowance x_allowance;
    std::uint64_t x_payload_written = 0, x_payload_read = 0;
    stream_id x_next_handle = 0;
    stream_id x_next_wire = 0;
    std::uint64_t x_credit_used = 0;
    std::size_t x_open = 0;  ///< Admitted.
    std::size_t x_open_large = 0;
    std::size_t x_early_transfers = 0;  ///< Admitted before the peer's HELLO was verified.
    std::uint64_t x_early_cost = 0;
    mutable bool x_room_was_asked = false;  ///< can_offer() has said no since can_offer_again.

    incoming_map x_incoming;  ///< By wire number.
    stream_id x_next_incoming = 0;
    std::uint64_t x_credit_given = 0;
    std::size_t x_incoming_large = 0;
    std::optional<utc_time> x_gathering_since;

    utc_time x_started;
    utc_time x_last_received;
    utc_time x_last_sent;
    utc_time x_expecting_since;
    std::optional<open_ping> x_ping;
    bool x_tells_time = true;
    std::uint64_t x_next_token = 1;
};

}  // namespace dhow::protocol
