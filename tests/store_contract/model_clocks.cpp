// The changes and questions of clocks on maps.
#include "tests/store_contract/model_store.hpp"

#include <algorithm>

namespace dhow::tests {

namespace {

using outcome = model_outcome;

bool is_open(const clock_row& c) { return (in_state(c.state) & open_clocks) != 0; }

struct clock_changer {
    model_state& s;

    template <class Predicate, class Effect>
    outcome each(Predicate matches, Effect effect) {
        // All are judged before any is changed, as one UPDATE does.
        std::vector<row_id> found;
        for (const auto& [row, one] : s.clocks) {
            if (matches(one)) {
                found.push_back(row);
            }
        }
        for (const auto row : found) {
            effect(s.clocks.at(row));
        }
        return done_if(!found.empty(), outcome::unchanged);
    }

    outcome operator()(const operation::put_clock& o) {
        s.last_row = std::max(s.last_row, o.row.row);
        for (const auto& [row, one] : s.clocks) {
            if (one.id == o.row.id && one.other == o.row.other && one.answer == o.row.answer) {
                return outcome::conflict;
            }
        }
        return done_if(s.clocks.emplace(o.row.row, o.row).second, outcome::conflict);
    }
    outcome operator()(const operation::advance_clock& o) {
        const auto found = s.clocks.find(o.clock);
        if (found == s.clocks.end() || found->second.state != o.expected ||
            found->second.fired != o.expected_fired || found->second.tasks != o.expected_tasks) {
            return o.lenient ? outcome::unchanged : outcome::conflict;
        }
        found->second.fired = o.fired;
        found->second.tasks = o.tasks;
        found->second.due_at = o.due_at;
        return outcome::done;
    }
    outcome operator()(const operation::end_clock_task& o) {
        const auto found = s.clocks.find(o.clock);
        const auto task = static_cast<std::uint8_t>(o.task);
        if (found == s.clocks.end() || (found->second.tasks & task) == 0) {
            return outcome::conflict;
        }
        found->second.tasks = static_cast<std::uint8_t>(found->second.tasks - task);
        found->second.due_at = o.at;
        return outcome::done;
    }
    outcome operator()(const operation::deliver_clocks& o) {
        return each(
            [&](const auto& c) {
                return c.id == o.id && c.other == o.other && c.state == clock_state::undelivered;
            },
            [&](auto& c) {
                c.state = clock_state::unanswered;
                c.since = o.at;
                const utc_time due = o.at + c.answer_within;
                if (c.tasks == 0) {
                    c.due_at = due;
                } else if (c.due_at) {
                    c.due_at = std::min(*c.due_at, due);
                }
            });
    }
    outcome operator()(const operation::settle_clocks& o) {
        std::set<message_id> subjects{o.about};
        for (const auto& [row, one] : s.clocks) {
            if (one.id == o.about && one.other == o.other) {
                subjects.insert(one.subject);
            }
        }
        return each(
            [&](const auto& c) {
                return c.other == o.other && c.answer == o.answer &&
                       (in_state(c.state) & o.expected) != 0 &&
                       (c.id == o.about || subjects.contains(c.subject));
            },
            [&](auto& c) {
                c.state = o.state;
                c.since = o.at;
                c.until = o.until ? o.until : c.until;
                c.due_at = o.due_at;
                c.tasks = 0;
                if (o.state == clock_state::promised) {
                    c.fired = static_cast<std::uint8_t>(c.fired & ~in_state(clock_state::promised));
                }
            });
    }
    outcome operator()(const operation::end_clocks& o) {
        return each(
            [&](const auto& c) {
                return c.id == o.id && (o.other.empty() || c.other == o.other) && is_open(c);
            },
            [&](auto& c) {
                c.state = clock_state::ended;
                c.tasks = 0;
                c.due_at = o.due_at;
            });
    }
    outcome operator()(const operation::drop_clock& o) {
        const auto found = s.clocks.find(o.clock);
        if (found == s.clocks.end() || is_open(found->second)) {
            return outcome::unchanged;
        }
        s.clocks.erase(found);
        return outcome::done;
    }
    template <class Other>
    outcome operator()(const Other&) {
        return outcome::conflict;
    }
};

struct clock_answerer {
    const model_state& s;

    reply operator()(const query::load_due_clocks& q) const {
        std::vector<clock_row> due;
        answer::due_clocks out;
        for (const auto& [row, one] : s.clocks) {
            out.any_open = out.any_open || is_open(one);
            if (one.due_at) {
                due.push_back(one);
            }
        }
        std::ranges::stable_sort(due, {}, &clock_row::due_at);
        for (auto& one : due) {
            if (*one.due_at > q.now || out.rows.size() == q.limit) {
                out.next = one.due_at;
                break;
            }
            out.rows.push_back(std::move(one));
        }
        return out;
    }
    reply operator()(const query::list_clocks& q) const {
        answer::clocks out;
        for (const auto& [row, one] : s.clocks) {
            if (row <= q.after || !is_open(one) || (!q.agency.empty() && one.agency != q.agency)) {
                continue;
            }
            out.more = out.rows.size() == q.limit;
            if (out.more) {
                break;
            }
            out.rows.push_back(one);
        }
        return out;
    }
    reply operator()(const query::find_clocks& q) const {
        answer::clocks out;
        for (const auto& [row, one] : s.clocks) {
            if (one.id == q.id) {
                out.rows.push_back(one);
            }
        }
        return out;
    }
    reply operator()(const query::find_asked& q) const {
        std::set<message_id> subjects{q.about};
        for (const auto& [row, one] : s.clocks) {
            if (one.id == q.about && one.answer == q.answer) {
                subjects.insert(one.subject);
            }
        }
        answer::clocks out;
        for (const auto& [row, one] : s.clocks) {
            if (one.answer == q.answer && (one.id == q.about || subjects.contains(one.subject))) {
                out.rows.push_back(one);
            }
        }
        out.more = out.rows.size() > q.limit;
        if (out.more) {
            out.rows.resize(q.limit);
        }
        return out;
    }
    template <class Other>
    reply operator()(const Other&) const {
        return answer::clocks{};
    }
};

}  // namespace

bool is_of_clocks(const change& what) {
    return std::visit(
        [](const auto& one) {
            using kind = std::decay_t<decltype(one)>;
            return std::is_same_v<kind, operation::put_clock> ||
                   std::is_same_v<kind, operation::advance_clock> ||
                   std::is_same_v<kind, operation::end_clock_task> ||
                   std::is_same_v<kind, operation::deliver_clocks> ||
                   std::is_same_v<kind, operation::settle_clocks> ||
                   std::is_same_v<kind, operation::end_clocks> ||
                   std::is_same_v<kind, operation::drop_clock>;
        },
        what);
}

bool is_of_clocks(const question& what) {
    return std::holds_alternative<query::load_due_clocks>(what) ||
           std::holds_alternative<query::list_clocks>(what) ||
           std::holds_alternative<query::find_clocks>(what) ||
           std::holds_alternative<query::find_asked>(what);
}

bool bring_back_clocks(model_state& s, const operation::bring_back& o) {
    bool any = false;
    for (auto& [row, one] : s.clocks) {
        if (is_open(one) && (one.since >= o.since || (one.due_at && *one.due_at >= o.since))) {
            any = true;
            one.since = std::min(one.since, o.at);
            one.due_at = one.due_at ? std::optional(std::min(*one.due_at, o.at)) : std::nullopt;
        }
    }
    return any;
}

model_outcome change_clocks(model_state& s, const change& what) {
    return std::visit(clock_changer{s}, what);
}

reply ask_clocks(const model_state& s, const question& what) {
    return std::visit(clock_answerer{s}, what);
}

}  // namespace dhow::tests
