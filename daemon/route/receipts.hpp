// Outcomes into signed receipts, receipts onto their way, and receipts into the state of our
// messages. Way of the message: opening, deadlines, outbound -> [receipts] -> store -> outbound ->
// origin's [receipts]. Pure. Net thread. Spec: docs/overview.md#receipts. Tests:
// unit/route/receipts_test.cpp, sim. Limits: outcomes_per_receipt_max; one signature under way per
// origin and class, so that they gather.
#pragma once

#include "daemon/route/outbound.hpp"

namespace dhow::route {

/// Due rows are looked for again, and other ways for receipts.
inline constexpr std::chrono::minutes look_interval{1};

class receipts {
public:
    receipts(core& shared, outbound& out) : x_core(shared), x_out(out) {}

    /// Makes the row and its operation for a transaction; after commit call pend() with it.
    store::outcome_row add(store::transaction& to, bureau_id origin, message_class cls,
                           protocol::outcome value);
    void pend(store::outcome_row row);
    /// At start: what was not signed yet, of rows above `after`.
    void load_pending(store::row_id after = 0);
    /// Tries again what could not be signed or had no way; every minute and after a reload.
    void sign_waiting();

    /// Receipts on their way to a peer that is not there, or that cannot take them, go by another
    /// that can; every minute.
    void find_other_ways();

    /// A verified receipt for our own messages: stored, applied. `then` after commit.
    void apply(const seal::done::verified_receipt& receipt, std::function<void(bool)> then);
    /// A verified receipt for somebody else: onto its way. `then(false)`: not stored, try again.
    void forward(const seal::done::verified_receipt& receipt, bytes encoded, message_class cls,
                 std::uint8_t hops, bureau_id from, std::function<void(bool)> then);
    [[nodiscard]] std::size_t waiting() const;

private:
    struct signing_lane {
        std::deque<store::outcome_row> waiting;
        bool signing = false;
    };
    using lane_key = std::pair<bureau_id, message_class>;
    void sign(lane_key key);
    void on_signed(lane_key key, const std::vector<store::outcome_row>& rows,
                   const seal::done::signed_receipt& receipt);
    void give_back(lane_key key, std::vector<store::outcome_row> rows);
    void settle(store::transaction& to, const protocol::receipt_content& content,
                store::row_id receipt) const;
    /// Peers that may have a receipt for `origin` that came from `from`, in the routes' order.
    [[nodiscard]] std::vector<bureau_id> ways_to(bureau_id origin, bureau_id from,
                                                 std::uint8_t hops) const;
    /// A peer with a session for a receipt that does not go where it is.
    [[nodiscard]] std::optional<bureau_id> better_way(const ready_shipment& item) const;
    void move(store::transaction& to, const store::shipment_row& shipment, bureau_id peer) const;
    /// Object, segment and shipment of a receipt; nothing when there is no way to its origin.
    std::optional<ready_shipment> ship(store::transaction& to, bureau_id origin, message_class cls,
                                       const bytes& encoded, const digest& receipt_digest,
                                       bureau_id from, std::uint8_t hops);

    core& x_core;
    outbound& x_out;
    std::map<lane_key, signing_lane> x_lanes;
    store::row_id x_looked_upto = 0;  ///< By find_other_ways().
    bool x_is_looking = false;        ///< From its question to its commit.
};

}  // namespace dhow::route
