// Outcomes into signed receipts and receipts into states.
// Way of the message: see receipts.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#receipts. Tests: unit/route/receipts_test.cpp, sim.
// Limits: outcomes_per_receipt_max.
#include "daemon/route/receipts.hpp"

#include "daemon/route/clock_marks.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

using protocol::outcome_kind;
using store::delivery_state;

namespace {
constexpr store::state_set before_delivery =
    in_state(delivery_state::accepted) | in_state(delivery_state::queued) |
    in_state(delivery_state::sending) | in_state(delivery_state::in_doubt) |
    in_state(delivery_state::relayed) | in_state(delivery_state::deferred) |
    in_state(delivery_state::held);
/// A delivery beats a notice, in whichever order they come.
constexpr store::state_set noticed =
    in_state(delivery_state::expired) | in_state(delivery_state::undeliverable) |
    in_state(delivery_state::refused) | in_state(delivery_state::cancelled);

struct settlement {
    delivery_state state;
    store::state_set from;
};

settlement settlement_of(outcome_kind kind) {
    switch (kind) {
        case outcome_kind::delivered:
            return {delivery_state::delivered, before_delivery | noticed};
        case outcome_kind::complete:
            return {delivery_state::complete,
                    before_delivery | noticed | in_state(delivery_state::delivered)};
        case outcome_kind::taken:
        case outcome_kind::too_late:
            return {delivery_state::taken,
                    before_delivery | noticed | in_state(delivery_state::delivered) |
                        in_state(delivery_state::complete) | in_state(delivery_state::rejected)};
        case outcome_kind::removed:
            return {delivery_state::answered,
                    before_delivery | noticed | in_state(delivery_state::delivered) |
                        in_state(delivery_state::complete) | in_state(delivery_state::taken) |
                        in_state(delivery_state::rejected)};
        case outcome_kind::rejected:
            return {delivery_state::rejected, before_delivery | noticed |
                                                  in_state(delivery_state::delivered) |
                                                  in_state(delivery_state::complete)};
        case outcome_kind::refused:
            return {delivery_state::refused, before_delivery};
        case outcome_kind::expired:
            return {delivery_state::expired, before_delivery};
        case outcome_kind::cancelled:
            return {delivery_state::cancelled, before_delivery |
                                                   in_state(delivery_state::delivered) |
                                                   in_state(delivery_state::complete)};
        case outcome_kind::undeliverable:
            return {delivery_state::undeliverable, before_delivery};
    }
    return {delivery_state::refused, 0};
}

/// What only the recipient itself may say; notices may also come from a hub on the way.
bool is_recipients_word(outcome_kind kind) {
    return kind != outcome_kind::expired && kind != outcome_kind::undeliverable &&
           kind != outcome_kind::refused && kind != outcome_kind::cancelled;
}

/// Age, and that the origin has called it back, are the same for all attempts; another may have a
/// way where this one had none.
bool is_of_all_attempts(outcome_kind kind) {
    return kind == outcome_kind::expired || kind == outcome_kind::cancelled;
}

/// How many of them one receipt holds, by number and by bytes.
std::size_t fit_in_one(const std::deque<store::outcome_row>& waiting) {
    constexpr std::size_t around = 1024;  // Signature, issuer, and what surrounds them.
    constexpr std::size_t bytes_each = 160;
    std::size_t bytes = around;
    std::size_t count = 0;
    for (const auto& row : waiting) {
        bytes +=
            bytes_each + row.value.on_disk.size() * (sizeof(digest) + 4) + row.value.agency.size();
        if (count == limits::outcomes_per_receipt_max ||
            (count > 0 && bytes > limits::receipt_bytes_max)) {
            break;
        }
        ++count;
    }
    return count;
}
}  // namespace

store::outcome_row receipts::add(store::transaction& to, bureau_id origin, message_class cls,
                                 protocol::outcome value) {
    store::outcome_row row{x_core.next_row(), origin, cls, std::move(value)};
    to.changes.emplace_back(operation::put_outcome{row});
    return row;
}

void receipts::pend(store::outcome_row row) {
    const lane_key key{row.origin, row.cls};
    x_lanes[key].waiting.push_back(std::move(row));
    sign(key);
}

void receipts::load_pending(store::row_id after) {
    x_core.out.ask(query::load_outcomes{after, limits::outcomes_per_receipt_max},
                   [this](store::reply& reply) {
                       auto rows = std::move(expect<answer::outcomes>(reply).rows);
                       if (rows.size() == limits::outcomes_per_receipt_max) {
                           load_pending(rows.back().row);
                       }
                       for (auto& row : rows) {
                           pend(std::move(row));
                       }
                   });
}

void receipts::sign_waiting() {
    std::vector<lane_key> keys;
    for (const auto& [key, lane] : x_lanes) {
        keys.push_back(key);
    }
    for (const auto& key : keys) {
        sign(key);
    }
}

std::size_t receipts::waiting() const {
    std::size_t sum = 0;
    for (const auto& [key, lane] : x_lanes) {
        sum += lane.waiting.size();
    }
    return sum;
}

void receipts::sign(lane_key key) {
    auto& lane = x_lanes[key];
    if (lane.signing || lane.waiting.empty()) {
        return;
    }
    lane.signing = true;
    const auto count = fit_in_one(lane.waiting);
    std::vector<store::outcome_row> rows;
    protocol::receipt_content content;
    content.issuer = x_core.self();
    content.origin = key.first;
    for (std::size_t i = 0; i < count; ++i) {
        content.outcomes.push_back(lane.waiting.front().value);
        rows.push_back(std::move(lane.waiting.front()));
        lane.waiting.pop_front();
    }
    x_core.out.run(seal::job::sign_receipt{std::move(content)}, key.second == message_class::flash,
                   [this, key, rows](protocol::result<seal::job_outcome>& outcome) {
                       if (!outcome) {
                           x_core.out.log(
                               log_level::alarm, "receipt-sign",
                               "a receipt could not be signed: " + outcome.error().message());
                           give_back(key, rows);
                           return;
                       }
                       on_signed(key, rows, std::get<seal::done::signed_receipt>(*outcome));
                   });
}

void receipts::give_back(lane_key key, std::vector<store::outcome_row> rows) {
    auto& lane = x_lanes[key];
    lane.signing = false;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        lane.waiting.push_front(std::move(*row));
    }
}

void receipts::on_signed(lane_key key, const std::vector<store::outcome_row>& rows,
                         const seal::done::signed_receipt& receipt) {
    store::transaction transaction;
    transaction.at_once = key.second == message_class::flash;
    for (const auto& row : rows) {
        transaction.changes.emplace_back(operation::drop_outcome{row.row});
    }
    std::optional<ready_shipment> shipment;
    if (key.first == x_core.self()) {
        const auto number = x_core.next_row();
        transaction.changes.emplace_back(operation::put_receipt{
            {number, receipt.receipt_digest, x_core.self(), receipt.encoded, x_core.now}});
        protocol::receipt_content content;
        content.issuer = x_core.self();
        content.origin = key.first;
        for (const auto& row : rows) {
            content.outcomes.push_back(row.value);
        }
        settle(transaction, content, number);
    } else {
        shipment = ship(transaction, key.first, key.second, receipt.encoded, receipt.receipt_digest,
                        bureau_id{}, 0);
        if (!shipment) {
            x_core.out.log(log_level::alarm, "receipt-no-route",
                           "no way for receipts to " + std::string(key.first.text()) +
                               "; they wait and are tried every minute");
            give_back(key, rows);
            return;
        }
    }
    x_core.count.receipts_signed += 1;
    x_core.out.commit(std::move(transaction),
                      [this, key, rows, shipment](const store::transaction_result& result) {
                          if (result.status != store::transaction_status::committed) {
                              give_back(key, rows);
                              return;
                          }
                          x_lanes[key].signing = false;
                          if (shipment) {
                              x_out.add_ready(*shipment);
                          }
                          sign(key);
                          if (x_lanes[key].waiting.empty()) {
                              x_lanes.erase(key);
                          }
                      });
}

std::vector<bureau_id> receipts::ways_to(bureau_id origin, bureau_id from,
                                         std::uint8_t hops) const {
    auto out = x_core.routes.next_hops(origin);
    std::erase(out, from);
    if (hops >= limits::hop_limit_default) {
        // It has gone round between hubs: it stays here until its origin comes.
        std::erase_if(out, [&](auto peer) { return peer != origin; });
    }
    return out;
}

std::optional<ready_shipment> receipts::ship(store::transaction& to, bureau_id origin,
                                             message_class cls, const bytes& encoded,
                                             const digest& receipt_digest, bureau_id from,
                                             std::uint8_t hops) {
    hops = std::min(hops, limits::hop_limit_default);
    const auto hops_to_try = ways_to(origin, from, hops);
    if (hops_to_try.empty()) {
        return std::nullopt;
    }
    const auto live = std::find_if(hops_to_try.begin(), hops_to_try.end(), [&](auto peer) {
        return x_core.session_with(peer).has_value();
    });
    const bureau_id peer = live == hops_to_try.end() ? hops_to_try.front() : *live;
    ready_shipment out;
    out.object = {.row = x_core.next_row(),
                  .kind = protocol::object_kind::receipt,
                  .state = store::object_state::complete,
                  .cls = cls,
                  .sealed_digest = receipt_digest,
                  .bytes = encoded.size(),
                  .durable_bytes = encoded.size(),
                  .from_peer = from,
                  .preamble = {},
                  .changed_at = x_core.now};
    out.shipment = {.row = x_core.next_row(),
                    .peer = peer,
                    .cls = cls,
                    .object = out.object.row,
                    .attempt = hops,
                    .origin = origin,
                    .text = {},
                    .due_at = {},
                    .created_at = x_core.now,
                    .changed_at = x_core.now};
    auto stored = out.object;
    stored.durable_bytes = 0;  // put_segment raises it.
    to.changes.emplace_back(operation::put_object{stored});
    to.changes.emplace_back(operation::put_segment{out.object.row, 0, encoded});
    to.changes.emplace_back(operation::put_shipment{out.shipment});
    if (encoded.size() <= limits::inline_body_bytes_max) {
        out.inline_body = encoded;
    }
    return out;
}

// The peer that it was meant for may have gone for good, or have no way itself.
void receipts::find_other_ways() {
    if (std::exchange(x_is_looking, true)) {
        return;  // The last look is not written yet.
    }
    x_core.out.ask(query::load_waiting_receipts{x_looked_upto, limits::rows_a_look},
                   [this](store::reply& reply) {
                       const auto& found = expect<answer::ready>(reply);
                       x_looked_upto = found.more ? found.rows.back().shipment.row : 0;
                       store::transaction transaction;
                       std::set<bureau_id> peers;
                       for (const auto& item : found.rows) {
                           if (const auto peer = better_way(item)) {
                               move(transaction, item.shipment, *peer);
                               peers.insert(*peer);
                           }
                       }
                       if (peers.empty()) {
                           x_is_looking = false;
                           return;
                       }
                       x_core.out.commit(
                           std::move(transaction),
                           [this, peers, more = found.more](const store::transaction_result&) {
                               x_is_looking = false;
                               for (const auto peer : peers) {
                                   x_out.rescan(peer);
                               }
                               if (more) {
                                   find_other_ways();  // Where some can go, more may.
                               }
                           });
                   });
}

std::optional<bureau_id> receipts::better_way(const ready_shipment& item) const {
    const auto& shipment = item.shipment;
    const auto ways = ways_to(shipment.origin, item.object.from_peer, shipment.attempt);
    if (x_out.progress(shipment.row)) {
        return std::nullopt;  // Over a connection that is being greeted.
    }
    if (x_core.session_with(shipment.peer)) {
        // "Later" is no reason to go elsewhere. After as many refusals as there are ways, another
        // is asked only when this one would be asked again: the time between them grows.
        const bool is_soon = shipment.due_at && *shipment.due_at <= x_core.now + look_interval;
        if (shipment.state == store::shipment_state::ready ||
            !is_no_for_now(static_cast<errc>(shipment.code)) ||
            (shipment.tries >= ways.size() && !is_soon)) {
            return std::nullopt;
        }
    }
    const auto here = std::ranges::find(ways, shipment.peer);
    const auto first = here == ways.end() ? 0 : here - ways.begin() + 1;
    for (std::size_t i = 0; i < ways.size(); ++i) {
        const auto peer = ways[(static_cast<std::size_t>(first) + i) % ways.size()];
        if (peer != shipment.peer && x_core.session_with(peer)) {
            return peer;
        }
    }
    return std::nullopt;
}

void receipts::move(store::transaction& to, const store::shipment_row& shipment,
                    bureau_id peer) const {
    to.changes.emplace_back(operation::advance_shipment{
        .shipment = shipment.row,
        .expected =
            in_state(store::shipment_state::ready) | in_state(store::shipment_state::deferred),
        .state = store::shipment_state::failed,
        .at = x_core.now,
        .due_at = std::optional<std::optional<utc_time>>(std::optional<utc_time>{}),
        .code = static_cast<std::uint16_t>(errc::no_route),
        .text = "by " + std::string(peer.text()) + " instead",
        .lenient = true});
    to.changes.emplace_back(operation::put_shipment{{.row = x_core.next_row(),
                                                     .peer = peer,
                                                     .cls = shipment.cls,
                                                     .object = shipment.object,
                                                     .attempt = shipment.attempt,
                                                     .origin = shipment.origin,
                                                     .tries = shipment.tries,
                                                     .text = {},
                                                     .due_at = {},
                                                     .created_at = shipment.created_at,
                                                     .changed_at = x_core.now}});
}

void receipts::forward(const seal::done::verified_receipt& receipt, bytes encoded,
                       message_class cls, std::uint8_t hops, bureau_id from,
                       std::function<void(bool)> then) {
    store::transaction transaction;
    transaction.at_once = cls == message_class::flash;
    auto shipment = ship(transaction, receipt.content.origin, cls, encoded, receipt.receipt_digest,
                         from, static_cast<std::uint8_t>(hops + 1));
    if (!shipment) {
        then(false);
        return;
    }
    x_core.out.commit(std::move(transaction),
                      [this, shipment, then](const store::transaction_result& result) {
                          const bool ok = result.status == store::transaction_status::committed;
                          then(ok);
                          if (ok) {
                              x_out.add_ready(*shipment);
                          }
                      });
}

void receipts::settle(store::transaction& to, const protocol::receipt_content& content,
                      store::row_id receipt) const {
    for (const auto& outcome : content.outcomes) {
        const bool may_speak =
            outcome.recipient == content.issuer || content.issuer == x_core.self() ||
            (!is_recipients_word(outcome.kind) && x_core.is_relay(content.issuer));
        if (!may_speak) {
            // Nobody speaks for another, but for notices of gateways on the way. That it had been
            // handed on there before it was called back is kept as evidence, and moves nothing.
            if (outcome.kind == outcome_kind::too_late && x_core.is_relay(content.issuer)) {
                to.changes.emplace_back(operation::settle_delivery{.origin = x_core.self(),
                                                                   .id = outcome.id,
                                                                   .recipient = outcome.recipient,
                                                                   .at = x_core.now,
                                                                   .receipt = receipt,
                                                                   .only_if_sent = true});
            }
            continue;
        }
        const bool is_hubs = outcome.recipient != content.issuer && content.issuer != x_core.self();
        const auto target = settlement_of(outcome.kind);
        const bool final = target.state == delivery_state::complete ||
                           target.state == delivery_state::taken ||
                           target.state == delivery_state::answered;
        to.changes.emplace_back(operation::settle_delivery{
            .origin = x_core.self(),
            .id = outcome.id,
            .recipient = outcome.recipient,
            .expected = is_hubs ? target.from & before_delivery : target.from,
            .state = target.state,
            .at = x_core.now,
            .code = outcome.reason,
            .text = outcome.agency.empty() && outcome.recipient != content.issuer
                        ? "bureau " + std::string(content.issuer.text())
                        : outcome.agency,
            .due_at = final ? std::optional<std::optional<utc_time>>(std::optional<utc_time>{})
                            : std::nullopt,
            .receipt = receipt,
            .actor = "bureau " + std::string(content.issuer.text()),
            .only_if_sent = is_hubs,
            .of_attempt = is_hubs && !is_of_all_attempts(outcome.kind)
                              ? std::optional(outcome.attempt)
                              : std::nullopt});
        mark_outcome(x_core, to, outcome);
    }
}

void receipts::apply(const seal::done::verified_receipt& receipt, std::function<void(bool)> then) {
    const bool comes_too_early =
        x_out.waits_for_space() ||
        std::ranges::any_of(receipt.content.outcomes, [&](const auto& outcome) {
            return outcome.recipient != receipt.content.issuer &&
                   x_out.is_under_way(outcome.id, outcome.attempt, outcome.recipient);
        });
    if (comes_too_early) {
        then(false);  // It may speak of something that has left and is not known to have left.
        return;
    }
    store::transaction transaction;
    transaction.at_once = false;
    const auto row = x_core.next_row();
    transaction.changes.emplace_back(
        operation::put_receipt{{row, receipt.receipt_digest, receipt.content.issuer,
                                protocol::encode_receipt(receipt.receipt), x_core.now}});
    settle(transaction, receipt.content, row);
    const auto outcomes = receipt.content.outcomes.size();
    const bool has_notice = std::ranges::any_of(receipt.content.outcomes, [&](const auto& outcome) {
        return outcome.recipient != receipt.content.issuer;
    });
    x_core.out.commit(std::move(transaction),
                      [this, then, outcomes, has_notice](const store::transaction_result& result) {
                          const bool ok = result.status == store::transaction_status::committed;
                          if (ok) {
                              x_core.count.receipts_applied += 1;
                              x_core.count.outcomes_applied += outcomes;
                              if (x_core.clocks_run) {
                                  x_core.wake_clocks(x_core.now);
                              }
                              if (has_notice) {  // An attempt that failed is looked at.
                                  x_core.wake_at(x_core.now);
                              }
                          }
                          then(ok);
                      });
}

}  // namespace dhow::route
