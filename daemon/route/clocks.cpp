// Looks at clocks that are due, and fires them.
// Way of the message: see clocks.hpp.
// Pure. Net thread. What follows from firing is in clocks_tasks.cpp.
// Spec: docs/decisions/0018-answer-clocks.md. Tests: unit/route/clocks_test.cpp.
// Limits: see clocks.hpp.
#include "daemon/route/clocks.hpp"

#include "daemon/store/names.hpp"

#include <algorithm>

namespace dhow::route {

using store::clock_state;
using store::clock_task;

namespace {
constexpr std::uint8_t papers_over = 0xff;  ///< `fired` of papers whose last day is over.

bool has_fired(const store::clock_row& row) {
    return row.state == clock_state::papers ? row.fired == papers_over
                                            : (row.fired & in_state(row.state)) != 0;
}

std::string in_minutes(protocol::milliseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(time).count()) + " min";
}
}  // namespace

void clocks::start() {
    x_core.wake_clocks(x_core.now);
    on_deadline();
}

std::optional<utc_time> clocks::next_deadline() const {
    if (!x_core.clocks_run || x_looking || x_core.stopping) {
        return std::nullopt;
    }
    const utc_time regular = x_looked_at + look_interval;
    return x_core.clocks_due ? std::min(*x_core.clocks_due, regular) : regular;
}

void clocks::on_deadline() {
    const auto next = next_deadline();
    if (next && *next <= x_core.now) {
        look();
    }
}

void clocks::look() {
    x_looking = true;
    x_looked_at = x_core.now;
    x_core.clocks_due.reset();
    x_core.out.ask(
        query::load_due_clocks{x_core.now, limits::clocks_a_look},
        [this, wakes = x_core.clock_wakes](store::reply& reply) {
            x_looking = false;
            const auto& found = expect<answer::due_clocks>(reply);
            if (!found.any_open && !found.next && found.rows.empty() &&
                wakes == x_core.clock_wakes) {
                x_core.clocks_run = false;
                return;
            }
            if (found.next) {
                // Not at once again for a row that could not be moved on.
                x_core.wake_clocks(std::max(*found.next, x_core.now + std::chrono::seconds{1}));
            }
            for (const auto& row : found.rows) {
                judge(row);
            }
        });
}

void clocks::judge(const store::clock_row& row) {
    if (x_busy.contains(row.row)) {
        return;
    }
    if ((in_state(row.state) & store::open_clocks) == 0) {
        store::transaction transaction;
        transaction.changes.emplace_back(operation::drop_clock{row.row});
        if (!x_core.expiry_frozen) {
            x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
        }
    } else if (row.tasks != 0) {
        carry_out(row);
    } else if (has_fired(row)) {
        put_off(row, std::nullopt);
    } else if (row.state == clock_state::papers) {
        judge_papers(row);
    } else if (const auto due = certain_due(row); due > x_core.now) {
        put_off(row, due);
    } else {
        const auto bit = static_cast<std::uint8_t>(in_state(row.state));
        fire(row, static_cast<std::uint8_t>(row.fired | bit), tasks_of(row), text_of(row));
    }
}

// In a doubt time has passed for certain only since its beginning, and no point in time has come;
// it may end at any moment, so what waits for that is looked at each minute.
utc_time clocks::certain_due(const store::clock_row& row) const {
    const auto look_again = x_core.now + look_interval;
    if (row.state == clock_state::promised || row.state == clock_state::papers) {
        return x_core.expiry_frozen ? look_again : row.until.value_or(x_core.now);
    }
    const auto allowed = row.state == clock_state::undelivered ? row.within : row.answer_within;
    const utc_time due = x_core.now + (allowed - x_core.age_since(row.since));
    return x_core.expiry_frozen ? std::min<utc_time>(due, look_again) : due;
}

void clocks::judge_papers(const store::clock_row& row) {
    if (x_core.expiry_frozen || !row.until) {
        put_off(row, certain_due(row));
        return;
    }
    const auto next = papers_due(x_core, row.other, *row.until, x_core.now);
    if (*row.until <= x_core.now) {
        fire(row, papers_over, static_cast<std::uint8_t>(clock_task::notice), text_of(row));
        return;
    }
    // Warnings whose time is over count as one.
    const config::papers_deadline usual;
    const auto* rule = papers_rule_for(x_core, row.other);
    const auto& warn = (rule == nullptr ? usual : *rule).warn;
    const auto over = std::ranges::count_if(
        warn, [&](const auto before) { return *row.until - before <= x_core.now; });
    if (over > row.fired) {
        fire(row, static_cast<std::uint8_t>(over), static_cast<std::uint8_t>(clock_task::notice),
             text_of(row));
    } else {
        put_off(row, next);
    }
}

void clocks::put_off(const store::clock_row& row, std::optional<utc_time> at) {
    store::transaction transaction;
    transaction.changes.emplace_back(operation::advance_clock{.clock = row.row,
                                                              .expected = row.state,
                                                              .expected_fired = row.fired,
                                                              .expected_tasks = row.tasks,
                                                              .fired = row.fired,
                                                              .tasks = row.tasks,
                                                              .due_at = at,
                                                              .lenient = true});
    x_core.out.commit(std::move(transaction), [this, at](const store::transaction_result& result) {
        if (at && result.status == store::transaction_status::committed) {
            x_core.wake_clocks(*at);
        }
    });
}

std::uint8_t clocks::tasks_of(const store::clock_row& row) const {
    auto out = static_cast<unsigned>(clock_task::notice);
    if (row.state == clock_state::undelivered && x_core.routes.next_hops(row.other).size() > 1) {
        out |= static_cast<unsigned>(clock_task::other_way);
    }
    if (row.state == clock_state::unanswered && row.number < row.number_max) {
        out |= static_cast<unsigned>(clock_task::ask_again);
    }
    return static_cast<std::uint8_t>(out);
}

std::string clocks::text_of(const store::clock_row& row) const {
    const std::string other(row.other.text());
    switch (row.state) {
        case clock_state::undelivered:
            return "no end receipt of " + other + " within " + in_minutes(row.within) +
                   " since it was sent";
        case clock_state::unanswered:
            return other + " has it and has not answered within " + in_minutes(row.answer_within);
        case clock_state::promised:
            return other + " has not answered by the time that it named, " +
                   protocol::to_text(row.until.value_or(x_core.now));
        case clock_state::papers: {
            const auto* rule = papers_rule_for(x_core, row.other);
            const auto treaty =
                rule == nullptr || rule->treaty.empty() ? std::string{} : " (" + rule->treaty + ")";
            const auto until = row.until.value_or(x_core.now);
            return row.answer + " between us and " + other +
                   (until <= x_core.now ? ": the time is over, " : ": due by ") +
                   protocol::to_text(until) + treaty;
        }
        default:
            return {};
    }
}

void clocks::fire(const store::clock_row& row, std::uint8_t fired, std::uint8_t tasks,
                  const std::string& text) {
    const auto what = "clock-" + std::string(store::to_text(row.state));
    auto after = row;
    after.fired = fired;
    after.tasks = tasks;
    store::transaction transaction;
    transaction.at_once = true;
    transaction.changes.emplace_back(operation::advance_clock{.clock = row.row,
                                                              .expected = row.state,
                                                              .expected_fired = row.fired,
                                                              .expected_tasks = row.tasks,
                                                              .fired = fired,
                                                              .tasks = tasks,
                                                              .due_at = x_core.now});
    transaction.changes.emplace_back(
        operation::put_event{x_core.event(row.origin, row.id, row.other, what, "gateway", text)});
    x_busy.insert(row.row);
    x_core.out.commit(std::move(transaction),
                      [this, after, what, text](const store::transaction_result& result) {
                          x_busy.erase(after.row);
                          if (result.status != store::transaction_status::committed) {
                              return;  // It has changed meanwhile, or is still due.
                          }
                          x_core.count.clocks_fired[static_cast<std::size_t>(after.state)] += 1;
                          x_core.count.alarms += 1;
                          x_core.out.log(log_level::alarm, what,
                                         "message " + to_text(after.id) + " to " +
                                             std::string(after.other.text()) + ": " + text);
                          carry_out(after);
                      });
}

}  // namespace dhow::route
