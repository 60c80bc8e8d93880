// Clocks for people: those that run, and what `why` says of them.
// Way of the message: see queries.hpp.
// Pure. Net thread.
// Spec: docs/agency-api.md#clocks, docs/operations.md#answer-clocks. Tests:
// unit/route/clock_queries_test.cpp.
// Limits: page_rows_max.
#include "daemon/route/clock_marks.hpp"
#include "daemon/route/queries.hpp"
#include "daemon/route/why.hpp"

#include <algorithm>

namespace dhow::route {

using store::clock_state;

namespace {

/// When its time is over, as far as is known now; in a doubt it may be later.
utc_time over_at(const core& shared, const store::clock_row& row) {
    if (row.until && row.state != clock_state::undelivered &&
        row.state != clock_state::unanswered) {
        return *row.until;
    }
    const auto allowed = row.state == clock_state::undelivered ? row.within : row.answer_within;
    return row.since + allowed + shared.jumps.shift(row.since);
}

bool is_overdue(const core& shared, const store::clock_row& row) {
    return row.state == clock_state::papers ? over_at(shared, row) <= shared.now
                                            : (row.fired & in_state(row.state)) != 0;
}

std::string_view cause_code(const core& shared, const store::clock_row& row) {
    const bool late = is_overdue(shared, row);
    switch (row.state) {
        case clock_state::undelivered:
            return late ? "arrival-overdue" : "";  // What keeps it is said anyhow.
        case clock_state::papers:
            return late ? "papers-overdue" : "papers-awaited";
        case clock_state::unanswered:
        case clock_state::promised:
            return late ? "answer-overdue" : "answer-awaited";
        default:
            return "";
    }
}

}  // namespace

std::vector<response::cause> causes_of_clocks(const core& shared,
                                              const std::vector<store::clock_row>& rows) {
    std::vector<response::cause> out;
    for (const auto& row : rows) {
        const auto code = cause_code(shared, row);
        if (code.empty()) {
            continue;
        }
        auto one = cause_named(code, row.answer + " of " + std::string(row.other.text()));
        one.recipient = row.other;
        one.since = row.since;
        one.next_try = over_at(shared, row);
        out.push_back(std::move(one));
    }
    return out;
}

void queries::add_clocks(response::why said, const answer_to& answer) {
    const auto id = said.id;
    x_core.out.ask(query::find_clocks{id},
                   [this, answer, said = std::move(said)](store::reply& reply) mutable {
                       auto causes = causes_of_clocks(x_core, expect<answer::clocks>(reply).rows);
                       std::ranges::move(causes, std::back_inserter(said.causes));
                       answer(std::move(said));
                   });
}

void queries::ask(const caller& who, const request::list_clocks& what, answer_to answer) {
    if (!who.is_operator && who.agency.empty()) {
        answer(refusal(errc::unauthorised, "clocks are shown to agencies and operators"));
        return;
    }
    x_core.out.ask(query::list_clocks{who.is_operator ? std::string{} : who.agency,
                                      static_cast<store::row_id>(what.after),
                                      std::min(what.limit, limits::page_rows_max)},
                   [this, answer](store::reply& reply) {
                       auto& found = expect<answer::clocks>(reply);
                       response::clocks out;
                       out.more = found.more;
                       for (auto& row : found.rows) {
                           response::clock_status one;
                           one.over_at = over_at(x_core, row);
                           one.is_overdue = is_overdue(x_core, row);
                           one.row = std::move(row);
                           out.rows.push_back(std::move(one));
                       }
                       answer(std::move(out));
                   });
}

}  // namespace dhow::route
