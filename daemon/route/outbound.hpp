// Sends: takes ready shipments to sessions, feeds them data, and turns the peer's answers into
// transactions. Way of the message: store -> ready_queue -> [outbound] -> link_session -> peer.
// Pure. Net thread.
// Spec: docs/overview.md#sending (states, failure table). Tests: unit/route/outbound_test.cpp, sim.
// Limits: loaded_shipments_per_class per peer and only while a session is up.
#pragma once

#include "daemon/route/ready_queue.hpp"

namespace dhow::route {

/// Progress of one transfer, for status.
struct transfer_progress {
    bureau_id peer;
    std::uint64_t durable_bytes = 0;
    std::uint64_t total_bytes = 0;
};

/// Keeps a message from being offered; see outbound::withhold. Empty after the end of outbound.
using withheld = std::shared_ptr<const void>;

/// A recipient that a peer does not take: what outbound asks its owner to decide.
struct undelivered {
    store::message_row message;
    bureau_id recipient;
    bureau_id peer;
    std::uint8_t attempt = 0;
    errc code = errc::no_route;
    std::uint8_t last_attempt = 0;  ///< Of the recipient, when this one was loaded.
};

/// What a peer says of a receipt while its directory or routes are behind: it may say otherwise
/// later, and another peer now.
constexpr bool is_no_for_now(errc code) {
    return code == errc::unknown_key || code == errc::wrong_key_owner ||
           code == errc::key_not_allowed || code == errc::no_route || code == errc::not_allowed;
}

/// The class in which attachments of a message travel (docs/overview.md#sending).
constexpr message_class attachment_class(message_class of_message) {
    return of_message == message_class::flash ? message_class::urgent : message_class::bulk;
}

/// How long the origin waits for a receipt before it sends again; nothing: for ever.
std::optional<protocol::milliseconds> patience_of(const core& shared, message_class cls,
                                                  std::uint8_t attempt);
/// When a copy that somebody takes now is to be looked at, as advance_delivery::due_at. Nothing:
/// as before; the origin alone sends again.
std::optional<std::optional<utc_time>> due_when_taken(core& shared,
                                                      const store::message_row& message,
                                                      std::uint8_t attempt);
/// The OFFER of a shipment to its deliveries, without stream; nothing: what is stored is damaged.
std::optional<protocol::offer_frame> offer_of(const core& shared, const ready_shipment& item);

/// How confidential it is; `unsaid` at a hub, and for a receipt.
inline confidentiality level_of(const ready_shipment& item) {
    return item.message ? item.message->level : confidentiality::unsaid;
}
/// Answers that leave custody with us only because it lies with the peer already.
inline bool means_taken(const protocol::recipient_answer& said) {
    return said.code == errc::have_it;
}
/// A refusal that asks for the same once more.
constexpr bool means_later(errc code) {
    return code == errc::busy || code == errc::text_first || code == errc::store_full ||
           code == errc::overloaded || code == errc::shutting_down;
}
/// What goes by a session beside as well: texts of class flash.
inline bool goes_beside(const ready_shipment& item) {
    return item.shipment.cls == message_class::flash &&
           item.object.kind == protocol::object_kind::text;
}

class outbound {
public:
    explicit outbound(core& shared) : x_core(shared) {}
    /// Called with the recipients of one message that must go another way or fail.
    void set_diverter(std::function<void(std::vector<undelivered>)> divert) {
        x_divert = std::move(divert);
    }

    using marker = std::function<void(bureau_id peer, message_class cls, store::row_id upto,
                                      std::function<void(bool is_written)> then)>;
    /// Who writes down, before a shipment is offered, that it may have been sent; it answers later,
    /// never within the call.
    void set_marker(marker mark) { x_mark = std::move(mark); }

    /// Who dials sooner, because flash waits for a peer without a session.
    void set_hurry(std::function<void(bureau_id)> hurry) { x_hurry = std::move(hurry); }

    /// Who is told that something of a class waits and does not pass now.
    void set_waiting(std::function<void(bureau_id, message_class, confidentiality)> tell) {
        x_waiting = std::move(tell);
    }

    /// Who is told that a flash text is on its way to the peer, or waits to be.
    void set_flash_ready(std::function<void(bureau_id)> tell) { x_flash_ready = std::move(tell); }

    /// Other things pass over the session than before, or may by now: what does not any more is
    /// taken back, unless all of it has left; the store is asked for the rest.
    void on_passage_changed(session_number session);
    /// A connection of ours whose peer's HELLO has not come: what is small goes all the same, when
    /// no other session has the peer.
    void on_session_begins(session_number session);
    void on_session_up(session_number session);
    /// `nothing_taken`: the peer has acted on nothing that was offered over it.
    void on_session_down(session_number session, bool nothing_taken = false);
    /// A session beside that of the peer: flash texts are offered on both.
    void on_beside_up(session_number session);

    void on_event(session_number session, const protocol::session_event::need_data& what);
    void on_event(session_number session, const protocol::session_event::acknowledged& what);
    void on_event(session_number session, const protocol::session_event::committed& what);
    void on_event(session_number session, protocol::session_event::refused what);
    void on_event(session_number session, const protocol::session_event::all_sent& what);

    /// A shipment that was just committed as ready.
    void add_ready(ready_shipment item);
    /// Ready rows were changed in the store (released, due, revived): look again.
    void rescan(bureau_id peer);
    /// Gives the sessions as much as they take.
    void feed(bureau_id peer);
    /// A flash text is on its way to the peer by its session, or waits to be.
    [[nodiscard]] bool has_flash(bureau_id peer) const;
    /// Offers once more beside what the peer could not take there then.
    void offer_copies_again();
    [[nodiscard]] std::optional<utc_time> next_copies_at() const;
    /// Writes what a full disk did not take, when it is time for it.
    void write_again();
    /// Something that peers have said is not on disk yet: what others say of it comes too early.
    [[nodiscard]] bool waits_for_space() const { return x_waits_for_space; }

    /// While the value lives nothing of the message is offered: what was found about it ("not one
    /// byte has left") stays true until it is written down. Transfers under way go on.
    [[nodiscard]] withheld withhold(store::row_id message);
    [[nodiscard]] bool is_withheld(store::row_id message) const {
        return x_withheld.contains(message);
    }
    /// Called back in the store by now, and withheld: of its text the transfers are cancelled that
    /// the peer cannot have all of, so that nothing has left. The others are finished.
    void recall(store::row_id message);
    /// Whether a text may have reached its peer in this run: it is being sent, or was when its
    /// message was withheld.
    [[nodiscard]] bool may_have_left(const store::shipment_row& text) const;
    /// Whether this attempt's text is with a peer that has not answered, or its answer is not on
    /// disk: what others say of it comes too early.
    [[nodiscard]] bool is_under_way(const message_id& id, std::uint8_t attempt,
                                    bureau_id recipient) const;
    /// Held in the store by now: what is loaded of it is dropped, what is under way is cancelled.
    void stop_message(store::row_id message);
    /// Held in the store by now: what is loaded for the peer is dropped.
    void stop_peer(bureau_id peer);

    [[nodiscard]] std::optional<transfer_progress> progress(store::row_id shipment) const;
    /// Of its own class, to the same peer: what stands before one that is in memory and waits, with
    /// the rest of what is under way. Nothing: it is not in memory.
    [[nodiscard]] std::optional<std::uint64_t> bytes_before(const store::shipment_row& what) const;
    [[nodiscard]] std::size_t loaded() const;

private:
    struct transfer {
        ready_shipment item;
        std::uint64_t durable_bytes = 0;
        bool all_sent = false;
        bool is_read = false;  ///< Its first bytes have been asked for.
        bool is_short = false;
        bool is_given = false;  ///< All its bytes are with the session, which may have sent them.
        bool has_lost_copy = false;  ///< A session beside ended with the same, all of it sent.
    };
    using open_transfers = std::map<protocol::stream_id, transfer>;
    /// A copy that the peer could not take for now.
    struct copy_rest {
        utc_time until{};
        std::uint64_t durable_bytes = 0;  ///< Of the same by the other session, then.
    };
    struct peer_lane {
        ready_queue queue;
        std::optional<session_number> session;
        bureau_id peer;
        bool is_early = false;   ///< The peer's HELLO has not come.
        bool is_beside = false;  ///< Of a session beside: flash texts alone.
        open_transfers open;
        /// Shipment to message: taken from the queue, waiting for their bodies.
        std::map<store::row_id, store::row_id> preparing;
        struct mark {
            store::row_id asked = 0;    ///< Up to here it is being written down.
            store::row_id durable = 0;  ///< Up to here shipments may be offered.
        };
        std::array<mark, protocol::message_class_count> marks;
        bool wants_full = false;  ///< The peer could not rebuild a short form in this session.
        /// Shipments that the peer refused here while they are open beside.
        std::set<store::row_id> waits_for_copy;
        std::map<store::row_id, copy_rest> resting;  ///< is_beside.
    };
    struct withholding {
        std::size_t count = 0;              ///< Of living values.
        std::set<store::row_id> under_way;  ///< Shipments that were being sent at the first.
        std::set<bureau_id> dropped;        ///< Lanes that have to load again.
    };
    peer_lane* lane_of(session_number session);
    peer_lane* lane_to(bureau_id peer, bool is_beside);
    template <class Function>
    void each_lane(Function what);
    // outbound_beside.cpp
    void close_beside(peer_lane& lane);
    void add_copy(const ready_shipment& item);
    static void keep_copies_alone(answer::ready& loaded);
    static open_transfers::iterator find_open(peer_lane& lane, store::row_id shipment);
    static transfer* open_in(peer_lane& lane, store::row_id shipment);
    /// It is settled: nothing more of it is offered or answered for.
    void take_from_both(const ready_shipment& item);
    void take_from(peer_lane* lane, store::row_id shipment);
    void on_copy_over(bureau_id peer, store::row_id shipment);
    bool is_settled(const peer_lane& lane, const transfer& what,
                    const std::vector<protocol::recipient_answer>& exceptions);
    bool is_last_word(peer_lane& lane, const transfer& what,
                      const protocol::session_event::refused& said);
    bool waits_for_copy(peer_lane& lane, const ready_shipment& item, bool is_later);
    void settle_part(const peer_lane& lane, const ready_shipment& item,
                     const std::vector<protocol::recipient_answer>& exceptions);
    void offer_rest_again(bureau_id peer, store::row_id shipment);
    void feed(peer_lane& lane);
    void forget(bureau_id peer, store::row_id shipment);
    [[nodiscard]] bool passes(session_number session, const ready_shipment& item) const;
    [[nodiscard]] passage passage_of(const peer_lane& lane, message_class cls) const;
    void put_back(peer_lane& lane, session_number session, ready_shipment item) const;
    void tell_waiting(const ready_shipment& item) const;
    void release(store::row_id message);
    bool keep_back(peer_lane& lane, const ready_shipment& item);
    void drop_withheld(bureau_id peer, peer_lane& lane);
    /// Takes the message out of what is loaded; false: nothing of it was.
    static bool drop(peer_lane& lane, store::row_id message);
    /// Ends the preparation of a shipment; false: it was dropped meanwhile.
    static bool is_prepared(peer_lane& lane, store::row_id shipment) {
        return lane.preparing.erase(shipment) > 0;
    }
    transfer* find(session_number session, protocol::stream_id stream);
    void note_first_byte(transfer& open, bureau_id peer, std::uint64_t offset);
    void load(peer_lane& lane, message_class cls);
    /// Another session takes the lane of one whose peer's HELLO has not come.
    void take_back(peer_lane& lane);
    /// Of what was all sent over a session that is gone only the peer knows.
    void record_doubts(const peer_lane& lane);
    void add_doubt(store::transaction& to, store::row_id shipment) const;
    /// Writes them, however long the disk is full; they count until then.
    void commit_doubts(store::transaction doubts);
    bool offer_next(peer_lane& lane);
    /// Every recipient of a text was settled before the peer answered.
    void close_without_recipients(session_number number, store::row_id message,
                                  ready_shipment item);
    /// Whether a crash after its offer would find it in doubt; else the mark is on its way.
    bool is_marked(peer_lane& lane, const store::shipment_row& what);
    void offer(peer_lane& lane, protocol::link_session& session, ready_shipment item);
    /// Into the short form, when the peer goes by the same directory.
    void shorten(const peer_lane& lane, const protocol::link_session& session,
                 protocol::offer_frame& frame, bytes& body) const;
    /// With a text, the attachments that wait for it.
    void fail(const ready_shipment& item, errc code, std::string text);
    /// Its recipients have an owner until what follows is written: deadlines looks at them soon.
    void keep_due(store::transaction& to, const ready_shipment& item) const;
    /// Its body is not to be had: damaged, or gone with its message meanwhile.
    void fail_if_still_here(ready_shipment item);
    void finish(bureau_id peer, transfer done,
                const std::vector<protocol::recipient_answer>& exceptions);
    void add_custody_moves(store::transaction& to, const ready_shipment& item, bureau_id peer,
                           const std::vector<protocol::recipient_answer>& exceptions,
                           std::vector<undelivered>& left) const;
    /// Like effects::commit, but what a full disk does not take is kept and tried again; until it
    /// is written nothing is offered, because no answer could be noted either.
    void commit_surely(store::transaction what, effects::stored then);
    void wait_for_space();
    void feed_all();
    void defer(bureau_id peer, transfer what, errc code, std::chrono::seconds after);
    /// `left`: what the peer said of each recipient; empty: `code` of all.
    void give_up(bureau_id peer, transfer what, errc code, std::vector<undelivered> left);

    core& x_core;
    std::function<void(std::vector<undelivered>)> x_divert;
    marker x_mark;
    std::function<void(bureau_id)> x_hurry;
    std::function<void(bureau_id, message_class, confidentiality)> x_waiting;
    std::function<void(bureau_id)> x_flash_ready;
    std::map<bureau_id, peer_lane> x_lanes;
    std::map<bureau_id, peer_lane> x_beside;  ///< Of sessions beside.
    std::map<store::row_id, withholding> x_withheld;
    /// Tells values that outlive this.
    std::shared_ptr<outbound*> x_alive = std::make_shared<outbound*>(this);
    struct unwritten {
        store::transaction what;
        effects::stored then;
    };
    std::vector<unwritten> x_unwritten;        ///< At most one for each transfer that was open.
    std::multiset<store::row_id> x_unsettled;  ///< Shipments that have left; that is being written.
    std::size_t x_surely_open = 0;             ///< Of commit_surely(), not answered yet.
    std::multiset<message_id> x_handing_over;  ///< Taken by peers; that is being written.
    utc_time x_write_again_at{};
    bool x_waits_for_space = false;  ///< Nothing is offered.
};

template <class Function>
void outbound::each_lane(Function what) {
    for (auto* lanes : {&x_lanes, &x_beside}) {
        for (auto& [peer, lane] : *lanes) {
            what(lane);
        }
    }
}

}  // namespace dhow::route
