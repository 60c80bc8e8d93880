// Couriers: exports, imports and the bundles under way, for operators.
// Way of the message: store -> [courier] -> stick -> [courier] -> inbound.
// Pure. Net thread.
// Spec: docs/courier.md. Tests: unit/route/courier_test.cpp, sim.
// Limits: see the parts.
#pragma once

#include "daemon/route/courier_export.hpp"
#include "daemon/route/courier_import.hpp"
#include "daemon/route/courier_receipts.hpp"

namespace dhow::route {

class courier {
public:
    courier(core& shared, outbound& out, inbound& in, peers& peers_)
        : x_core(shared),
          x_receipts(shared, out),
          x_export(shared, out),
          x_import(shared, in, x_receipts, peers_) {
        x_receipts.set_under_way([this](auto bundle) { return x_export.is_under_way(bundle); });
    }

    /// Each by an operator; `unauthorised` for others.
    template <class Request>
    void ask(const caller& who, Request what, answer_to answer) {
        if (!who.is_operator) {
            answer(refusal(errc::unauthorised, "only operators do this"));
            return;
        }
        run(std::move(what), std::move(answer));
    }
    void on_deadline() { x_receipts.on_deadline(); }
    [[nodiscard]] std::optional<utc_time> next_deadline() const {
        return x_receipts.next_deadline();
    }

private:
    void run(request::courier_export what, answer_to answer) {
        x_export.begin(what, std::move(answer));
    }
    void run(request::courier_part what, answer_to answer) {
        x_export.next(what, std::move(answer));
    }
    void run(request::courier_export_end what, const answer_to& answer) {
        x_export.end(what, answer);
    }
    void run(request::courier_import what, answer_to answer) {
        x_import.begin(std::move(what), std::move(answer));
    }
    void run(request::courier_cells what, answer_to answer) {
        x_import.take(std::move(what), std::move(answer));
    }
    void run(request::courier_import_end what, const answer_to& answer) {
        x_import.end(what, answer);
    }
    void run(request::courier_bundles what, answer_to answer);
    void run(request::courier_parties what, answer_to answer);
    void run(request::courier_close what, answer_to answer);

    core& x_core;
    courier_receipts x_receipts;
    courier_export x_export;
    courier_import x_import;
};

}  // namespace dhow::route
