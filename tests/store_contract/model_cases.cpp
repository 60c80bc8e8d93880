// The changes and questions of cases on maps.
#include "tests/store_contract/model_store.hpp"

#include <algorithm>

namespace dhow::tests {

void model_state::erase_segments(row_id object) {
    std::erase_if(segments, [&](const auto& it) { return it.first.first == object; });
}

void model_state::erase_message(row_id message) {
    std::erase_if(objects, [&](const auto& it) {
        if (it.second.message == message) {
            erase_segments(it.first);
        }
        return it.second.message == message;
    });
    std::erase_if(deliveries, [&](const auto& it) { return it.first.first == message; });
    std::erase_if(shipments, [&](const auto& it) { return it.second.message == message; });
    messages.erase(message);
}

namespace {

using outcome = model_outcome;

bool is_under_way(const model_state& s, const case_message_row& row) {
    return std::ranges::any_of(s.messages, [&](const auto& copy) {
        const auto waits = [&](const auto& one) {
            return one.second.message == copy.first && one.second.state < shipment_state::done;
        };
        const auto is_new = [&](const auto& one) {
            return one.second.message == copy.first && one.second.state == delivery_state::received;
        };
        return copy.second.id == row.id && copy.second.origin == row.owner &&
               (std::ranges::any_of(s.shipments, waits) ||
                std::ranges::any_of(s.deliveries, is_new));
    });
}

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
    outcome operator()(const operation::delete_content& o) {
        const auto word = s.case_messages.find(std::tuple(o.key, o.owner, o.id));
        if (word == s.case_messages.end() || word->second.is_deleted ||
            is_under_way(s, word->second)) {
            return outcome::conflict;
        }
        word->second.is_deleted = true;
        const auto is_it = [&](const auto& one) { return one.id == o.id && one.origin == o.owner; };
        std::vector<row_id> copies;
        for (const auto& [row, one] : s.messages) {
            if (is_it(one)) {
                copies.push_back(row);
            }
        }
        for (const auto row : copies) {
            s.erase_message(row);
        }
        for (auto& [row, one] : s.inbox) {
            if (!is_it(one)) {
                continue;
            }
            one.sealed_summary.clear();
            for (auto& [key, assigned] : s.assignments) {
                if (assigned.message == one.message) {
                    assigned.reason.clear();
                }
            }
        }
        for (auto& one : s.events) {
            if (is_it(one) && one.actor.starts_with("agency ")) {
                one.text.clear();
            }
        }
        return outcome::done;
    }
    outcome operator()(const operation::put_deletion& o) {
        s.last_row = std::max(s.last_row, o.row.row);
        return done_if(s.deletions.emplace(o.row.row, o.row).second, outcome::conflict);
    }
    outcome operator()(const operation::bring_back& o) {
        bool any = false;
        for (auto& [key, one] : s.cases) {
            if (one.due_at && *one.due_at >= o.since) {
                any = true;
                one.due_at = o.at;
                one.changed_at = std::min(one.changed_at, o.at);
            }
            if (one.keeping == keep_state::asked && one.keep_at && one.keep_until &&
                *one.keep_at > *one.keep_until && *one.keep_at > o.answer_by) {
                any = true;
                one.keep_at = std::max(*one.keep_until, o.answer_by);
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
        for (auto one = s.deletions.rbegin(); one != s.deletions.rend(); ++one) {
            if (one->second.key == q.key && out.deletions.size() < q.limit) {
                out.deletions.push_back(one->second);
            }
        }
        return out;
    }
    reply operator()(const query::load_kept_cases& q) const {
        answer::cases out;
        for (const auto& [key, one] : s.cases) {
            const auto after = std::tie(q.after, q.key, q.owner);
            if (one.keep_at && *one.keep_at > q.now) {
                out.next = std::min(out.next.value_or(*one.keep_at), *one.keep_at);
            } else if (one.keep_at && after < std::tie(*one.keep_at, one.key, one.owner)) {
                out.rows.push_back(one);
            }
        }
        std::ranges::sort(out.rows, [](const auto& a, const auto& b) {
            return std::tie(*a.keep_at, a.key, a.owner) < std::tie(*b.keep_at, b.key, b.owner);
        });
        out.rows.resize(std::min(out.rows.size(), q.limit));
        return out;
    }
    reply operator()(const query::load_kept_messages& q) const {
        std::vector<case_message_row> found;
        for (const auto& [key, one] : s.case_messages) {
            if (one.key == q.key && one.owner == q.owner && !one.is_deleted) {
                found.push_back(one);
            }
        }
        std::ranges::sort(found, [](const auto& a, const auto& b) {
            return std::tie(a.at, a.id) < std::tie(b.at, b.id);
        });
        found.resize(std::min(found.size(), q.limit));
        answer::case_file out;
        for (const auto& one : found) {
            out.items.push_back(item_of(one));
            out.items.back().is_under_way = is_under_way(s, one);
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
