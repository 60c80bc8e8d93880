// Custody receipts that came back: what of our bundles others hold; and what has ended otherwise.
// Way of the message: importer's letter -> courier_import -> [courier_receipts] -> store.
// Pure. Net thread. Custody moves only here and when a link takes a copy.
// Spec: docs/courier.md#receipts. Tests: unit/route/courier_receipts_test.cpp, sim.
// Limits: rows_a_look records at a time, one message each.
#pragma once

#include "daemon/route/outbound.hpp"
#include "protocol/courier.hpp"

namespace dhow::route {

class courier_receipts {
public:
    courier_receipts(core& shared, outbound& out) : x_core(shared), x_out(out) {}
    /// Who knows that a bundle's volumes are just being written.
    void set_under_way(std::function<bool(store::row_id)> under_way) {
        x_under_way = std::move(under_way);
    }

    /// Receipts of `peer` for bundles of ours; `then` when all is written, or will be found again.
    void apply(bureau_id peer, std::vector<protocol::custody_receipt> receipts,
               std::function<void()> then);

    /// Looks at bundles that are due: what of them has ended, alarms, forgetting.
    void on_deadline();
    [[nodiscard]] std::optional<utc_time> next_deadline() const;

private:
    struct work;  ///< One receipt that is being applied.
    using work_ptr = std::shared_ptr<work>;
    void apply_next(const work_ptr& what);
    void read_records(const work_ptr& what);
    void apply_record(const work_ptr& what);
    void move_custody(const work_ptr& what, const answer::full_message& message);
    void add_shipments(store::transaction& to, const work& what,
                       const answer::full_message& message) const;
    void close_told(const work_ptr& what);

    void look_at(const store::bundle_row& row);
    void end_records(const store::bundle_row& row, std::uint32_t from);
    void judge(const store::bundle_row& row);
    void forget();
    void drop(store::row_id bundle);

    core& x_core;
    outbound& x_out;
    std::function<bool(store::row_id)> x_under_way;
    utc_time x_look_at{};
    bool x_is_looking = false;
};

}  // namespace dhow::route
