// Status, why and events of one message.
// Way of the message: see queries.hpp.
// Pure. Net thread.
// Spec: docs/agency-api.md. Tests: unit/route/queries_test.cpp.
// Limits: recipients_max rows of one message.
#include "daemon/route/queries.hpp"

#include "daemon/route/levels.hpp"
#include "daemon/route/why.hpp"

#include <algorithm>

namespace dhow::route {

using store::delivery_state;
using store::shipment_state;

namespace {

/// An agency sees what it has submitted and what is assigned to it; an operator sees all.
bool may_see(const caller& who, const answer::full_message& row) {
    if (who.is_operator) {
        return true;
    }
    if (who.agency.empty()) {
        return false;
    }
    if (store::is_origin(row.message) && row.message.agency == who.agency) {
        return true;
    }
    return std::ranges::any_of(row.assignments,
                               [&](const auto& one) { return one.agency == who.agency; });
}

}  // namespace

bool queries::is_operator(const caller& who, const answer_to& answer) {
    if (!who.is_operator) {
        answer(refusal(errc::unauthorised, "only operators may do this"));
    }
    return who.is_operator;
}

void queries::find(const caller& who, const message_id& id, answer_to answer,
                   std::function<void(messages&)> then) {
    x_core.out.ask(query::find_message{bureau_id{}, id}, [who, answer, then](store::reply& reply) {
        auto& rows = expect<answer::messages>(reply).rows;
        std::erase_if(rows, [&](const auto& row) { return !may_see(who, row); });
        if (rows.empty()) {
            answer(refusal(errc::not_found, "no such message, or not of this caller"));
            return;
        }
        std::ranges::stable_sort(rows, [](const auto& a, const auto& b) {
            return store::is_origin(a.message) && !store::is_origin(b.message);
        });
        then(rows);
    });
}

response::recipient_status queries::make_status(const answer::full_message& message,
                                                const store::delivery_row& row) const {
    response::recipient_status out;
    out.recipient = row.recipient;
    out.state = row.state;
    out.next_hop = row.next_hop;
    out.attempt = row.attempt;
    out.code = row.code;
    out.text = row.text;
    out.changed_at = row.changed_at;
    out.due_at = row.due_at;
    if (row.state == delivery_state::taken || row.state == delivery_state::rejected) {
        out.agency = row.text;
    }
    const bool is_under_way =
        row.state == delivery_state::queued || row.state == delivery_state::deferred;
    const auto level = message.message.level;
    if (is_under_way && !row.next_hop.empty() && !may_go_to(*x_core.config, row.next_hop, level)) {
        out.text =
            "no link to " + std::string(row.next_hop.text()) + " may carry " + code_of(level);
    }
    for (const auto& object : message.objects) {
        out.bytes_total += object.bytes;
        const store::shipment_row* last = nullptr;
        for (const auto& shipment : message.shipments) {
            const bool is_its = shipment.object == object.row && shipment.peer == row.next_hop;
            last = is_its && (last == nullptr || last->row < shipment.row) ? &shipment : last;
        }
        if (last == nullptr) {
            continue;
        }
        const auto progress = x_out.progress(last->row);
        out.bytes_done += last->state == shipment_state::done ? object.bytes
                          : progress                          ? progress->durable_bytes
                                                              : 0;
        if (is_under_way && object.position == 0) {
            out.state = progress                                  ? delivery_state::sending
                        : last->in_doubt                          ? delivery_state::in_doubt
                        : last->state == shipment_state::deferred ? delivery_state::deferred
                                                                  : out.state;
        }
    }
    return out;
}

response::status queries::make_status(const messages& rows) const {
    const auto& first = rows.front().message;
    response::status out;
    out.id = first.id;
    out.origin = first.origin;
    out.kind = first.kind;
    out.agency = first.agency;
    out.cls = first.cls;
    out.accepted_at = first.received_at;
    out.expires_at = x_core.expiry_of(first);
    for (const auto& object : rows.front().objects) {
        out.bytes += object.bytes;
    }
    for (const auto& row : rows) {
        for (const auto& delivery : row.deliveries) {
            out.recipients.push_back(make_status(row, delivery));
        }
    }
    return out;
}

void queries::ask(const caller& who, const request::status& what, answer_to answer) {
    find(who, what.id, answer, [this, answer](messages& rows) { answer(make_status(rows)); });
}

response::why queries::why_of(const message_id& id, const messages& rows,
                              std::span<const answer::queue_line> queue) const {
    response::why out{id, {}};
    for (const auto& row : rows) {
        for (const auto& delivery : row.deliveries) {
            auto causes = causes_of({x_core, x_peers, x_out, queue}, row, delivery);
            std::ranges::move(causes, std::back_inserter(out.causes));
        }
    }
    auto general = causes_of_gateway(x_core);
    std::ranges::move(general, std::back_inserter(out.causes));
    return out;
}

void queries::ask(const caller& who, const request::why& what, answer_to answer) {
    find(who, what.id, answer, [this, who, id = what.id, answer](messages& rows) {
        auto said = why_of(id, rows, {});
        if (std::ranges::none_of(said.causes, waits_its_turn)) {
            add_clocks(std::move(said), answer);
            return;
        }
        // What goes before it costs the store a look at each line of the queue.
        x_core.out.ask(query::summarise_queue{}, [this, who, id, answer](store::reply& reply) {
            const auto queue = std::move(expect<answer::queue_summary>(reply).rows);
            find(who, id, answer, [this, id, queue, answer](messages& again) {
                add_clocks(why_of(id, again, queue), answer);
            });
        });
    });
}

void queries::ask(const caller& who, const request::events& what, answer_to answer) {
    find(who, what.id, answer, [this, answer](messages& rows) {
        const auto& message = rows.front().message;
        x_core.out.ask(query::load_events{message.origin, message.id},
                       [answer](store::reply& reply) {
                           answer(response::events{std::move(expect<answer::events>(reply).rows)});
                       });
    });
}

}  // namespace dhow::route
