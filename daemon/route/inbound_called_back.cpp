// Texts that call earlier ones back, and texts that come after what calls them back.
// Way of the message: see inbound.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0019. Tests: unit/route/recalls_test.cpp, sim.
// Limits: references_max, recipients_max.
#include "daemon/route/inbound_plan.hpp"

#include <algorithm>

namespace dhow::route {

using protocol::outcome_kind;
using protocol::recipient_answer;

// What is for ourselves alone is judged by its case, when it is opened.
bool inbound::is_to_look_for_earlier(const incoming& in) const {
    return !in.recall && recalls::names_any(in.header) &&
           std::ranges::any_of(in.preamble.lockboxes.entries, [&](const auto& entry) {
               return entry.box.recipient != x_core.self();
           });
}

void inbound::look_for_earlier(session_number number, stream_id stream, bytes body,
                               std::vector<recipient_answer> exceptions) {
    x_recalls.begin(find(number, stream)->header,
                    [this, number, stream, body = std::move(body),
                     exceptions = std::move(exceptions)](recall_ptr found) mutable {
                        if (auto* still = find(number, stream)) {
                            still->recall = std::move(found);
                            take_custody(number, stream, std::move(body), std::move(exceptions));
                        }
                    });
}

void inbound::add_recall(plan& to, const incoming& in, const split& ways) {
    std::set<bureau_id> onwards;
    for (const auto& [recipient, hop] : ways) {
        if (!hop.empty()) {
            onwards.insert(recipient);
        }
    }
    if (in.recall && !onwards.empty()) {
        to.recall = in.recall;
        to.recall_ends = x_recalls.add(to.transaction, in.header, *in.recall, onwards,
                                       custody_end(x_core, to.message.expires_at));
    }
    to.expectations_begin = to.transaction.changes.size();
    for (const auto recipient : onwards) {
        to.transaction.changes.emplace_back(
            operation::expect_not_called_back{to.message.origin, to.message.id, recipient});
    }
}

void inbound::look_for_later(session_number number, stream_id stream, bytes body,
                             std::vector<recipient_answer> exceptions) {
    const auto& header = find(number, stream)->header;
    x_core.out.ask(
        query::find_called_back{header.origin, header.id},
        [this, number, stream, body = std::move(body),
         exceptions = std::move(exceptions)](store::reply& reply) mutable {
            const auto* still = find(number, stream);
            if (still == nullptr) {
                return;
            }
            auto codes = called_back_in(expect<answer::called_back>(reply).rows);
            codes.erase(x_core.self());
            std::erase_if(codes, [&](const auto& one) {
                const auto& entries = still->preamble.lockboxes.entries;
                const bool is_offered = std::ranges::any_of(
                    entries, [&](const auto& entry) { return entry.box.recipient == one.first; });
                return !is_offered ||
                       std::ranges::find(exceptions, one.first, &recipient_answer::recipient) !=
                           exceptions.end();
            });
            if (codes.empty()) {  // It was forgotten at this moment.
                refuse(number, stream, errc::busy, std::chrono::seconds{5});
                return;
            }
            take_called_back(number, stream, std::move(body), std::move(exceptions), codes);
        });
}

// Custody with its outcome, and nothing that could leave: whoever brings it is rid of it, and
// whoever brings it later hears the same.
void inbound::take_called_back(session_number number, stream_id stream, bytes body,
                               std::vector<recipient_answer> exceptions, const called_back& codes) {
    const auto* in = find(number, stream);
    const auto& header = in->header;
    const auto seal = protocol::encode_seal(in->preamble.seal);
    std::optional<utc_time> expires_at;
    if (header.time_to_live) {
        expires_at = x_core.now + (*header.time_to_live - in->offer.age);
    }
    store::transaction transaction;
    transaction.at_once = in->offer.cls == message_class::flash;
    std::vector<store::outcome_row> outcomes;
    for (const auto& [recipient, code] : codes) {
        transaction.changes.emplace_back(
            operation::put_custody{{.origin = header.origin,
                                    .id = header.id,
                                    .attempt = in->offer.attempt,
                                    .recipient = recipient,
                                    .taken_from = peer_of(number),
                                    .handed_on = false,
                                    .outcome = outcome_kind::cancelled,
                                    .inner_digest = in->preamble.seal.inner_digest,
                                    .forget_at = custody_end(x_core, expires_at)}});
        transaction.changes.emplace_back(operation::put_event{
            x_core.event(header.origin, header.id, recipient, "cancelled", "gateway",
                         "came after a later message of its origin had called it back", code)});
        outcomes.push_back(
            x_receipts.add(transaction, header.origin, in->offer.cls,
                           x_recalls.outcome_of(header.id, in->offer.attempt, recipient,
                                                outcome_kind::cancelled, code, seal)));
        exceptions.push_back({recipient, errc::have_it, outcome_kind::cancelled});
    }
    const bool is_for_others =
        std::ranges::any_of(in->preamble.lockboxes.entries, [&](const auto& entry) {
            return std::ranges::find(exceptions, entry.box.recipient,
                                     &recipient_answer::recipient) == exceptions.end();
        });
    if (in->object.row != 0 && !is_for_others) {
        transaction.changes.emplace_back(operation::drop_object{in->object.row, true});
    }
    x_core.out.commit(
        std::move(transaction),
        [this, number, stream, body = std::move(body), exceptions = std::move(exceptions),
         count = codes.size(), outcomes](const store::transaction_result& result) mutable {
            if (result.status == store::transaction_status::committed) {
                x_core.count.called_back += count;
                for (const auto& row : outcomes) {
                    x_receipts.pend(row);
                }
            }
            if (find(number, stream) == nullptr) {
                return;
            }
            switch (result.status) {
                case store::transaction_status::committed:
                    take_custody(number, stream, std::move(body), std::move(exceptions));
                    return;
                case store::transaction_status::full:
                    refuse_full(number, stream);
                    return;
                case store::transaction_status::conflict:
                case store::transaction_status::failed:
                    refuse(number, stream, errc::busy, std::chrono::seconds{5});
                    return;
            }
        });
}

}  // namespace dhow::route
