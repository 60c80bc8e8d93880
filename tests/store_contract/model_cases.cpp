// The changes and questions of cases on maps.
#include "tests/store_contract/model_store.hpp"

#include <algorithm>

namespace dhow::tests {

namespace {

using outcome = model_outcome;

struct case_changer {
    model_state& s;

    std::uint64_t revision_of(const digest& key, const bureau_id& owner) const {
        const auto found = s.cases.find({key, owner});
        return found == s.cases.end() ? 0 : found->second.revision;
    }
    outcome operator()(const operation::put_case& o) {
        const bool is_new = o.row.revision <= 1;
        const auto has = s.cases.contains({o.row.key, o.row.owner});
        if (is_new ? has : !has || revision_of(o.row.key, o.row.owner) != o.row.revision - 1) {
            return outcome::conflict;
        }
        s.cases[{o.row.key, o.row.owner}] = o.row;
        return outcome::done;
    }
    outcome operator()(const operation::expect_case& o) {
        std::uint64_t revisions = 0;
        for (const auto& [key, row] : s.cases) {
            if (key.first == o.key && o.owner.value_or(key.second) == key.second) {
                revisions += row.revision;
            }
        }
        return done_if(revisions == o.revision, outcome::conflict);
    }
    outcome operator()(const operation::put_case_message& o) {
        const std::tuple key(o.row.key, o.row.owner, o.row.id);
        return done_if(s.case_messages.emplace(key, o.row).second, outcome::conflict);
    }
    outcome operator()(const operation::bring_back& o) {
        bool any = false;
        for (auto& [key, one] : s.cases) {
            if (one.due_at && *one.due_at >= o.since) {
                any = true;
                one.due_at = o.at;
                one.changed_at = std::min(one.changed_at, o.at);
            }
        }
        return done_if(any, outcome::unchanged);
    }
    /// All others are those of tombstones.
    template <class Other>
    outcome operator()(const Other& o) {
        return change_tombstones(s, o);
    }
};

struct case_answerer {
    const model_state& s;

    answer::case_item item_of(const case_message_row& row) const {
        answer::case_item out;
        out.row = row;
        for (const auto& [at, one] : s.inbox) {
            if (one.id == row.id && one.origin == row.owner) {
                out.inbox = one;
            }
        }
        for (const auto& [at, one] : s.messages) {
            const bool is_it =
                out.inbox ? at == out.inbox->message : one.id == row.id && one.origin == row.owner;
            if (is_it) {
                out.message = one;
                break;
            }
        }
        for (const auto& [key, one] : s.assignments) {
            if (out.inbox && one.message == out.inbox->message) {
                out.assignments.push_back(one);
            }
        }
        for (const auto& [key, one] : s.deliveries) {
            if (one.message == out.message.row) {
                out.deliveries.push_back(one);
            }
        }
        return out;
    }
    reply operator()(const query::load_case& q) const {
        answer::case_file out;
        for (const auto& [key, one] : s.cases) {
            if (one.key == q.key) {
                out.rows.push_back(one);
            }
        }
        std::vector<case_message_row> found;
        for (const auto& [key, one] : s.case_messages) {
            if (one.key == q.key) {
                found.push_back(one);
            }
        }
        std::ranges::sort(found, [](const auto& a, const auto& b) {
            return std::tie(b.at, a.owner, b.id) < std::tie(a.at, b.owner, a.id);
        });
        found.resize(std::min(found.size(), q.limit));
        for (const auto& one : found) {
            out.items.push_back(item_of(one));
        }
        return out;
    }
    reply operator()(const query::load_due_cases& q) const {
        answer::cases out;
        for (const auto& [key, one] : s.cases) {
            if (one.due_at && *one.due_at <= q.now) {
                out.rows.push_back(one);
            } else if (one.due_at && (!out.next || *one.due_at < *out.next)) {
                out.next = one.due_at;
            }
        }
        std::ranges::sort(out.rows, [](const auto& a, const auto& b) {
            return std::tie(*a.due_at, a.key, a.owner) < std::tie(*b.due_at, b.key, b.owner);
        });
        out.rows.resize(std::min(out.rows.size(), q.limit));
        return out;
    }
    reply operator()(const query::list_ended_cases& q) const {
        answer::cases out;
        for (const auto& [key, one] : s.cases) {
            const bool is_restricted = std::ranges::any_of(s.case_messages, [&](const auto& said) {
                return said.second.key == one.key && said.second.owner == one.owner &&
                       said.second.role == 6;
            });
            if (one.owner == q.owner && (one.ended || is_restricted) && q.after < one.key &&
                out.rows.size() < q.limit) {
                out.rows.push_back(one);
            }
        }
        return out;
    }
    template <class Other>
    reply operator()(const Other& q) const {
        return ask_tombstones(s, q);
    }
};

}  // namespace

model_outcome change_cases(model_state& s, const change& what) {
    return std::visit(case_changer{s}, what);
}

reply ask_cases(const model_state& s, const question& what) {
    return std::visit(case_answerer{s}, what);
}

}  // namespace dhow::tests
