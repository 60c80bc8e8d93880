// Couriers: what operators ask of the bundles.
// Way of the message: see courier.hpp.
// Pure. Net thread.
// Spec: docs/courier.md#commands. Tests: unit/route/courier_test.cpp.
// Limits: page_rows_max.
#include "daemon/route/courier.hpp"

#include <algorithm>

namespace dhow::route {

void courier::run(request::courier_bundles what, answer_to answer) {
    const auto limit = std::min(what.limit, limits::page_rows_max);
    x_core.out.ask(query::list_bundles{{}, {}, static_cast<store::row_id>(what.after), limit},
                   [answer = std::move(answer)](store::reply& reply) {
                       auto& found = expect<answer::bundles>(reply);
                       answer(response::courier_bundles{std::move(found.rows), found.more});
                   });
}

void courier::run(request::courier_parties, answer_to answer) {
    x_core.out.ask(query::list_courier_parties{},
                   [this, answer = std::move(answer)](store::reply& reply) {
                       auto bureaus = std::move(expect<answer::courier_parties>(reply).bureaus);
                       std::erase_if(bureaus, [&](auto who) {
                           return who == x_core.self() || x_core.directory->find(who) == nullptr;
                       });
                       answer(response::courier_parties{std::move(bureaus)});
                   });
}

// The mail in it stays queued as it is: closing ends the alarm, and nothing else.
void courier::run(request::courier_close what, answer_to answer) {
    x_core.out.ask(
        query::find_bundle{what.bundle, {}, false},
        [this, answer = std::move(answer)](store::reply& reply) {
            const auto& rows = expect<answer::bundles>(reply).rows;
            if (rows.empty()) {
                answer(refusal(errc::not_found, "no such exported bundle"));
                return;
            }
            store::transaction close;
            close.changes.emplace_back(operation::advance_bundle{
                .bundle = rows.front().row,
                .expected =
                    in_state(store::bundle_state::written) | in_state(store::bundle_state::broken),
                .state = store::bundle_state::closed,
                .at = x_core.now,
                .due_at = std::optional<std::optional<utc_time>>(std::optional<utc_time>{}),
                .volumes = {},
                .bytes = {}});
            x_core.out.commit(std::move(close), [answer](const store::transaction_result& result) {
                if (result.status == store::transaction_status::committed) {
                    answer(response::done{"closed; what was in it stays queued"});
                } else {
                    answer(refusal_of(result));
                }
            });
        });
}

}  // namespace dhow::route
