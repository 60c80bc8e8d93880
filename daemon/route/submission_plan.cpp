// The one transaction that a message becomes, and the answer after its commit.
// Way of the message: seal -> [submission] -> store -> outbound.
// Pure. Net thread.
// Spec: docs/overview.md#submitting. Tests: unit/route/submission_test.cpp, sim.
// Limits: segment_bytes, inline_body_bytes_max.
#include "daemon/route/clock_marks.hpp"
#include "daemon/route/levels.hpp"
#include "daemon/route/submission_draft.hpp"

#include <algorithm>

namespace dhow::route {

using store::delivery_state;
using store::object_state;
using store::shipment_state;

void submission::store_it(draft_ptr message, seal::done::sealed_message& sealed) {
    // Again, since the configuration may have changed while it was sealed.
    for (const auto recipient : message->recipients) {
        if (x_core.routes.next_hops(recipient).empty()) {
            finish(message, refusal(errc::no_route,
                                    "there is no route to " + std::string(recipient.text())));
            return;
        }
    }
    auto made = std::make_shared<plan>(make_plan(*message, sealed));
    auto transaction = std::move(made->transaction);
    x_core.out.commit(std::move(transaction),
                      [this, message, made](const store::transaction_result& result) {
                          on_stored(message, *made, result);
                      });
}

submission::plan submission::make_plan(const draft& message, seal::done::sealed_message& sealed) {
    plan out;
    const auto& header = sealed.header;
    out.transaction.at_once = header.cls == message_class::flash;
    out.message = {.row = x_core.next_row(),
                   .origin = header.origin,
                   .id = header.id,
                   .roles = static_cast<std::uint8_t>(store::message_role::origin),
                   .cls = header.cls,
                   .received_at = x_core.now,
                   .expires_at = {},
                   .seal = protocol::encode_seal(sealed.seal),
                   .lockboxes = protocol::encode_lockboxes(sealed.lockboxes),
                   .text_object = x_core.next_row(),
                   .agency = message.agency,
                   .kind = message.what.kind,
                   .kept_key = std::move(sealed.kept_key),
                   .purge_at = x_core.now + x_core.config->disk_settings.retention,
                   .level = message.level};
    if (header.time_to_live) {
        out.message.expires_at = x_core.now + *header.time_to_live;
    }
    out.due_at = out.message.expires_at;
    const auto patience =
        x_core.config->times[static_cast<std::size_t>(header.cls)].send_again_after;
    if (patience.count() > 0) {
        const utc_time again = x_core.now + patience;
        out.due_at = out.due_at ? std::min(*out.due_at, again) : again;
    }
    out.text = {.row = out.message.text_object,
                .kind = protocol::object_kind::text,
                .state = object_state::complete,
                .message = out.message.row,
                .position = 0,
                .cls = header.cls,
                .sealed_digest = sealed.seal.body_digest,
                .bytes = sealed.body.size(),
                .from_peer = {},
                .preamble = {},
                .changed_at = x_core.now};
    out.transaction.changes.emplace_back(operation::put_message{out.message});
    add_text(out, std::move(sealed.body));
    add_attachments(out, message);
    add_recipients(out, message);
    add_shipments(out, message);
    out.clock_due_at =
        start_clocks(x_core, out.transaction, out.message, message.recipients, message.clocks);
    if (message.key) {
        const auto forget_at =
            out.message.expires_at.value_or(x_core.now + limits::time_to_live_max);
        out.transaction.changes.emplace_back(operation::put_idempotency{
            {*message.key, message.request, header.id, forget_at + limits::custody_memory}});
    }
    out.transaction.changes.emplace_back(operation::put_event{x_core.event(
        header.origin, header.id, bureau_id{}, "accepted", "agency " + message.agency)});
    if (message.said) {
        add_case(out, message);
    }
    return out;
}

void submission::add_text(plan& to, bytes body) const {
    auto& changes = to.transaction.changes;
    changes.emplace_back(operation::put_object{to.text});
    to.text.durable_bytes = to.text.bytes;
    store::append_data(changes, to.text.row, 0, body);
    if (body.size() <= limits::inline_body_bytes_max) {
        to.inline_body = std::move(body);
    }
}

void submission::add_attachments(plan& to, const draft& message) {
    std::uint16_t position = 0;
    for (const auto& one : message.attachments) {
        ++position;
        to.transaction.changes.emplace_back(
            operation::advance_object{.object = one.object,
                                      .expected = object_state::spooling,
                                      .state = object_state::complete,
                                      .at = x_core.now,
                                      .message = to.message.row,
                                      .position = position,
                                      .bytes = one.sealed_bytes,
                                      .sealed_digest = one.entry.sealed_digest});
        to.attachments.push_back({.row = one.object,
                                  .kind = protocol::object_kind::attachment,
                                  .state = object_state::complete,
                                  .message = to.message.row,
                                  .position = position,
                                  .cls = attachment_class(to.message.cls),
                                  .sealed_digest = one.entry.sealed_digest,
                                  .bytes = one.sealed_bytes,
                                  .durable_bytes = one.sealed_bytes,
                                  .from_peer = {},
                                  .preamble = {},
                                  .changed_at = x_core.now});
    }
}

void submission::add_recipients(plan& to, const draft& message) {
    for (const auto recipient : message.recipients) {
        store::delivery_row row{.message = to.message.row,
                                .recipient = recipient,
                                .state = delivery_state::queued,
                                .next_hop = first_hop(x_core, recipient, message.level),
                                .text = {},
                                .due_at = to.due_at,
                                .changed_at = x_core.now};
        to.transaction.changes.emplace_back(operation::put_delivery{row});
        to.deliveries.push_back(std::move(row));
    }
}

void submission::add_shipments(plan& to, const draft& message) {
    std::set<bureau_id> peers;
    for (const auto& row : to.deliveries) {
        peers.insert(row.next_hop);
    }
    const auto shipment = [&](bureau_id peer, const store::object_row& object,
                              shipment_state state) {
        return store::shipment_row{.row = x_core.next_row(),
                                   .peer = peer,
                                   .cls = object.cls,
                                   .state = state,
                                   .object = object.row,
                                   .message = to.message.row,
                                   .position = object.position,
                                   .origin = message.header.origin,
                                   .text = {},
                                   .due_at = {},
                                   .created_at = x_core.now,
                                   .changed_at = x_core.now};
    };
    for (const auto peer : peers) {
        ready_shipment item;
        item.shipment = shipment(peer, to.text, shipment_state::ready);
        item.object = to.text;
        item.message = to.message;
        item.inline_body = to.inline_body;
        std::ranges::copy_if(to.deliveries, std::back_inserter(item.deliveries),
                             [&](const auto& row) { return row.next_hop == peer; });
        to.transaction.changes.emplace_back(operation::put_shipment{item.shipment});
        to.ready.push_back(std::move(item));
        for (const auto& object : to.attachments) {
            to.transaction.changes.emplace_back(
                operation::put_shipment{shipment(peer, object, shipment_state::waiting)});
        }
    }
}

void submission::on_stored(const draft_ptr& message, plan& what,
                           const store::transaction_result& result) {
    const bool is_conflict = result.status == store::transaction_status::conflict;
    if (is_conflict && result.conflict_index >= what.case_begins) {
        finish(message, refusal(errc::overloaded,
                                "another message of its case was accepted at the same time",
                                std::chrono::seconds{1}));
        return;
    }
    if (is_conflict && message->key) {
        // Another request with the same key was faster, in an earlier run or on another gateway.
        x_core.out.ask(query::find_idempotency{*message->key}, [this,
                                                                message](store::reply& reply) {
            const auto& row = expect<answer::idempotency>(reply).row;
            finish(message,
                   row && row->request == message->request
                       ? api_response(response::accepted{row->id, true})
                       : api_response(refusal(errc::conflict,
                                              "the idempotency key stands for another message")));
        });
        return;
    }
    if (result.status != store::transaction_status::committed) {
        finish(message, refusal_of(result));
        return;
    }
    message->is_stored = true;
    x_core.wake_at(what.due_at);
    if (what.clock_due_at) {
        x_core.wake_clocks(*what.clock_due_at);
    }
    finish(message, response::accepted{what.message.id, false});
    const bool is_for_some =
        message->said && message->said->word.role == kinds::case_role::restriction;
    for (const auto& id : message->called_back) {
        x_call_back(id, "agency " + message->agency,
                    is_for_some ? message->recipients : std::vector<bureau_id>{});
    }
    if (what.case_due) {
        x_case_due(*what.case_due);
    }
    for (auto& item : what.ready) {
        x_out.add_ready(std::move(item));
    }
}

}  // namespace dhow::route
