// Whether the ends of our cases have reached everybody.
// Way of the message: see cases.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0017. Tests: unit/route/cases_origin_test.cpp.
// Limits: see cases.hpp.
#include "daemon/route/cases_look.hpp"

#include <algorithm>
#include <set>

namespace dhow::route {

using kinds::case_role;
using protocol::outcome_kind;

namespace {

/// It is at the recipient, and was opened there.
bool has_arrived(outcome_kind kind) {
    return kind != outcome_kind::refused && kind != outcome_kind::expired &&
           kind != outcome_kind::undeliverable;
}

bool was_taken(outcome_kind kind) {
    return kind == outcome_kind::taken || kind == outcome_kind::too_late;
}

}  // namespace

void cases::on_deadline() {
    if (x_is_looking || !x_next || *x_next > x_core.now || x_core.stopping) {
        return;
    }
    x_next.reset();
    go_through_owed();
    if (x_core.expiry_frozen) {
        wake_at(x_core.now + look_interval);  // Nobody is reminded by a clock that may be wrong.
        return;
    }
    x_is_looking = true;
    x_core.out.ask(query::load_due_cases{x_core.now, limits::case_looks_max},
                   [this](store::reply& reply) {
                       auto& found = expect<answer::cases>(reply);
                       x_is_looking = false;
                       if (!found.rows.empty()) {
                           wake_at(x_core.now + look_interval);  // Should one not be written.
                       }
                       if (found.next) {
                           wake_at(*found.next);
                       }
                       for (const auto& row : found.rows) {
                           look_at(row.key, [this](look& what) { judge(what); });
                       }
                   });
}

void cases::look_at(const digest& key, std::function<void(look&)> then) {
    auto what = std::make_shared<look>();
    what->key = key;
    what->then = std::move(then);
    x_core.out.ask(query::load_case{key, limits::case_messages_max},
                   [this, what](store::reply& reply) {
                       what->file = std::move(expect<answer::case_file>(reply));
                       gather(what);
                   });
}

void cases::gather(const look_ptr& what) {
    auto& items = what->file.items;
    while (what->gathered < items.size() && items[what->gathered].row.owner != x_core.self()) {
        ++what->gathered;  // Receipts for these are their origins'.
    }
    if (what->gathered == items.size()) {
        what->then(*what);
        return;
    }
    const auto id = items[what->gathered].row.id;
    x_core.out.ask(query::load_receipts{x_core.self(), id}, [this, what, id](store::reply& reply) {
        for (const auto& row : expect<answer::receipts>(reply).rows) {
            const auto receipt = protocol::decode_receipt(row.encoded);
            const auto content = receipt
                                     ? protocol::decode_receipt_content(receipt->content)
                                     : protocol::result<protocol::receipt_content>(receipt.error());
            if (!content) {
                continue;
            }
            for (const auto& one : content->outcomes) {
                if (one.id == id && one.recipient == content->issuer) {
                    what->answers[id].push_back({one.recipient, one.kind, one.agency, one.at,
                                                 one.reason, row.receipt_digest});
                }
            }
        }
        ++what->gathered;
        gather(what);
    });
}

/// Who has to remove it: of a case that has ended all who have a copy, of one that goes on those
/// who are denied it.
std::vector<bureau_id> cases::holders_of(const look& what) const {
    std::set<bureau_id> all;
    const auto* row = find_case(what.file, x_core.self());
    if (row == nullptr || !row->ended) {
        return denied_in(what.file, x_core.self());
    }
    const bool is_for_all = x_core.self() == secretariat();
    for (const auto& item : what.file.items) {
        if (item.row.owner == x_core.self() || is_for_all) {
            const auto some = recipients_in(item.row.recipients);
            all.insert(some.begin(), some.end());
            all.insert(item.row.owner);
        }
    }
    all.erase(x_core.self());
    return {all.begin(), all.end()};
}

cases::missing cases::missing_of(const look& what) const {
    using held = std::pair<bureau_id, std::string>;
    std::set<bureau_id> reached;
    std::set<held> removed;
    for (const auto& item : what.file.items) {
        const auto found = what.answers.find(item.row.id);
        if (found == what.answers.end() || !kinds::ends(role_of(item.row))) {
            continue;
        }
        for (const auto& one : found->second) {
            if (has_arrived(one.kind)) {
                reached.insert(one.recipient);
            }
            if (one.kind == outcome_kind::removed) {
                removed.emplace(one.recipient, one.agency);
            }
        }
    }
    missing out;
    const auto holders = holders_of(what);
    for (const auto bureau : holders) {
        if (!reached.contains(bureau)) {
            out.without_receipt.push_back(bureau);
        }
    }
    std::set<held> left;
    for (const auto& item : what.file.items) {
        const auto found = what.answers.find(item.row.id);
        if (found == what.answers.end() || kinds::ends(role_of(item.row))) {
            continue;
        }
        for (const auto& one : found->second) {
            const bool is_gone = std::ranges::any_of(found->second, [&](const auto& other) {
                return other.kind == outcome_kind::removed && other.recipient == one.recipient &&
                       other.agency == one.agency;
            });
            const bool has_to = std::ranges::find(holders, one.recipient) != holders.end();
            if (has_to && was_taken(one.kind) && !is_gone &&
                !removed.contains({one.recipient, one.agency})) {
                left.emplace(one.recipient, one.agency);
            }
        }
    }
    // Who has taken what another bureau sent, that bureau knows; so one of each has to say it.
    const bool is_for_all = x_core.self() == secretariat();
    for (const auto& item : what.file.items) {
        if (!is_for_all || item.row.owner == x_core.self() || !gives_content(role_of(item.row))) {
            continue;
        }
        for (const auto bureau : recipients_in(item.row.recipients)) {
            const bool has_said = std::ranges::any_of(
                removed, [bureau](const auto& one) { return one.first == bureau; });
            if (bureau != x_core.self() && !has_said) {
                left.emplace(bureau, std::string{});
            }
        }
    }
    out.not_removed.assign(left.begin(), left.end());
    return out;
}

void cases::judge(look& what) {
    const auto* row = find_case(what.file, x_core.self());
    if (row == nullptr || !row->due_at || *row->due_at > x_core.now) {
        return;  // It went on meanwhile.
    }
    const auto* end = newest_end(what.file, x_core.self());
    const auto open = end != nullptr ? missing_of(what) : missing{};
    auto next = *row;
    next.revision += 1;
    next.due_at.reset();
    if (!open.is_empty()) {
        next.due_at = x_core.now + limits::case_next_reminder;
        next.reminders += 1;
    }
    note(what, std::move(next), open);
}

void cases::note(look& what, store::case_row row, const missing& open) {
    const auto* end = newest_end(what.file, x_core.self());
    const auto due = row.due_at;
    store::transaction transaction;
    transaction.changes.emplace_back(operation::put_case{row});
    const bool is_to_remove = row.ended || !denied_in(what.file, x_core.self()).empty();
    if (end != nullptr && is_to_remove) {
        const auto text = std::to_string(open.without_receipt.size()) +
                          " bureaus have no receipt, " + std::to_string(open.not_removed.size()) +
                          " agencies have not removed it";
        transaction.changes.emplace_back(operation::put_event{
            x_core.event(x_core.self(), end->row.id, bureau_id{},
                         open.is_empty() ? "removed-everywhere" : "removal-open", "gateway",
                         open.is_empty() ? std::string{} : text)});
        if (!open.is_empty()) {
            x_core.count.case_reminders += 1;
            x_core.count.alarms += 1;
            x_core.out.log(log_level::alarm, "case-open",
                           std::string(row.ended ? "the end" : "the restriction") +
                               " of a case, message " + to_text(end->row.id) + ": " + text);
        }
    }
    const bool is_complete = row.ended && open.is_empty();
    x_core.out.commit(std::move(transaction),
                      [this, due, is_complete, open,
                       kept = what.shared_from_this()](const store::transaction_result& result) {
                          if (result.status != store::transaction_status::committed) {
                              wake_at(x_core.now + look_interval);
                          } else if (due) {
                              wake_at(*due);
                              issue_where_due(*kept, open);
                          } else if (is_complete) {
                              x_core.count.cases_completed += 1;
                              x_core.wake_retention(x_core.now);
                          }
                      });
}

}  // namespace dhow::route
