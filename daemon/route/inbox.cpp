// What agencies see of inbound messages: list, find, acknowledge, wait.
// Way of the message: see inbox.hpp.
// Pure. Net thread. Opening and reading are in inbox_reading.cpp.
// Spec: docs/overview.md#handing-over. Tests: unit/route/inbox_test.cpp, sim.
// Limits: page_rows_max.
#include "daemon/route/inbox.hpp"

#include "daemon/route/wipe.hpp"
#include "daemon/store/names.hpp"

#include <algorithm>

namespace dhow::route {

using protocol::outcome_kind;
using store::assignment_state;
using store::delivery_state;

namespace {

/// Several jobs whose results fill one page, in whatever order they come.
struct page {
    response::inbox out;
    std::size_t open_jobs = 0;
    answer_to answer;
};

response::inbox_entry entry_of(const answer::inbox_item& item, const std::string& agency) {
    response::inbox_entry out;
    out.position = static_cast<std::uint64_t>(item.row.message);
    out.id = item.row.id;
    out.origin = item.row.origin;
    out.cls = item.message.cls;
    out.received_at = item.message.row == 0 ? item.row.opened_at : item.message.received_at;
    out.summary_json = "{}";
    out.complete = item.row.complete;
    for (const auto& one : item.assignments) {
        if (one.agency == agency) {
            out.state = one.state;
        }
    }
    return out;
}

bool is_agency(const core& shared, const caller& who, const answer_to& answer) {
    if (!who.agency.empty() && shared.config->agencies.contains(who.agency)) {
        return true;
    }
    answer(refusal(errc::unauthorised, "only agencies have an inbox"));
    return false;
}

assignment_state state_after(const request::acknowledge& what) {
    return what.removed ? assignment_state::removed
           : what.taken ? assignment_state::taken
                        : assignment_state::rejected;
}

/// What was taken can still be removed; all else is said once.
bool may_become(assignment_state from, assignment_state to) {
    return from == assignment_state::offered ||
           (from == assignment_state::taken && to == assignment_state::removed);
}

std::string why_it_stays(assignment_state state) {
    switch (state) {
        case assignment_state::taken:
        case assignment_state::rejected:
        case assignment_state::removed:
            return "the agency has " + std::string(store::to_text(state)) + " it";
        case assignment_state::superseded:
            return "a newer message of its case is here";
        case assignment_state::withheld:
            return "its case is suspended";
        default:
            return "its case has ended";
    }
}

}  // namespace

inbox::~inbox() {
    for (auto& one : x_opened) {
        wipe_keys(one.attachments);
    }
}

void inbox::list(const caller& who, request::list_inbox what, answer_to answer) {
    if (!is_agency(x_core, who, answer)) {
        return;
    }
    const auto limit = std::clamp<std::size_t>(what.limit, 1, limits::page_rows_max);
    x_core.out.ask(
        query::list_inbox{who.agency, static_cast<store::row_id>(what.after), limit,
                          what.open_only},
        [this, agency = who.agency, answer](store::reply& reply) {
            auto& found = expect<answer::inbox>(reply);
            auto filled = std::make_shared<page>();
            filled->out.more = found.more;
            filled->open_jobs = found.rows.size();
            filled->answer = answer;
            for (const auto& item : found.rows) {
                filled->out.entries.push_back(entry_of(item, agency));
            }
            if (found.rows.empty()) {
                answer(std::move(filled->out));
                return;
            }
            for (std::size_t i = 0; i < found.rows.size(); ++i) {
                const auto& row = found.rows[i].row;
                x_core.out.run(
                    seal::job::open_at_rest{row.sealed_summary, seal::summary_context(row.id)},
                    false, [filled, i](protocol::result<seal::job_outcome>& made) {
                        if (made) {
                            const auto& plain = std::get<seal::done::at_rest>(*made).value;
                            filled->out.entries[i].summary_json = protocol::as_text(plain);
                        }
                        if (--filled->open_jobs == 0) {
                            filled->answer(std::move(filled->out));
                        }
                    });
            }
        });
}

void inbox::find(const caller& who, const message_id& id, answer_to answer, found_item then) {
    if (!is_agency(x_core, who, answer)) {
        return;
    }
    x_core.out.ask(query::find_inbox{bureau_id{}, id}, [who, answer, then](store::reply& reply) {
        for (const auto& item : expect<answer::inbox>(reply).rows) {
            for (const auto& assigned : item.assignments) {
                if (assigned.agency == who.agency) {
                    then(item, assigned);
                    return;
                }
            }
        }
        answer(refusal(errc::not_found, "no such message in the inbox of this agency"));
    });
}

void inbox::acknowledge(const caller& who, const request::acknowledge& what, answer_to answer) {
    if (what.reason.size() > limits::short_text_bytes_max ||
        !protocol::is_clean_text(what.reason, false)) {
        answer(
            refusal(errc::validation_failed, "the reason must be one line of at most 1024 bytes"));
        return;
    }
    find(who, what.id, answer,
         [this, who, what, answer](const answer::inbox_item& item,
                                   const store::assignment_row& assigned) {
             const auto wanted = state_after(what);
             if (assigned.state == wanted) {
                 answer(response::done{std::string(store::to_text(wanted)) + " before"});
                 return;
             }
             if (!may_become(assigned.state, wanted)) {
                 answer(refusal(errc::conflict, why_it_stays(assigned.state)));
                 return;
             }
             settle(who, what, item, assigned, answer);
         });
}

void inbox::settle(const caller& who, const request::acknowledge& what,
                   const answer::inbox_item& item, const store::assignment_row& assigned,
                   const answer_to& answer) {
    const auto kind = what.removed ? outcome_kind::removed
                      : what.taken ? outcome_kind::taken
                                   : outcome_kind::rejected;
    protocol::outcome outcome;
    outcome.id = what.id;
    outcome.attempt = item.message.attempt;
    outcome.recipient = x_core.self();
    outcome.kind = kind;
    outcome.at = x_core.now;
    outcome.agency = who.agency;
    if (const auto seal = protocol::decode_seal(item.message.seal)) {
        outcome.seal_digest = x_core.hash().sha256({protocol::seal_content(*seal)});
        outcome.on_disk.push_back(seal->body_digest);
    }
    constexpr auto here = in_state(delivery_state::delivered) | in_state(delivery_state::complete);
    constexpr auto rejected_before = in_state(delivery_state::rejected);
    constexpr auto answered_before = rejected_before | in_state(delivery_state::taken);
    store::transaction transaction;
    transaction.at_once = item.message.cls == message_class::flash;
    transaction.changes.emplace_back(operation::advance_assignment{.message = item.row.message,
                                                                   .agency = who.agency,
                                                                   .expected = assigned.state,
                                                                   .state = state_after(what),
                                                                   .reason = what.reason,
                                                                   .at = x_core.now});
    transaction.changes.emplace_back(
        operation::advance_delivery{.message = item.row.message,
                                    .recipient = x_core.self(),
                                    .expected = what.removed ? here | answered_before
                                                : what.taken ? here | rejected_before
                                                             : here,
                                    .state = what.removed ? delivery_state::answered
                                             : what.taken ? delivery_state::taken
                                                          : delivery_state::rejected,
                                    .at = x_core.now,
                                    .text = who.agency,
                                    .lenient = true});
    transaction.changes.emplace_back(operation::put_event{
        x_core.event(item.row.origin, what.id, x_core.self(), protocol::to_text(kind),
                     "agency " + who.agency, what.reason)});
    const auto row =
        x_receipts.add(transaction, item.row.origin, item.message.cls, std::move(outcome));
    x_core.out.commit(std::move(transaction), [this, row, answer, now = state_after(what)](
                                                  const store::transaction_result& result) {
        if (result.status != store::transaction_status::committed) {
            answer(refusal_of(result));
            return;
        }
        answer(response::done{std::string(store::to_text(now))});
        x_receipts.pend(row);
    });
}

std::uint64_t inbox::watch(const std::string& agency, std::uint64_t after,
                           std::function<void()> wake) {
    const auto number = ++x_last_watch;
    x_watches.emplace(number, watcher{agency, std::move(wake)});
    if (x_core.stopping) {
        wake_all();
        return number;
    }
    x_core.out.ask(query::list_inbox{agency, static_cast<store::row_id>(after), 1, true},
                   [this, number](store::reply& reply) {
                       const auto found = x_watches.find(number);
                       if (found != x_watches.end() && !expect<answer::inbox>(reply).rows.empty()) {
                           const auto call = std::move(found->second.wake);
                           x_watches.erase(found);
                           call();
                       }
                   });
    return number;
}

void inbox::notify(const std::string& agency) {
    std::vector<std::function<void()>> calls;
    for (auto one = x_watches.begin(); one != x_watches.end();) {
        if (one->second.agency == agency) {
            calls.push_back(std::move(one->second.wake));
            one = x_watches.erase(one);
        } else {
            ++one;
        }
    }
    for (const auto& call : calls) {
        call();
    }
}

void inbox::wake_all() {
    for (auto& [number, one] : std::exchange(x_watches, {})) {
        one.wake();
    }
}

}  // namespace dhow::route
