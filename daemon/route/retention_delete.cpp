// Deletes what is left of the content of a case, with a signed receipt as the proof.
// Way of the message: retention -> [what can go] -> seal (receipt) -> store.
// Pure. Net thread.
// Spec: docs/decisions/0021-retention.md. Tests: unit/route/retention_test.cpp.
// Limits: outcomes_per_receipt_max messages a commit.
#include "daemon/route/retention.hpp"

#include <algorithm>

namespace dhow::route {

using store::assignment_state;
using store::keep_state;

namespace {

bool waits(const store::assignment_row& row) {
    return row.state == assignment_state::offered || row.state == assignment_state::withheld;
}

/// An end has to be acknowledged before it goes.
bool can_go(const answer::case_item& item) {
    return !item.is_under_way && (kinds::gives_content(role_of(item.row)) ||
                                  std::ranges::none_of(item.assignments, waits));
}

}  // namespace

void retention::remove(const store::case_row& row) {
    constexpr auto most = limits::outcomes_per_receipt_max;
    x_core.out.ask(query::load_kept_messages{row.key, row.owner, most},
                   [this, row](store::reply& reply) {
                       auto& items = expect<answer::case_file>(reply).items;
                       const auto found = items.size();
                       std::erase_if(items, [](const auto& item) { return !can_go(item); });
                       const bool is_all = items.size() == found && found < most;
                       if (!items.empty()) {
                           prove(row, std::move(items), is_all);
                       } else if (is_all) {
                           auto none = row;
                           none.keeping = keep_state::deleted;
                           none.sealed_end.clear();
                           put_off(none);
                       } else {
                           leave();
                       }
                   });
}

void retention::prove(const store::case_row& row, std::vector<answer::case_item> items,
                      bool is_all) {
    protocol::receipt_content content;
    content.issuer = x_core.self();
    content.origin = row.owner;
    for (const auto& item : items) {
        auto& one = content.outcomes.emplace_back();
        one.id = item.row.id;
        one.attempt = item.message.attempt;
        one.recipient = x_core.self();
        one.kind = protocol::outcome_kind::removed;
        one.at = x_core.now;
        one.reason = static_cast<std::uint16_t>(errc::expired);
        one.agency = "gateway";
    }
    x_core.out.run(
        seal::job::sign_receipt{std::move(content)}, false,
        [this, row, items = std::move(items), is_all](protocol::result<seal::job_outcome>& made) {
            if (!made || x_core.expiry_frozen) {
                leave();
                return;
            }
            commit(row, items, is_all,
                   std::move(std::get<seal::done::signed_receipt>(*made).encoded));
        });
}

void retention::commit(const store::case_row& row, const std::vector<answer::case_item>& items,
                       bool is_all, bytes proof) {
    store::transaction transaction;
    auto& changes = transaction.changes;
    for (const auto& item : items) {
        for (const auto& assigned : item.assignments) {
            if (waits(assigned)) {
                changes.emplace_back(
                    operation::advance_assignment{.message = assigned.message,
                                                  .agency = assigned.agency,
                                                  .expected = assigned.state,
                                                  .state = assignment_state::withdrawn,
                                                  .reason = {},
                                                  .at = x_core.now});
            }
        }
        changes.emplace_back(operation::delete_content{row.key, row.owner, item.row.id});
        changes.emplace_back(operation::put_event{x_core.event(row.owner, item.row.id, bureau_id{},
                                                               "content-deleted", "gateway",
                                                               "its retention date is over")});
    }
    auto next = row;
    next.revision += 1;
    if (is_all) {
        next.keeping = keep_state::deleted;
        next.keep_at.reset();
        next.sealed_end.clear();
    }
    changes.emplace_back(operation::put_case{next});
    const bool is_asked = row.keeping == keep_state::asked;
    changes.emplace_back(
        operation::put_deletion{{.row = x_core.next_row(),
                                 .key = row.key,
                                 .owner = row.owner,
                                 .at = x_core.now,
                                 .messages = static_cast<std::uint32_t>(items.size()),
                                 .cause = is_asked    ? "silence"
                                          : row.ended ? "ended"
                                                      : "date",
                                 .proof = std::move(proof)}});
    x_core.out.commit(std::move(transaction), [this, is_all, next, count = items.size()](
                                                  const store::transaction_result& result) {
        if (result.status != store::transaction_status::committed) {
            leave();
            return;
        }
        x_core.count.retention_deleted += count;
        x_core.out.log(log_level::notice, "retention-deleted",
                       "the content of " + std::to_string(count) + " messages of a case of " +
                           std::string(next.owner.text()));
        if (is_all || count < limits::outcomes_per_receipt_max) {
            is_all ? step() : leave();
        } else {
            remove(next);
        }
    });
}

}  // namespace dhow::route
