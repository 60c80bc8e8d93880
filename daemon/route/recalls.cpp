// Tombstones with the custody of what calls back, and the end of what is called back.
// Way of the message: see recalls.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0019. Tests: unit/route/recalls_test.cpp, sim.
// Limits: see recalls.hpp.
#include "daemon/route/recalls.hpp"

#include <algorithm>

namespace dhow::route {

using protocol::outcome_kind;
using store::delivery_state;
using store::shipment_state;

namespace {

constexpr store::state_set recallable =
    in_state(delivery_state::accepted) | in_state(delivery_state::queued) |
    in_state(delivery_state::sending) | in_state(delivery_state::in_doubt) |
    in_state(delivery_state::deferred) | in_state(delivery_state::held);
/// Nobody was given it from here.
constexpr store::state_set given_to_nobody =
    in_state(delivery_state::cancelled) | in_state(delivery_state::expired) |
    in_state(delivery_state::refused) | in_state(delivery_state::undeliverable);

std::vector<std::pair<message_id, bool>> ids_in(const protocol::header& header) {
    std::vector<std::pair<message_id, bool>> out;
    for (const auto* ids : {&header.cancels, &header.supersedes}) {
        for (const auto& id : *ids) {
            if (id != header.id) {
                out.emplace_back(id, ids == &header.cancels);
            }
        }
    }
    return out;
}

}  // namespace

called_back called_back_in(const std::vector<answer::called_back::one>& rows) {
    called_back out;
    for (const auto& row : rows) {
        auto& code = out.try_emplace(row.recipient, errc::superseded).first->second;
        code = row.is_cancelled ? errc::cancelled : code;
    }
    return out;
}

void recalls::begin(const protocol::header& header, std::function<void(recall_ptr)> then) {
    for (auto& [id, some] : x_under_way) {
        std::erase_if(some, [](const auto& one) { return one.expired(); });
    }
    std::erase_if(x_under_way, [](const auto& entry) { return entry.second.empty(); });
    auto found = std::make_shared<recall>();
    std::vector<name> names;
    for (const auto& [id, is_cancelled] : ids_in(header)) {
        names.emplace_back(header.origin, id);
        x_under_way[names.back()].push_back(found);
    }
    look(std::move(names), std::move(found), std::move(then));
}

// What was read before may leave meanwhile: deadlines looks at it again.
void recalls::look(std::vector<name> names, recall_ptr found,
                   std::function<void(recall_ptr)> then) {
    if (names.empty()) {
        then(std::move(found));
        return;
    }
    const auto next = names.back();
    names.pop_back();
    x_core.out.ask(query::find_message{next.first, next.second},
                   [this, names = std::move(names), found = std::move(found),
                    then = std::move(then)](store::reply& reply) mutable {
                       for (auto& row : expect<answer::messages>(reply).rows) {
                           found->keep.push_back(x_out.withhold(row.message.row));
                           found->messages.push_back(std::move(row));
                       }
                       look(std::move(names), std::move(found), std::move(then));
                   });
}

void recalls::keep_back(const store::message_row& message) {
    const auto some = x_under_way.find({message.origin, message.id});
    if (some == x_under_way.end()) {
        return;
    }
    for (const auto& one : some->second) {
        if (const auto found = one.lock()) {
            found->keep.push_back(x_out.withhold(message.row));
        }
    }
}

protocol::outcome recalls::outcome_of(const message_id& id, std::uint8_t attempt,
                                      bureau_id recipient, outcome_kind kind, errc code,
                                      const bytes& seal) const {
    protocol::outcome out;
    out.id = id;
    out.attempt = attempt;
    out.recipient = recipient;
    out.kind = kind;
    out.at = x_core.now;
    out.reason = static_cast<std::uint16_t>(code);
    if (const auto decoded = protocol::decode_seal(seal)) {
        out.seal_digest = x_core.hash().sha256({protocol::seal_content(*decoded)});
    }
    return out;
}

std::vector<store::outcome_row> recalls::add(store::transaction& to, const protocol::header& header,
                                             const recall& found,
                                             const std::set<bureau_id>& recipients,
                                             utc_time forget_at) {
    std::vector<store::outcome_row> out;
    const auto ids = ids_in(header);
    for (const auto& [id, is_cancelled] : ids) {
        to.changes.emplace_back(operation::put_tombstone{
            {header.origin, id, header.id, is_cancelled, forget_at}, x_core.now});
    }
    for (const auto& one : found.messages) {
        const auto& message = one.message;
        if (std::ranges::find(header.cancels, message.id) == header.cancels.end()) {
            continue;  // Nobody asked for it to be stopped.
        }
        for (const auto& row : one.deliveries) {
            if (row.state == delivery_state::handed_on && recipients.contains(row.recipient)) {
                out.push_back(x_receipts.add(
                    to, message.origin, message.cls,
                    outcome_of(message.id, message.attempt, row.recipient, outcome_kind::too_late,
                               errc::cancelled, message.seal)));
            }
        }
    }
    return out;
}

void recalls::on_committed(const recall_ptr& found, std::vector<store::outcome_row> outcomes) {
    for (const auto& one : found->messages) {
        x_out.recall(one.message.row);
    }
    found->keep.clear();
    x_core.wake_at(x_core.now);
    for (auto& row : outcomes) {
        x_receipts.pend(std::move(row));
    }
}

/// Those that no other recipient needs.
void recalls::end_shipments(store::transaction& to, const answer::full_message& message,
                            const std::vector<store::delivery_row>& rows) const {
    std::set<bureau_id> needed;
    for (const auto& row : message.deliveries) {
        const bool ends =
            std::ranges::find(rows, row.recipient, &store::delivery_row::recipient) != rows.end();
        if (!ends && (in_state(row.state) & given_to_nobody) == 0) {
            needed.insert(row.next_hop);
        }
    }
    for (const auto& shipment : message.shipments) {
        if (!needed.contains(shipment.peer) && shipment.state < shipment_state::done) {
            to.changes.emplace_back(operation::advance_shipment{
                .shipment = shipment.row,
                .expected = in_state(shipment.state),
                .state = shipment_state::failed,
                .at = x_core.now,
                .due_at = std::optional<std::optional<utc_time>>(std::optional<utc_time>{}),
                .in_doubt = false,
                .code = static_cast<std::uint16_t>(errc::cancelled),
                .text = "called back"});
        }
    }
}

void recalls::collapse(const answer::full_message& message,
                       const std::vector<store::delivery_row>& rows, const called_back& codes,
                       withheld keep) {
    const auto& about = message.message;
    store::transaction transaction;
    transaction.at_once = about.cls == message_class::flash;
    auto& changes = transaction.changes;
    std::vector<store::outcome_row> outcomes;
    for (const auto& row : rows) {
        const auto code = codes.at(row.recipient);
        changes.emplace_back(operation::advance_delivery{
            .message = about.row,
            .recipient = row.recipient,
            .expected = recallable,
            .state = delivery_state::cancelled,
            .at = x_core.now,
            .code = static_cast<std::uint16_t>(code),
            .text = "called back",
            .due_at = std::optional<std::optional<utc_time>>(std::optional<utc_time>{})});
        changes.emplace_back(operation::put_event{
            x_core.event(about.origin, about.id, row.recipient, "cancelled", "gateway",
                         "called back by a later message of its origin", code)});
        changes.emplace_back(operation::settle_custody{.origin = about.origin,
                                                       .id = about.id,
                                                       .attempt = about.attempt,
                                                       .recipient = row.recipient,
                                                       .handed_on = false,
                                                       .outcome = outcome_kind::cancelled});
        outcomes.push_back(x_receipts.add(transaction, about.origin, about.cls,
                                          outcome_of(about.id, about.attempt, row.recipient,
                                                     outcome_kind::cancelled, code, about.seal)));
    }
    end_shipments(transaction, message, rows);
    changes.emplace_back(operation::release_objects{about.origin, about.id, x_core.now});
    const auto count = rows.size();
    x_core.out.commit(std::move(transaction), [this, outcomes, count, keep = std::move(keep)](
                                                  const store::transaction_result& result) {
        if (result.status != store::transaction_status::committed) {
            x_core.wake_at(x_core.now + std::chrono::seconds{10});  // The rows are still due.
            return;
        }
        x_core.count.called_back += count;
        for (const auto& row : outcomes) {
            x_receipts.pend(row);
        }
    });
}

}  // namespace dhow::route
