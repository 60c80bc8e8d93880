// What falls due in the store: deferred shipments, expiry, sending again, purging.
// Way of the message: beside it; wakes shipments up, ends messages whose time is over.
// Pure. Net thread.
// Spec: docs/overview.md#expiry. Tests: unit/route/deadlines_test.cpp, sim.
// Limits: 256 rows a look; looks at what the store says is next, and once a minute.
#pragma once

#include "daemon/route/diversion.hpp"
#include "daemon/route/opening.hpp"
#include "daemon/route/recalls.hpp"

#include <memory>
#include <set>

namespace dhow::route {

class deadlines {
public:
    deadlines(core& shared, outbound& out, diversion& divert, receipts& receipts_,
              opening& opening_, recalls& recalls_)
        : x_core(shared),
          x_out(out),
          x_divert(divert),
          x_receipts(receipts_),
          x_opening(opening_),
          x_recalls(recalls_) {}

    void on_deadline();
    [[nodiscard]] std::optional<utc_time> next_deadline() const;

private:
    void on_due(answer::due& due);
    void wake_shipments(const std::vector<store::shipment_row>& rows);
    void look_at(store::row_id message, const std::vector<bureau_id>& recipients);
    struct look;
    void judge_all(look& what);
    void judge(look& what, const store::delivery_row& row);
    void judge_called_back(look& what, const store::delivery_row& row);
    struct whereabouts {
        bool by_link = false;
        bool by_courier = false;
    };
    /// Who else may have it, once its time is over or not.
    [[nodiscard]] whereabouts may_be_at(const look& what, const store::delivery_row& row,
                                        std::optional<utc_time> over_since) const;
    void send_again_or_wait(look& what, const store::delivery_row& row,
                            std::optional<utc_time> expires_at, bool in_doubt);
    void divert_or_wait(look& what, const store::delivery_row& row,
                        std::optional<utc_time> expires_at, const undelivered& refused,
                        bool in_doubt);
    /// Why nothing carries it any more; errc{}: something does.
    static errc without_a_way(const look& what, const store::delivery_row& row);
    /// `busy` lives until it is written.
    void look_later(const store::delivery_row& row, std::optional<utc_time> at, errc code,
                    std::shared_ptr<const void> busy);
    /// For a notice: the message is withheld, and not looked at again, until that is written.
    static withheld both(const look& what);
    [[nodiscard]] std::chrono::milliseconds kept_after_the_end() const;
    void look_for_purges();
    void purge(const answer::purges& found);

    core& x_core;
    outbound& x_out;
    diversion& x_divert;
    receipts& x_receipts;
    opening& x_opening;
    recalls& x_recalls;
    utc_time x_signed_at{};  ///< Receipts that waited were tried last.
    /// Messages of which a look is not written yet; shared with what may outlive this.
    std::shared_ptr<std::set<store::row_id>> x_under_look =
        std::make_shared<std::set<store::row_id>>();
    store::purge_place x_purge_from;
    utc_time x_purge_at{};  ///< Not looked for purges before.
    bool x_is_purging = false;
    bool x_looking = false;
    utc_time x_looked_at{};
};

}  // namespace dhow::route
