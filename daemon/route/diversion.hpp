// Another way for a recipient, or a signed notice that there is none.
// Way of the message: outbound (refused there), deadlines (no receipt came) -> [diversion] ->
// outbound or receipts.
// Pure. Net thread.
// Spec: docs/overview.md#sending-again. Tests: unit/route/outbound_test.cpp, sim.
// Limits: sending_attempts_max of one message and recipient.
#pragma once

#include "daemon/route/outbound.hpp"
#include "daemon/route/receipts.hpp"

namespace dhow::route {

class diversion {
public:
    diversion(core& shared, outbound& out, receipts& receipts_)
        : x_core(shared), x_out(out), x_receipts(receipts_) {}

    /// Recipients of one message that a peer does not take: by the next way, else a notice; for a
    /// message of our own deadlines decides, because another attempt may be with others.
    /// `keep` lives until all is written.
    void divert(std::vector<undelivered> what, withheld keep = {});
    /// The next way of a recipient after a refusal, where that may help.
    [[nodiscard]] std::optional<bureau_id> other_way(const undelivered& what) const;
    /// A notice, because there is no other way and nobody else has it.
    void give_up(const undelivered& what, withheld keep);
    /// Recipients of one message once more, as a new attempt, by another way where there is one.
    void send_again(const answer::full_message& message, const std::vector<bureau_id>& recipients,
                    std::string reason, std::function<void(bool)> then);
    /// A notice to the origin (to ourselves when we are it): final state and signed outcome in one
    /// transaction. `keep` lives until that is written.
    void notice(const store::message_row& message, bureau_id recipient, std::uint8_t attempt,
                protocol::outcome_kind kind, errc code, withheld keep = {});

    /// How long the origin waits for a receipt before it sends again; nothing: for ever.
    [[nodiscard]] std::optional<protocol::milliseconds> patience(message_class cls,
                                                                 std::uint8_t attempt) const;
    /// The way after `peer` in the order of the routes; with `wrap`, the first again when there is
    /// none.
    [[nodiscard]] std::optional<bureau_id> way_after(bureau_id recipient, bureau_id peer,
                                                     confidentiality level, bool wrap) const;

private:
    using ways = std::map<bureau_id, std::vector<bureau_id>>;  ///< Peer to recipients.
    void judge_soon(const undelivered& what);
    /// At a hub: a notice, unless a copy of this attempt went along with a courier.
    void give_up_or_wait(const undelivered& what, withheld keep);
    /// Without those whom a later attempt is under way to, or who have been reached meanwhile.
    static ways still_here(const answer::full_message& message, ways by_peer, std::uint8_t attempt);
    void reroute(const answer::full_message& message, const ways& by_peer, bool new_attempt,
                 const std::string& reason, std::function<void(bool)> then);

    void add_shipments(store::transaction& to, const answer::full_message& message, bureau_id peer,
                       std::uint8_t attempt) const;

    core& x_core;
    outbound& x_out;
    receipts& x_receipts;
};

}  // namespace dhow::route
