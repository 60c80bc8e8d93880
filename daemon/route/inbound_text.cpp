// Takes custody of texts: split into branches, one transaction, answer.
// Way of the message: see inbound.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#receiving. Tests: unit/route/inbound_test.cpp, sim.
// Limits: sealed_text_bytes_max, recipients_max.
#include "daemon/route/inbound_plan.hpp"

#include <algorithm>

namespace dhow::route {

using protocol::object_kind;
using protocol::recipient_answer;
using store::delivery_state;
using store::message_role;
using store::object_state;
using store::shipment_state;

inbound::split inbound::split_recipients(const incoming& in, bureau_id peer,
                                         std::vector<recipient_answer>& exceptions) const {
    split out;
    for (const auto& entry : in.preamble.lockboxes.entries) {
        const auto recipient = entry.box.recipient;
        const bool known = std::any_of(exceptions.begin(), exceptions.end(),
                                       [&](const auto& one) { return one.recipient == recipient; });
        if (known) {
            continue;
        }
        if (recipient == x_core.self()) {
            out[recipient] = {};
            continue;
        }
        auto hops = x_core.routes.next_hops(recipient);
        std::erase(hops, peer);
        if (hops.empty()) {
            exceptions.push_back({recipient, errc::no_route, {}});
            continue;
        }
        const auto live = std::find_if(hops.begin(), hops.end(), [&](auto hop) {
            return x_core.session_with(hop).has_value();
        });
        out[recipient] = live == hops.end() ? hops.front() : *live;
    }
    return out;
}

void inbound::add_recipient(plan& to, const incoming& in, bureau_id peer, bureau_id recipient,
                            bureau_id next_hop) const {
    const bool ours = recipient == x_core.self();
    const auto& message = to.message;
    to.transaction.changes.emplace_back(
        operation::put_custody{{.origin = message.origin,
                                .id = message.id,
                                .attempt = message.attempt,
                                .recipient = recipient,
                                .taken_from = peer,
                                .handed_on = false,
                                .outcome = {},
                                .inner_digest = in.preamble.seal.inner_digest,
                                .forget_at = custody_end(x_core, message.expires_at)}});
    store::delivery_row delivery{.message = message.row,
                                 .recipient = recipient,
                                 .state = ours ? delivery_state::received : delivery_state::queued,
                                 .next_hop = next_hop,
                                 .attempt = message.attempt,
                                 .text = {},
                                 .due_at = ours ? std::nullopt : message.expires_at,
                                 .changed_at = x_core.now};
    to.transaction.changes.emplace_back(operation::put_delivery{delivery});
    to.transaction.changes.emplace_back(operation::put_event{x_core.event(
        message.origin, message.id, recipient, "custody", "peer " + std::string(peer.text()))});
    to.deliveries.push_back(std::move(delivery));
    to.for_us = to.for_us || ours;
}

void inbound::add_shipments(plan& to, const incoming& in, const split& ways) {
    std::set<bureau_id> peers;
    for (const auto& [recipient, hop] : ways) {
        if (!hop.empty()) {
            peers.insert(hop);
        }
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
                                   .attempt = to.message.attempt,
                                   .origin = to.message.origin,
                                   .text = {},
                                   .due_at = {},
                                   .created_at = x_core.now,
                                   .changed_at = x_core.now};
    };
    for (const auto peer : peers) {
        to.text_shipments.push_back(shipment(peer, to.text, shipment_state::ready));
        to.transaction.changes.emplace_back(operation::put_shipment{to.text_shipments.back()});
    }
    std::uint16_t position = 0;
    for (const auto& attachment : in.header.attachments) {
        store::object_row object{.row = x_core.next_row(),
                                 .kind = object_kind::attachment,
                                 .state = object_state::expected,
                                 .message = to.message.row,
                                 .position = ++position,
                                 .cls = attachment.cls,
                                 .sealed_digest = attachment.sealed_digest,
                                 .bytes = attachment.bytes,
                                 .from_peer = {},
                                 .preamble = {},
                                 .changed_at = x_core.now};
        if (const auto known = in.known.find(attachment.sealed_digest); known != in.known.end()) {
            object.row = known->second.row;
            // A conflict when it was purged since it was looked up.
            to.transaction.changes.emplace_back(
                operation::advance_object{.object = object.row,
                                          .expected = known->second.state,
                                          .state = known->second.state,
                                          .at = x_core.now,
                                          .message = {},
                                          .position = {},
                                          .bytes = {},
                                          .sealed_digest = {}});
        } else {
            to.transaction.changes.emplace_back(operation::put_object{object});
        }
        for (const auto peer : peers) {
            to.transaction.changes.emplace_back(
                operation::put_shipment{shipment(peer, object, shipment_state::waiting)});
        }
    }
}

inbound::plan inbound::make_plan(const incoming& in, bureau_id peer, const split& ways,
                                 bytes body) {
    plan out;
    out.transaction.at_once = in.offer.cls == message_class::flash;
    const bool relays =
        std::any_of(ways.begin(), ways.end(), [](const auto& way) { return !way.second.empty(); });
    std::optional<utc_time> expires_at;
    if (in.header.time_to_live) {
        expires_at = x_core.now + (*in.header.time_to_live - in.offer.age);
    }
    const bool is_new = in.object.row == 0;
    out.text = {.row = is_new ? x_core.next_row() : in.object.row,
                .kind = object_kind::text,
                .state = object_state::complete,
                .cls = in.offer.cls,
                .sealed_digest = in.offer.object,
                .bytes = body.size(),
                .from_peer = peer,
                .preamble = {},
                .changed_at = x_core.now};
    const auto roles =
        (relays ? static_cast<unsigned>(message_role::relay) : 0U) |
        (ways.contains(x_core.self()) ? static_cast<unsigned>(message_role::addressee) : 0U);
    out.message = {.row = x_core.next_row(),
                   .origin = in.header.origin,
                   .id = in.header.id,
                   .attempt = in.offer.attempt,
                   .roles = static_cast<std::uint8_t>(roles),
                   .cls = in.offer.cls,
                   .received_at = x_core.now,
                   .age_at_receipt = in.offer.age,
                   .hops = static_cast<std::uint8_t>(in.offer.hops + 1),
                   .expires_at = expires_at,
                   .seal = protocol::encode_seal(in.preamble.seal),
                   .lockboxes = protocol::encode_lockboxes(in.preamble.lockboxes),
                   .text_object = out.text.row,
                   .agency = {},
                   .kind = {},
                   .kept_key = {},
                   .purge_at = x_core.now + x_core.config->disk_settings.backup_window};
    out.text.message = out.message.row;
    auto& changes = out.transaction.changes;
    changes.emplace_back(operation::put_message{out.message});
    if (is_new) {
        changes.emplace_back(operation::put_object{out.text});
        store::append_data(changes, out.text.row, 0, body);
    } else {
        changes.emplace_back(operation::advance_object{.object = out.text.row,
                                                       .expected = object_state::partial,
                                                       .state = object_state::complete,
                                                       .at = x_core.now,
                                                       .message = out.message.row,
                                                       .position = {},
                                                       .bytes = {},
                                                       .sealed_digest = {}});
    }
    for (const auto& [recipient, hop] : ways) {
        add_recipient(out, in, peer, recipient, hop);
    }
    add_shipments(out, in, ways);
    add_recall(out, in, ways);
    out.preamble = in.preamble;
    out.body = std::move(body);
    return out;
}

void inbound::look_up_attachment(session_number number, stream_id stream, bytes body,
                                 std::vector<recipient_answer> exceptions) {
    const auto* in = find(number, stream);
    const auto& wanted = in->header.attachments[in->looked_up];
    x_core.out.ask(
        query::find_attachment{in->header.origin, in->header.id, wanted.sealed_digest},
        [this, number, stream, body = std::move(body), exceptions](store::reply& reply) mutable {
            auto* still = find(number, stream);
            if (still == nullptr) {
                return;
            }
            const auto& row = expect<answer::object>(reply).row;
            if (row && row->state != object_state::purged) {
                still->known[row->sealed_digest] = *row;
            }
            still->looked_up += 1;
            take_custody(number, stream, std::move(body), std::move(exceptions));
        });
}

void inbound::take_custody(session_number number, stream_id stream, bytes body,
                           std::vector<recipient_answer> exceptions) {
    const auto* in = find(number, stream);
    if (in->looked_up < in->header.attachments.size()) {
        look_up_attachment(number, stream, std::move(body), std::move(exceptions));
        return;
    }
    if (is_to_look_for_earlier(*in)) {
        look_for_earlier(number, stream, std::move(body), std::move(exceptions));
        return;
    }
    const auto peer = peer_of(number);
    const auto ways = split_recipients(*in, peer, exceptions);
    if (ways.empty()) {
        const bool all_here =
            std::all_of(exceptions.begin(), exceptions.end(),
                        [](const auto& one) { return one.code == errc::have_it; });
        x_core.count.duplicates += all_here ? 1 : 0;
        // What was called back may have no body here, of which a COMMIT would speak.
        const bool may_be_gone = std::ranges::any_of(exceptions, [](const auto& one) {
            return one.outcome == protocol::outcome_kind::cancelled;
        });
        if (all_here && may_be_gone) {
            refuse(number, stream, errc::have_it, std::chrono::seconds{0}, std::move(exceptions));
        } else if (all_here) {
            commit(number, stream, std::move(exceptions));
        } else {
            const auto code = exceptions.empty() ? errc::not_a_recipient : exceptions.front().code;
            commit_or_refuse(number, stream, code, std::move(exceptions));
        }
        return;
    }
    auto made = std::make_shared<plan>(make_plan(*in, peer, ways, std::move(body)));
    auto transaction = made->transaction;
    made->transaction.changes.clear();
    x_core.out.commit(std::move(transaction), [this, number, stream, made, exceptions](
                                                  const store::transaction_result& result) {
        switch (result.status) {
            case store::transaction_status::committed:
                x_core.count.relayed_in[static_cast<std::size_t>(made->message.cls)] += 1;
                commit(number, stream, exceptions);
                after_custody(std::move(*made));
                return;
            case store::transaction_status::conflict:
                if (find(number, stream) == nullptr) {
                    return;
                }
                if (result.conflict_index >= made->expectations_begin) {
                    look_for_later(number, stream, std::move(made->body), exceptions);
                } else {
                    on_custody_conflict(number, stream, std::move(made->body), exceptions);
                }
                return;
            case store::transaction_status::full:
                refuse_full(number, stream);
                return;
            case store::transaction_status::failed:
                refuse(number, stream, errc::busy, std::chrono::seconds{60});
                return;
        }
    });
}

// A commit that failed for want of space can have left all of itself in the write-ahead log, where
// a power cut would bring it to life. Only a later commit, which overwrites it, proves that custody
// was not taken; without that proof the peer gets no answer and stays in doubt.
void inbound::refuse_full(session_number number, stream_id stream) {
    store::transaction proof;
    proof.changes.emplace_back(operation::put_meta{"full_at", protocol::to_text(x_core.now)});
    x_core.out.commit(
        std::move(proof), [this, number, stream](const store::transaction_result& result) {
            constexpr std::chrono::seconds later{60};
            if (result.status == store::transaction_status::committed) {
                refuse(number, stream, errc::store_full, later);
            } else if (const auto at = x_imports.find(number); at != x_imports.end()) {
                at->second.to->give_up(errc::store_full);
            } else if (auto* session = x_core.session(number)) {
                session->goodbye(errc::store_full, later, x_core.now);
            }
        });
}

void inbound::commit_or_refuse(session_number number, stream_id stream, errc code,
                               std::vector<recipient_answer> exceptions) {
    // Each recipient has an answer of its own, so the sender can divert one and be content with
    // another.
    if (exceptions.size() > 1) {
        commit(number, stream, std::move(exceptions));
        return;
    }
    refuse(number, stream, code, std::chrono::seconds{0}, std::move(exceptions));
}

void inbound::on_custody_conflict(session_number number, stream_id stream, bytes body,
                                  std::vector<recipient_answer> exceptions) {
    look_whose_it_is(number, stream,
                     [this, number, stream, body = std::move(body),
                      exceptions = std::move(exceptions)](const auto& rows) mutable {
                         answer_conflict(number, stream, std::move(body), std::move(exceptions),
                                         rows);
                     });
}

void inbound::look_whose_it_is(session_number number, stream_id stream, judged_custody then) {
    const auto* in = find(number, stream);
    x_core.out.ask(
        query::find_custody{in->header.origin, in->header.id, in->offer.attempt},
        [this, number, stream, then = std::move(then)](store::reply& reply) mutable {
            const auto* still = find(number, stream);
            if (still == nullptr) {
                return;
            }
            const auto asked = [&](const store::custody_row& row) {
                return std::ranges::any_of(
                    still->preamble.lockboxes.entries,
                    [&](const auto& entry) { return entry.box.recipient == row.recipient; });
            };
            auto rows = std::move(expect<answer::custody>(reply).rows);
            std::erase_if(rows, [&](const auto& row) { return !asked(row); });
            auto open = rows;
            std::erase_if(open, [&, peer = peer_of(number)](const auto& row) {
                return row.handed_on || row.outcome || row.taken_from == peer ||
                       row.inner_digest != still->preamble.seal.inner_digest;
            });
            if (open.empty()) {
                then(rows);
                return;
            }
            ask_whose_it_is(number, stream, std::move(open),
                            [rows = std::move(rows), then = std::move(then)] { then(rows); });
        });
}

// It may be our own copy: a peer took it, its COMMIT was lost, and it found no other way than back,
// perhaps by a third gateway. Said to be had, it would lie with nobody: those who bring it would be
// rid of it, and so would we when we ask again whom we gave it. So that we ask first.
void inbound::ask_whose_it_is(session_number number, stream_id stream,
                              std::vector<store::custody_row> open, std::function<void()> then) {
    const auto* in = find(number, stream);
    x_core.out.ask(query::find_message{in->header.origin, in->header.id},
                   [this, number, stream, open = std::move(open),
                    then = std::move(then)](store::reply& reply) {
                       const auto* still = find(number, stream);
                       if (still == nullptr) {
                           return;
                       }
                       for (const auto& one : expect<answer::messages>(reply).rows) {
                           const auto wait = one.message.attempt == still->offer.attempt
                                                 ? until_it_is_known(one, open, peer_of(number))
                                                 : std::nullopt;
                           if (wait) {
                               refuse(number, stream, errc::busy, *wait);
                               return;
                           }
                       }
                       then();
                   });
}

std::optional<std::chrono::seconds> inbound::until_it_is_known(
    const store::answer::full_message& ours, const std::vector<store::custody_row>& open,
    bureau_id peer) const {
    std::optional<std::chrono::seconds> out;
    for (const auto& delivery : ours.deliveries) {
        if (std::ranges::find(open, delivery.recipient, &store::custody_row::recipient) ==
            open.end()) {
            continue;
        }
        if (delivery.next_hop == peer || delivery.state == store::delivery_state::handed_on) {
            return limits::ask_again_peer;  // It was handed on since `open` was read.
        }
        const bool may_be_there = std::ranges::any_of(ours.shipments, [&](const auto& shipment) {
            return shipment.position == 0 && shipment.peer == delivery.next_hop &&
                   shipment.state < store::shipment_state::done &&
                   (shipment.in_doubt || x_out.may_have_left(shipment));
        });
        out = may_be_there ? limits::ask_again_third : out;
    }
    return out;
}

errc inbound::word_of(const store::custody_row& row, bureau_id peer) {
    return row.handed_on && row.taken_from != peer && !row.outcome ? errc::loop : errc::have_it;
}

//= PF-39
void inbound::answer_conflict(session_number number, stream_id stream, bytes body,
                              std::vector<recipient_answer> exceptions,
                              const std::vector<store::custody_row>& rows) {
    const auto* in = find(number, stream);
    const auto peer = peer_of(number);
    const auto known = exceptions.size();
    for (const auto& row : rows) {
        const bool is_known = std::ranges::any_of(
            exceptions, [&](const auto& one) { return one.recipient == row.recipient; });
        if (is_known) {
            continue;
        }
        if (row.inner_digest != in->preamble.seal.inner_digest) {
            x_core.count.equivocations += 1;
            x_core.count.alarms += 1;
            x_core.out.log(log_level::alarm, "equivocation",
                           "message " + to_text(in->header.id) + " of " +
                               std::string(in->header.origin.text()) +
                               " came with two different contents; the second is refused");
            exceptions.push_back({row.recipient, errc::equivocation, {}});
            continue;
        }
        exceptions.push_back({row.recipient, word_of(row, peer), row.outcome});
    }
    if (exceptions.size() == known) {
        // Not custody but something else clashed (a partial object that moved on, since an earlier
        // attempt of the same came first): try again later.
        refuse(number, stream, errc::busy, std::chrono::seconds{5});
        return;
    }
    take_custody(number, stream, std::move(body), std::move(exceptions));
}

void inbound::after_custody(plan done) {
    x_recalls.keep_back(done.message);
    if (done.recall) {
        x_recalls.on_committed(done.recall, std::move(done.recall_ends));
    }
    for (auto& shipment : done.text_shipments) {
        ready_shipment item;
        item.shipment = shipment;
        item.object = done.text;
        item.message = done.message;
        for (const auto& delivery : done.deliveries) {
            if (delivery.next_hop == shipment.peer) {
                item.deliveries.push_back(delivery);
            }
        }
        if (done.body.size() <= limits::inline_body_bytes_max) {
            item.inline_body = done.body;
        }
        x_out.add_ready(std::move(item));
    }
    x_core.wake_at(done.message.expires_at);
    if (done.for_us) {
        x_opening.open(std::move(done.message), std::move(done.preamble), std::move(done.body));
    }
}

}  // namespace dhow::route
