// Opens what is addressed to us.
// Way of the message: see opening.hpp.
// Pure. Net thread. Start-up and quarantine are in opening_start.cpp.
// Spec: docs/overview.md#opening. Tests: unit/route/inbox_test.cpp, sim.
// Limits: open_at_once.
#include "daemon/route/clock_marks.hpp"
#include "daemon/route/opening_place.hpp"
#include "protocol/kinds/confidentiality.hpp"

#include <algorithm>

namespace dhow::route {

using protocol::outcome_kind;
using store::delivery_state;

namespace {
/// The header was verified before the message was stored; one that is not read refers to nothing.
bool has_references(const protocol::preamble& preamble) {
    const auto header = protocol::decode_header(preamble.seal.header);
    return header && (!header->supersedes.empty() || !header->cancels.empty());
}
}  // namespace

void opening::open(store::message_row message, protocol::preamble preamble, bytes body) {
    const auto row = message.row;
    x_bytes += body.size();
    const bool is_flash = message.cls == message_class::flash;
    waiting made{std::move(message), std::move(preamble), std::move(body), or_later(row)};
    x_waiting.insert(is_flash ? x_waiting.begin() : x_waiting.end(), std::move(made));
    next();
}

std::function<void(bool)> opening::or_later(store::row_id message) {
    return [this, message](bool is_settled) {
        if (!is_settled) {
            x_not_opened.insert(message);
        }
    };
}

void opening::next() {
    while (
        x_open < limits::open_at_once && !x_waiting.empty() &&
        (x_open == 0 || x_open_bytes + x_waiting.front().body.size() <= limits::open_bytes_max)) {
        auto what = std::make_shared<waiting>(std::move(x_waiting.front()));
        x_waiting.pop_front();
        const auto size = what->body.size();
        ++x_open;
        x_open_bytes += size;
        seal::job::open_message job{what->preamble, std::move(what->body)};
        what->body = {};
        x_core.out.run(std::move(job), what->message.cls == message_class::flash,
                       [this, what, size](protocol::result<seal::job_outcome>& outcome) {
                           --x_open;
                           x_open_bytes -= size;
                           x_bytes -= size;
                           if (outcome) {
                               on_opened(*what, std::get<seal::done::opened_message>(*outcome));
                           } else if (protocol::errc_of(outcome.error()) == errc::overloaded) {
                               what->then(false);
                               return;  // Others are at work, or retry() goes on.
                           } else {
                               on_refused(*what, protocol::errc_of(outcome.error()));
                           }
                           next();
                           read_next();
                       });
    }
}

protocol::outcome opening::make_outcome(const waiting& what, outcome_kind kind) const {
    protocol::outcome out;
    out.id = what.message.id;
    out.attempt = what.message.attempt;
    out.recipient = x_core.self();
    out.kind = kind;
    out.at = x_core.now;
    out.seal_digest = x_core.hash().sha256({protocol::seal_content(what.preamble.seal)});
    out.on_disk.push_back(what.preamble.seal.body_digest);
    return out;
}

void opening::on_opened(const waiting& what, seal::done::opened_message& opened) {
    const auto& message = what.message;
    const auto& content = opened.content;
    auto made = std::make_shared<admission>();
    made->level = kinds::confidentiality_in(kinds::registry::in_force(), content.media_type,
                                            protocol::as_text(content.text));
    made->agencies = agencies_for(*x_core.config, {.origin = message.origin,
                                                   .cls = message.cls,
                                                   .kind = content.kind,
                                                   .agency = content.agency,
                                                   .has_attachments = !content.attachments.empty(),
                                                   .has_references = has_references(what.preamble),
                                                   .level = made->level});
    made->what = what;
    made->content_digest = opened.content_digest;
    made->sealed_summary = std::move(opened.sealed_summary);
    made->complete = content.attachments.empty();
    const auto header = protocol::decode_header(what.preamble.seal.header);
    if (header) {
        made->said = read_case_text(content, message.origin, message.id, header->created);
    }
    store::transaction marked;
    made->clock_due = mark_opened(x_core, marked, message, content);
    made->clocks = std::move(marked.changes);
    if (!made->said) {
        admit(made, {});
        return;
    }
    made->key = case_key(x_core, made->said->word.lifecycle, made->said->word.name);
    made->recipients = recipients_text(content.recipients);
    find_place(made);
}

//= PF-16
void opening::on_duplicate(const waiting& what, const digest& content_digest) {
    x_core.out.ask(
        query::find_inbox{what.message.origin, what.message.id},
        [this, what, content_digest](store::reply& reply) {
            const auto& items = expect<answer::inbox>(reply).rows;
            if (items.empty()) {
                what.then(true);
                return;  // It was settled meanwhile.
            }
            if (items.front().row.content_digest != content_digest) {
                x_core.count.equivocations += 1;
                x_core.count.alarms += 1;
                x_core.out.log(log_level::alarm, "equivocation",
                               "message " + to_text(what.message.id) + " of " +
                                   std::string(what.message.origin.text()) +
                                   " came with two different contents; the second is quarantined");
                settle(what, delivery_state::quarantined, errc::equivocation,
                       outcome_kind::refused);
                return;
            }
            // Sent again because our receipt was lost: say once more what we have. The first copy
            // stays open until all is here, and the store keeps what both share.
            x_core.count.duplicates += 1;
            settle(what, delivery_state::complete, errc::have_it,
                   items.front().row.complete ? outcome_kind::complete : outcome_kind::delivered);
        });
}

//= PF-67
void opening::on_refused(const waiting& what, errc code) {
    x_core.count.quarantined += 1;
    x_core.count.alarms += 1;
    x_core.out.log(log_level::alarm, "cannot-open",
                   "message " + to_text(what.message.id) + " of " +
                       std::string(what.message.origin.text()) +
                       " is quarantined: " + std::string(protocol::text_of(code)));
    // One code for all causes goes out; the log has the detail.
    settle(what, delivery_state::quarantined, errc::cannot_open, outcome_kind::refused);
}

void opening::settle(const waiting& what, delivery_state state, errc code, outcome_kind kind) {
    store::transaction transaction;
    transaction.changes.emplace_back(
        operation::advance_delivery{.message = what.message.row,
                                    .recipient = x_core.self(),
                                    .expected = in_state(delivery_state::received),
                                    .state = state,
                                    .at = x_core.now,
                                    .code = static_cast<std::uint16_t>(code)});
    transaction.changes.emplace_back(
        operation::put_event{x_core.event(what.message.origin, what.message.id, x_core.self(),
                                          protocol::to_text(kind), "gateway", {}, code)});
    auto outcome = make_outcome(what, kind);
    outcome.reason =
        kind == outcome_kind::refused ? static_cast<std::uint16_t>(code) : std::uint16_t{0};
    const auto row =
        x_receipts.add(transaction, what.message.origin, what.message.cls, std::move(outcome));
    x_core.out.commit(std::move(transaction),
                      [this, row, then = what.then](const store::transaction_result& result) {
                          if (result.status == store::transaction_status::committed) {
                              x_receipts.pend(row);
                          }
                          then(result.status == store::transaction_status::committed ||
                               result.status == store::transaction_status::conflict);
                      });
}

void opening::complete_if_all_here(const answer::full_message& message) {
    const bool is_over = std::ranges::any_of(message.deliveries, [&](const auto& row) {
        return row.recipient == x_core.self() && row.state == delivery_state::cancelled;
    });
    if (!message.inbox || message.inbox->complete || is_over) {
        return;
    }
    std::vector<digest> on_disk;
    for (const auto& object : message.objects) {
        if (object.state != store::object_state::complete) {
            return;
        }
        on_disk.push_back(object.sealed_digest);
    }
    auto seal = protocol::decode_seal(message.message.seal);
    if (!seal) {
        return;
    }
    const waiting what{message.message, {std::move(*seal), {}}, {}, {}};
    store::transaction transaction;
    transaction.changes.emplace_back(operation::complete_inbox{message.message.row});
    transaction.changes.emplace_back(
        operation::advance_delivery{.message = message.message.row,
                                    .recipient = x_core.self(),
                                    .expected = in_state(delivery_state::delivered),
                                    .state = delivery_state::complete,
                                    .at = x_core.now,
                                    .lenient = true});
    transaction.changes.emplace_back(operation::put_event{x_core.event(
        message.message.origin, message.message.id, x_core.self(), "complete", "gateway")});
    auto outcome = make_outcome(what, outcome_kind::complete);
    outcome.on_disk = std::move(on_disk);
    const auto row = x_receipts.add(transaction, message.message.origin, message.message.cls,
                                    std::move(outcome));
    x_core.out.commit(std::move(transaction),
                      [this, row, agencies = message.assignments,
                       number = message.message.row](const store::transaction_result& result) {
                          if (result.status != store::transaction_status::committed) {
                              if (result.status != store::transaction_status::conflict) {
                                  x_not_completed.insert(number);
                              }
                              return;
                          }
                          x_receipts.pend(row);
                          for (const auto& one : agencies) {
                              x_notify(one.agency);
                          }
                      });
}

}  // namespace dhow::route
