// Receives: judges offers, puts bodies on disk, takes custody, and only then answers.
// Way of the message: peer -> link_session -> [inbound] -> seal (verify) -> store -> COMMIT; then
// opening or outbound. Pure. Net thread. Spec: docs/overview.md#receiving (states, failure table).
// Tests: unit/route/inbound_test.cpp, sim. Limits: transfers_max per session,
// sealed_text_bytes_max, receipt_bytes_max, one segment in memory each.
#pragma once

#include "daemon/route/opening.hpp"
#include "daemon/route/outbound.hpp"
#include "daemon/route/peers.hpp"
#include "daemon/route/recalls.hpp"
#include "daemon/route/receipts.hpp"

namespace dhow::route {

/// Where the answers go when what inbound is given does not come by a session.
class receiving_end {
public:
    virtual ~receiving_end() = default;
    virtual void accept(protocol::stream_id stream, std::uint64_t offset) = 0;
    virtual void on_durable(protocol::stream_id stream, std::uint64_t durable_bytes) = 0;
    virtual void commit(protocol::stream_id stream,
                        std::vector<protocol::recipient_answer> exceptions) = 0;
    virtual void refuse(protocol::stream_id stream, errc code,
                        std::vector<protocol::recipient_answer> exceptions) = 0;
    /// No answer can be given: nothing more is taken.
    virtual void give_up(errc code) = 0;
};
/// Numbers of imports stand above all numbers of sessions.
inline constexpr session_number first_import = session_number{1} << 62U;

class inbound {
public:
    inbound(core& shared, outbound& out, receipts& receipts_, opening& opening_, peers& peers_,
            recalls& recalls_)
        : x_core(shared),
          x_out(out),
          x_receipts(receipts_),
          x_opening(opening_),
          x_peers(peers_),
          x_recalls(recalls_) {}

    void on_event(session_number session, protocol::session_event::offer_received what);
    void on_event(session_number session, protocol::session_event::data_received what);
    void on_event(session_number session, const protocol::session_event::body_received& what);
    void on_event(session_number session, const protocol::session_event::peer_cancelled& what);
    void on_session_down(session_number session);
    /// Other things pass over the session than before: what does not any more is refused for now;
    /// what is on disk of it stays.
    void on_passage_changed(session_number session);
    /// What comes under this number is from `peer` and is answered to `to`, until
    /// on_session_down(). From first_import on.
    void begin_import(session_number number, bureau_id peer, receiving_end& to);
    /// Whether something came under this number that is not answered yet.
    [[nodiscard]] bool knows(session_number number, protocol::stream_id stream) const;
    /// Reads what a peer has begun to send, for the next HELLO.
    void refresh_partials(bureau_id peer);

private:
    using stream_id = protocol::stream_id;
    struct incoming {
        protocol::offer_frame offer;
        protocol::preamble preamble;  ///< Text only.
        protocol::header header;      ///< Text only.
        bytes buffer;                 ///< Whole body when small, else what is not written yet.
        store::object_row object;     ///< Row 0 until known.
        /// Attachments that an earlier attempt of the message has here already, by digest.
        std::map<digest, store::object_row> known;
        std::size_t looked_up = 0;      ///< Attachments of the header asked for so far.
        recall_ptr recall;              ///< Once what it calls back has been looked for.
        std::uint64_t given_bytes = 0;  ///< To the store, in order.
        std::uint64_t skip_bytes = 0;   ///< Still to come and on disk already.

        bool is_small = false;  ///< Gathered in memory.
        bool is_ready = false;  ///< The object's row is known or not needed.
        bool has_body = false;
        bool was_on_disk = false;  ///< Nothing was accepted: all bytes were here before.
        bool is_finishing = false;
    };
    using split = std::map<bureau_id, bureau_id>;  ///< Recipient to next hop; ourselves to empty.

    incoming* find(session_number session, stream_id stream);
    /// Until the link lets the offered body pass; nothing: it does.
    [[nodiscard]] std::optional<std::chrono::seconds> wait_for_passage(
        session_number session, const protocol::offer_frame& offer) const;
    struct import_line {
        bureau_id peer;
        receiving_end* to = nullptr;
    };
    [[nodiscard]] bureau_id peer_of(session_number number) const;
    // An answer goes to the import or session of this number; to nobody when it is gone.
    void answer_accept(session_number number, stream_id stream, std::uint64_t offset);
    void answer_durable(session_number number, stream_id stream, std::uint64_t durable_bytes);
    void answer_refuse(session_number number, stream_id stream, errc code,
                       std::chrono::seconds retry_after,
                       std::vector<protocol::recipient_answer> exceptions);
    void answer_commit(session_number number, stream_id stream,
                       std::vector<protocol::recipient_answer> exceptions);
    void refuse(session_number session, stream_id stream, errc code,
                std::chrono::seconds retry_after = std::chrono::seconds{0},
                std::vector<protocol::recipient_answer> exceptions = {});
    void commit(session_number session, stream_id stream,
                std::vector<protocol::recipient_answer> exceptions);
    void step(session_number session, stream_id stream);
    /// Appends what came to the object on disk; goes on when all of it is there.
    static void drop_skipped(incoming& in);
    void write_buffer(session_number session, stream_id stream);
    void on_written(session_number session, stream_id stream, std::uint64_t upto,
                    const store::transaction_result& result);
    /// After a conflict: a damaged segment can not grow, so the object begins anew.
    void look_at_last_segment(session_number session, stream_id stream);

    // Text
    errc judge_text(incoming& in, bureau_id peer) const;
    /// Of an offer in the short form; false: what was left off is not known here.
    [[nodiscard]] bool complete_preamble(protocol::offer_frame& offer) const;
    void begin_text(session_number session, stream_id stream);
    /// Expired now, and perhaps taken before.
    void refuse_expired(session_number session, stream_id stream);
    void ask_for_partial(session_number session, stream_id stream);
    void verify_text(session_number session, stream_id stream, bytes body);
    /// Of an offer in the short form the full one is asked for first.
    void refuse_unverified(session_number session, stream_id stream, errc code);
    split split_recipients(const incoming& in, bureau_id peer,
                           std::vector<protocol::recipient_answer>& exceptions) const;
    void take_custody(session_number session, stream_id stream, bytes body,
                      std::vector<protocol::recipient_answer> exceptions);
    void look_up_attachment(session_number session, stream_id stream, bytes body,
                            std::vector<protocol::recipient_answer> exceptions);
    // inbound_called_back.cpp
    [[nodiscard]] bool is_to_look_for_earlier(const incoming& in) const;
    void look_for_earlier(session_number session, stream_id stream, bytes body,
                          std::vector<protocol::recipient_answer> exceptions);
    /// After a conflict: recipients for whom it is called back get that as its outcome.
    void look_for_later(session_number session, stream_id stream, bytes body,
                        std::vector<protocol::recipient_answer> exceptions);
    void take_called_back(session_number session, stream_id stream, bytes body,
                          std::vector<protocol::recipient_answer> exceptions,
                          const called_back& codes);
    struct plan;
    void add_recall(plan& to, const incoming& in, const split& ways);
    plan make_plan(const incoming& in, bureau_id peer, const split& ways, bytes body);
    void add_recipient(plan& to, const incoming& in, bureau_id peer, bureau_id recipient,
                       bureau_id next_hop) const;
    void add_shipments(plan& to, const incoming& in, const split& ways);
    void refuse_full(session_number number, stream_id stream);
    void commit_or_refuse(session_number session, stream_id stream, errc code,
                          std::vector<protocol::recipient_answer> exceptions);
    void on_custody_conflict(session_number session, stream_id stream, bytes body,
                             std::vector<protocol::recipient_answer> exceptions);
    /// Told of what we know of the recipients that are offered, while the stream is open.
    using judged_custody = std::function<void(const std::vector<store::custody_row>&)>;
    /// `then` is not called where the copy may be the one that we gave away: it is asked to come
    /// again.
    void look_whose_it_is(session_number session, stream_id stream, judged_custody then);
    /// `open`: of the same content, from another peer, and nothing has come of it yet.
    void ask_whose_it_is(session_number session, stream_id stream,
                         std::vector<store::custody_row> open, std::function<void()> then);
    /// How long the peer is to wait, when `ours` may have been given to it or to another for one of
    /// the recipients of `open`.
    [[nodiscard]] std::optional<std::chrono::seconds> until_it_is_known(
        const store::answer::full_message& ours, const std::vector<store::custody_row>& open,
        bureau_id peer) const;
    /// What the peer that offers a copy hears of `row`: "loop" if it came by another way and has
    /// been handed on since, so that the peer does not take us for who has it.
    static errc word_of(const store::custody_row& row, bureau_id peer);
    void answer_conflict(session_number session, stream_id stream, bytes body,
                         std::vector<protocol::recipient_answer> exceptions,
                         const std::vector<store::custody_row>& rows);
    void after_custody(plan done);

    // Attachments and receipts
    void begin_attachment(session_number session, stream_id stream);
    [[nodiscard]] bool comes_already(session_number number, stream_id stream,
                                     store::row_id object) const;
    void refuse_unknown_attachment(session_number number, stream_id stream);
    void finish_attachment(session_number session, stream_id stream);
    void hash_object(store::row_id object, std::uint64_t total,
                     std::shared_ptr<protocol::running_hash> hash, std::uint32_t index,
                     std::function<void(std::optional<digest>)> then);
    void attachment_complete(session_number session, stream_id stream);
    void restart_object(session_number session, stream_id stream, std::string_view why);
    void finish_receipt(session_number session, stream_id stream);

    core& x_core;
    outbound& x_out;
    receipts& x_receipts;
    opening& x_opening;
    peers& x_peers;
    recalls& x_recalls;
    std::map<session_number, std::map<stream_id, incoming>> x_streams;
    std::map<session_number, import_line> x_imports;
};

}  // namespace dhow::route
