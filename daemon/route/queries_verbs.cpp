// What changes a message on its way: cancel, hold, release, send again.
// Way of the message: agency (cancel) or operator -> [queries] -> store, outbound, diversion.
// Pure. Net thread.
// Spec: docs/overview.md#cancelling, docs/operations.md#verbs. Tests: unit/route/queries_test.cpp.
// Limits: recipients_max rows of one message in one transaction.
#include "daemon/route/queries.hpp"
#include "daemon/route/with_others.hpp"

#include <algorithm>

namespace dhow::route {

using store::delivery_state;
using store::shipment_state;

namespace {

constexpr store::state_set not_handed_on =
    in_state(delivery_state::accepted) | in_state(delivery_state::queued) |
    in_state(delivery_state::deferred) | in_state(delivery_state::held);
constexpr store::state_set with_others =
    in_state(delivery_state::relayed) | in_state(delivery_state::delivered) |
    in_state(delivery_state::complete) | in_state(delivery_state::in_doubt) |
    in_state(delivery_state::sending);
constexpr store::shipment_set open_shipments =
    in_state(shipment_state::ready) | in_state(shipment_state::waiting) |
    in_state(shipment_state::deferred) | in_state(shipment_state::held);

/// What calls back does not wait behind bulk.
bool may_be_urgent(const core& shared) {
    const auto* self = shared.directory->find(shared.self());
    return self != nullptr &&
           std::ranges::find(self->classes, message_class::urgent) != self->classes.end();
}

}  // namespace

struct queries::cancellation {
    std::string agency;
    std::string actor;
    answer::full_message message;
    std::vector<bureau_id> here;   ///< Not one byte of these has left.
    std::vector<bureau_id> there;  ///< Others have these, or may have them.
    attempts tried;
    withheld keep;  ///< So that it stays so until it is cancelled on disk.
    answer_to answer;
    std::string said;
    bool is_followed = true;      ///< A message goes after what others have.
    std::vector<bureau_id> only;  ///< Of these recipients; empty: of all.
};

void queries::ask(const caller& who, const request::cancel& what, answer_to answer) {
    find(who, what.id, answer, [this, who, answer](messages& rows) {
        const auto& message = rows.front().message;
        if (!store::is_origin(rows.front().message)) {
            answer(refusal(errc::unauthorised, "only the origin cancels a message"));
            return;
        }
        auto cancels = std::make_shared<cancellation>();
        cancels->agency = message.agency;
        cancels->actor = who.agency.empty() ? "operator" : "agency " + who.agency;
        cancels->answer = answer;
        begin_cancellation(message.row, cancels);
    });
}

void queries::call_back(const message_id& id, const std::string& actor,
                        const std::vector<bureau_id>& only) {
    x_core.out.ask(query::find_message{x_core.self(), id},
                   [this, actor, only](store::reply& reply) {
                       const auto& rows = expect<answer::messages>(reply).rows;
                       if (rows.empty()) {
                           return;
                       }
                       auto what = std::make_shared<cancellation>();
                       what->agency = rows.front().message.agency;
                       what->actor = actor;
                       what->only = only;
                       what->answer = [](const api_response&) {};
                       what->is_followed = false;
                       begin_cancellation(rows.front().message.row, what);
                   });
}

void queries::begin_cancellation(store::row_id row, const std::shared_ptr<cancellation>& cancels) {
    cancels->keep = x_out.withhold(row);
    // What was read before may have left meanwhile; what is read now stays.
    x_core.out.ask(query::load_message{row}, [this, cancels](store::reply& reply) {
        auto& found = expect<answer::messages>(reply).rows;
        if (found.empty()) {
            cancels->answer(refusal(errc::not_found, "it has been removed meanwhile"));
            return;
        }
        if (x_out.waits_for_space()) {
            cancels->answer(refusal(errc::store_full,
                                    "the disk is full: whether it has left is not noted yet"));
            return;
        }
        cancels->message = std::move(found.front());
        const auto& message = cancels->message.message;
        x_core.out.ask(attempts_of(message), [this, cancels](store::reply& events) {
            cancels->tried = attempts_in(expect<answer::events>(events).rows);
            judge_cancellation(cancels);
        });
    });
}

void queries::judge_cancellation(const std::shared_ptr<cancellation>& what) {
    const auto& message = what->message;
    for (const auto& row : message.deliveries) {
        if (!what->only.empty() &&
            std::ranges::find(what->only, row.recipient) == what->only.end()) {
            continue;
        }
        const bool is_done = std::ranges::any_of(message.shipments, [&](const auto& shipment) {
            return shipment.position == 0 && shipment.peer == row.next_hop &&
                   shipment.state == shipment_state::done;
        });
        const bool may_be_there = is_done || may_be_with_others(message, row, what->tried, x_out);
        if ((in_state(row.state) & with_others) != 0 ||
            ((in_state(row.state) & not_handed_on) != 0 && may_be_there)) {
            what->there.push_back(row.recipient);
        } else if ((in_state(row.state) & not_handed_on) != 0) {
            what->here.push_back(row.recipient);
        }
    }
    if (what->here.empty() && what->there.empty()) {
        what->answer(refusal(errc::conflict, "every recipient has a final state already"));
        return;
    }
    cancel_here(what);
}

void queries::cancel_here(const std::shared_ptr<cancellation>& what) {
    if (what->here.empty()) {
        cancel_there(what);
        return;
    }
    const auto& message = what->message.message;
    store::transaction transaction;
    transaction.at_once = message.cls == message_class::flash;
    std::vector<store::outcome_row> outcomes;
    std::set<bureau_id> needed;
    for (const auto& row : what->message.deliveries) {
        if (std::ranges::find(what->here, row.recipient) == what->here.end()) {
            needed.insert(row.next_hop);
            continue;
        }
        protocol::outcome outcome;
        outcome.id = message.id;
        outcome.attempt = row.attempt;
        outcome.recipient = row.recipient;
        outcome.kind = protocol::outcome_kind::cancelled;
        outcome.at = x_core.now;
        outcome.reason = static_cast<std::uint16_t>(errc::cancelled);
        if (const auto seal = protocol::decode_seal(message.seal)) {
            outcome.seal_digest = x_core.hash().sha256({protocol::seal_content(*seal)});
        }
        transaction.changes.emplace_back(operation::advance_delivery{
            .message = message.row,
            .recipient = row.recipient,
            .expected = not_handed_on,
            .state = delivery_state::cancelled,
            .at = x_core.now,
            .code = static_cast<std::uint16_t>(errc::cancelled),
            .text = what->actor,
            .due_at = std::optional<std::optional<utc_time>>(std::optional<utc_time>{})});
        transaction.changes.emplace_back(operation::put_event{
            x_core.event(message.origin, message.id, row.recipient, "cancelled", what->actor)});
        outcomes.push_back(
            x_receipts.add(transaction, x_core.self(), message.cls, std::move(outcome)));
    }
    for (const auto& shipment : what->message.shipments) {
        if (!needed.contains(shipment.peer)) {
            transaction.changes.emplace_back(operation::advance_shipment{
                .shipment = shipment.row,
                .expected = open_shipments,
                .state = shipment_state::failed,
                .at = x_core.now,
                .due_at = std::optional<std::optional<utc_time>>(std::optional<utc_time>{}),
                .code = static_cast<std::uint16_t>(errc::cancelled),
                .text = "cancelled",
                .lenient = true});
        }
    }
    x_core.out.commit(
        std::move(transaction), [this, what, outcomes](const store::transaction_result& result) {
            if (result.status != store::transaction_status::committed) {
                what->answer(refusal_of(result));
                return;
            }
            for (const auto& row : outcomes) {
                x_receipts.pend(row);
            }
            what->said = "cancelled before it left for " + std::to_string(what->here.size()) +
                         " of " + std::to_string(what->message.deliveries.size()) + " recipients";
            cancel_there(what);
        });
}

void queries::cancel_there(const std::shared_ptr<cancellation>& what) {
    what->keep.reset();
    if (what->there.empty() || !what->is_followed) {
        what->answer(response::done{what->said});
        return;
    }
    const auto& message = what->message.message;
    request::submit chase;
    chase.kind = cancellation_kind;
    chase.media_type = "text/plain; charset=utf-8";
    chase.cls = may_be_urgent(x_core) ? std::min(message.cls, message_class::urgent) : message.cls;
    chase.cancels = {message.id};
    chase.never_expires = true;  // It must not end before what it calls back.
    for (const auto recipient : what->there) {
        chase.to.emplace_back(recipient.text());
    }
    x_submission.submit_own(what->agency, std::move(chase), [what](api_response said) {
        const auto* accepted = std::get_if<response::accepted>(&said);
        if (accepted == nullptr) {
            what->answer(std::move(said));
            return;
        }
        what->answer(response::done{what->said + (what->said.empty() ? "" : "; ") +
                                    "cancellation " + to_text(accepted->id) + " follows it to " +
                                    std::to_string(what->there.size()) + " recipients"});
    });
}

void queries::ask(const caller& who, const request::hold& what, answer_to answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    if (what.id) {
        hold_message(*what.id, what.hold, who, std::move(answer));
    } else if (!what.peer.empty()) {
        hold_peer(what.peer, what.hold, std::move(answer));
    } else {
        answer(refusal(errc::bad_request, "name a message or a peer"));
    }
}

void queries::hold_message(const message_id& id, bool hold, const caller& who, answer_to answer) {
    find(who, id, answer, [this, hold, answer](messages& rows) {
        store::transaction transaction;
        std::set<bureau_id> peers;
        std::vector<store::row_id> numbers;
        const auto from =
            hold ? in_state(delivery_state::queued) | in_state(delivery_state::deferred)
                 : in_state(delivery_state::held);
        std::size_t count = 0;
        // A peer may have taken what was held on its way there: then no delivery says so any more.
        bool has_held = false;
        for (const auto& row : rows) {
            numbers.push_back(row.message.row);
            for (const auto& shipment : row.shipments) {
                if (shipment.state == shipment_state::held) {
                    has_held = true;
                    peers.insert(shipment.peer);
                }
            }
            transaction.changes.emplace_back(operation::hold_shipments{
                .peer = {}, .message = row.message.row, .hold = hold, .at = x_core.now});
            for (const auto& delivery : row.deliveries) {
                if ((in_state(delivery.state) & from) == 0) {
                    continue;
                }
                ++count;
                peers.insert(delivery.next_hop);
                transaction.changes.emplace_back(operation::advance_delivery{
                    .message = row.message.row,
                    .recipient = delivery.recipient,
                    .expected = from,
                    .state = hold ? delivery_state::held : delivery_state::queued,
                    .at = x_core.now,
                    .text = {},
                    .lenient = true});
                transaction.changes.emplace_back(operation::put_event{
                    x_core.event(row.message.origin, row.message.id, delivery.recipient,
                                 hold ? "held" : "released", "operator")});
            }
        }
        if (count == 0 && (hold || !has_held)) {
            answer(refusal(errc::conflict,
                           hold ? "nothing of it waits here" : "nothing of it is held"));
            return;
        }
        x_core.out.commit(std::move(transaction), [this, hold, answer, peers, numbers,
                                                   count](const store::transaction_result& result) {
            if (result.status != store::transaction_status::committed) {
                answer(refusal_of(result));
                return;
            }
            for (const auto number : numbers) {
                if (hold) {
                    x_out.stop_message(number);
                }
            }
            for (const auto peer : peers) {
                x_out.rescan(peer);
            }
            answer(response::done{(hold ? "held for " : "released for ") + std::to_string(count) +
                                  " recipients"});
        });
    });
}

void queries::hold_peer(bureau_id peer, bool hold, answer_to answer) {
    store::transaction transaction;
    transaction.changes.emplace_back(
        operation::hold_shipments{.peer = peer, .message = 0, .hold = hold, .at = x_core.now});
    x_core.out.commit(std::move(transaction), [this, peer, hold,
                                               answer](const store::transaction_result& result) {
        if (result.status != store::transaction_status::committed) {
            answer(refusal_of(result));
            return;
        }
        if (hold) {
            x_out.stop_peer(peer);
        } else {
            x_out.rescan(peer);
        }
        const std::string name(peer.text());
        answer(response::done{hold ? "all that waits for " + name + " is held"
                                   : "all that was held for " + name + " is released"});
    });
}

void queries::ask(const caller& who, const request::send_again& what, answer_to answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    find(who, what.id, answer, [this, recipient = what.recipient, answer](messages& rows) {
        const auto row = std::ranges::find_if(rows, [&](const auto& one) {
            return std::ranges::any_of(one.deliveries, [&](const auto& delivery) {
                return delivery.recipient == recipient;
            });
        });
        if (row == rows.end()) {
            answer(refusal(errc::not_found, "that bureau is no recipient of it"));
            return;
        }
        x_divert.send_again(*row, {recipient}, "an operator asked for it", [answer](bool done) {
            if (done) {
                answer(response::done{"sent again"});
            } else {
                answer(
                    refusal(errc::conflict, "it has a final state, or there is no way to send it"));
            }
        });
    });
}

}  // namespace dhow::route
