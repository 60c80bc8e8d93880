// The changes of operations.hpp on maps.
#include "daemon/store/names.hpp"
#include "protocol/limits.hpp"
#include "tests/store_contract/model_store.hpp"

#include <algorithm>

namespace dhow::tests {

namespace {

using outcome = model_outcome;

template <class Map, class Key, class Row>
outcome insert(Map& map, const Key& key, const Row& row) {
    return done_if(map.emplace(key, row).second, outcome::conflict);
}

struct changer {
    model_state& s;

    void saw(row_id row) { s.last_row = std::max(s.last_row, row); }

    bool object_complete(const shipment_row& one) const {
        const auto found = s.objects.find(one.object);
        return found != s.objects.end() && found->second.state == object_state::complete;
    }
    bool text_is_there(const shipment_row& one) const {
        return one.position == 0 ||
               std::none_of(s.shipments.begin(), s.shipments.end(), [&](auto& it) {
                   const auto& other = it.second;
                   return other.message == one.message && other.message != 0 &&
                          other.position == 0 && other.peer == one.peer &&
                          other.state < shipment_state::done;
               });
    }
    void link_receipt(const message_id& id, const bureau_id& origin, row_id receipt) {
        if (s.receipts.contains(receipt)) {
            s.receipt_of.emplace(id, origin, receipt);
        }
    }
    void erase_segments(row_id object) { s.erase_segments(object); }
    template <class Predicate, class Effect>
    outcome each_shipment(Predicate matches, Effect effect) {
        // All are judged before any is changed, as one UPDATE does.
        std::vector<shipment_row> changed;
        for (const auto& [row, one] : s.shipments) {
            if (matches(one)) {
                changed.push_back(one);
                effect(changed.back());
            }
        }
        for (auto& one : changed) {
            s.shipments[one.row] = one;
        }
        return done_if(!changed.empty(), outcome::unchanged);
    }

    outcome operator()(const operation::put_message& o) {
        saw(o.row.row);
        return insert(s.messages, o.row.row, o.row);
    }
    outcome operator()(const operation::put_object& o) {
        saw(o.row.row);
        auto row = o.row;
        row.durable_bytes = 0;
        return insert(s.objects, row.row, row);
    }
    outcome operator()(const operation::put_segment& o) {
        const auto found = s.objects.find(o.object);
        if (found == s.objects.end()) {
            return outcome::conflict;
        }
        auto& object = found->second;
        if (object.state == object_state::purged || object.durable_bytes != o.offset ||
            (object.state != object_state::spooling && o.offset + o.data.size() > object.bytes)) {
            return outcome::conflict;
        }
        object.durable_bytes += o.data.size();
        if (object.state == object_state::expected) {
            object.state = object_state::partial;
        }
        auto& segment = s.segments[{
            o.object, static_cast<std::uint32_t>(o.offset / protocol::limits::segment_bytes)}];
        segment.insert(segment.end(), o.data.begin(), o.data.end());
        return outcome::done;
    }
    outcome operator()(const operation::advance_object& o) {
        const auto found = s.objects.find(o.object);
        if (found == s.objects.end() || found->second.state != o.expected) {
            return outcome::conflict;
        }
        auto& object = found->second;
        object.state = o.state;
        object.changed_at = o.at;
        object.message = o.message.value_or(object.message);
        object.position = o.position.value_or(object.position);
        object.bytes = o.bytes.value_or(object.bytes);
        object.sealed_digest = o.sealed_digest.value_or(object.sealed_digest);
        if (o.state == object_state::purged) {
            erase_segments(o.object);
            object.durable_bytes = 0;
        }
        return outcome::done;
    }
    outcome operator()(const operation::drop_object& o) {
        const auto found = s.objects.find(o.object);
        const bool is_sent = std::any_of(s.shipments.begin(), s.shipments.end(), [&](auto& it) {
            return it.second.object == o.object && it.second.message == 0 &&
                   it.second.state < shipment_state::done;
        });
        if (found == s.objects.end() ||
            (o.only_if_loose && (found->second.message != 0 || is_sent))) {
            return outcome::unchanged;
        }
        s.objects.erase(found);
        erase_segments(o.object);
        std::erase_if(s.shipments, [&](const auto& it) {
            return it.second.object == o.object && it.second.message == 0;
        });
        return outcome::done;
    }
    outcome operator()(const operation::drop_message& o) {
        const auto mine = s.messages.find(o.message);
        const bool another_stays =
            mine != s.messages.end() &&
            std::any_of(s.messages.begin(), s.messages.end(), [&](const auto& it) {
                return it.first != mine->first && it.second.id == mine->second.id &&
                       it.second.origin == mine->second.origin && it.second.purge_at > o.at;
            });
        if (o.message == 0 || another_stays) {
            return outcome::unchanged;
        }
        const bool is_there = mine != s.messages.end();
        s.erase_message(o.message);
        return done_if(is_there, outcome::unchanged);
    }
    outcome operator()(const operation::put_delivery& o) {
        return insert(s.deliveries, std::pair(o.row.message, o.row.recipient), o.row);
    }
    outcome operator()(const operation::advance_delivery& o) {
        const auto found = s.deliveries.find({o.message, o.recipient});
        if (found == s.deliveries.end() || (in_state(found->second.state) & o.expected) == 0 ||
            found->second.changed_at != o.unless_changed_since.value_or(found->second.changed_at)) {
            return o.lenient ? outcome::unchanged : outcome::conflict;
        }
        auto& d = found->second;
        d.state = o.state;
        d.changed_at = o.at;
        d.code = o.code;
        d.text = o.text;
        d.next_hop = o.next_hop.value_or(d.next_hop);
        d.attempt = o.attempt.value_or(d.attempt);
        d.due_at = o.due_at.value_or(d.due_at);
        d.receipt = o.receipt.value_or(d.receipt);
        d.crash_count = o.crash_count.value_or(d.crash_count);
        const auto message = s.messages.find(o.message);
        if (o.receipt.value_or(0) != 0 && message != s.messages.end()) {
            link_receipt(message->second.id, message->second.origin, *o.receipt);
        }
        return outcome::done;
    }
    /// With a courier, and a gateway on the way speaks.
    [[nodiscard]] bool went_to_recipient_itself(const operation::settle_delivery& o) const {
        return o.only_if_sent && std::any_of(s.events.begin(), s.events.end(), [&](const auto& e) {
                   return e.id == o.id && e.origin == o.origin && e.recipient == o.recipient &&
                          e.what == courier_event && e.actor == courier_actor(o.recipient);
               });
    }
    outcome operator()(const operation::settle_delivery& o) {
        delivery_row* best = nullptr;
        std::pair<std::uint8_t, row_id> best_order{};
        for (const auto& [row, m] : s.messages) {
            const auto found = s.deliveries.find({row, o.recipient});
            if (m.id != o.id || m.origin != o.origin || (m.roles & 1) == 0 ||
                found == s.deliveries.end()) {
                continue;
            }
            if (best == nullptr || std::pair(m.attempt, row) > best_order) {
                best = &found->second;
                best_order = {m.attempt, row};
            }
        }
        if (best == nullptr) {
            return outcome::unchanged;
        }
        const bool may_be_with_others =
            best->state == delivery_state::relayed ||
            std::any_of(s.events.begin(), s.events.end(),
                        [&](const auto& e) {
                            return e.id == o.id && e.origin == o.origin &&
                                   e.recipient == o.recipient &&
                                   (e.what == relayed_event || e.what == courier_event);
                        }) ||
            std::any_of(s.shipments.begin(), s.shipments.end(), [&](const auto& it) {
                return it.second.message == best->message && it.second.position == 0 &&
                       (it.second.peer == best->next_hop || it.second.attempt < best->attempt) &&
                       (it.second.in_doubt || it.second.state == shipment_state::done);
            });
        if (o.only_if_sent && !may_be_with_others) {
            return outcome::unchanged;
        }
        if (o.receipt != 0) {
            link_receipt(o.id, o.origin, o.receipt);
        }
        if ((in_state(best->state) & o.expected) == 0) {
            return outcome::unchanged;
        }
        if (o.of_attempt && (best->attempt > 0 || went_to_recipient_itself(o))) {
            if (*o.of_attempt == best->attempt) {
                best->state = best->state == delivery_state::held ? delivery_state::held
                                                                  : delivery_state::deferred;
                best->code = o.code;
                best->text = o.text;
            }
            if (*o.of_attempt == best->attempt || best->state == delivery_state::deferred) {
                best->changed_at = o.at;
                best->due_at = o.at;
            }
            s.events.push_back({o.origin, o.id, o.recipient, o.at,
                                std::string(attempt_failed_event), o.actor, o.code,
                                attempt_text(*o.of_attempt)});
            return outcome::done;
        }
        best->state = o.state;
        best->changed_at = o.at;
        best->code = o.code;
        best->text = o.text;
        best->due_at = o.due_at.value_or(best->due_at);
        if (o.receipt != 0) {
            best->receipt = o.receipt;
        }
        s.events.push_back({o.origin, o.id, o.recipient, o.at, std::string(to_text(o.state)),
                            o.actor, o.code, o.text});
        return outcome::done;
    }
    outcome operator()(const operation::put_shipment& o) {
        saw(o.row.row);
        const auto object = s.objects.find(o.row.object);
        if (!s.shipments.emplace(o.row.row, o.row).second) {
            return outcome::conflict;
        }
        s.shipment_levels[o.row.row] = s.level_of(o.row.message);
        s.shipment_bytes[o.row.row] = object == s.objects.end() ? 0 : object->second.bytes;
        return outcome::done;
    }
    outcome operator()(const operation::advance_shipment& o) {
        const auto found = s.shipments.find(o.shipment);
        if (found == s.shipments.end() || (in_state(found->second.state) & o.expected) == 0) {
            return o.lenient ? outcome::unchanged : outcome::conflict;
        }
        auto& one = found->second;
        one.state = o.state;
        one.changed_at = o.at;
        one.code = o.code;
        one.text = o.text;
        one.due_at = o.due_at.value_or(one.due_at);
        one.in_doubt = o.in_doubt.value_or(one.in_doubt);
        one.tries = o.tries.value_or(one.tries);
        return outcome::done;
    }
    outcome operator()(const operation::revive_shipments& o) {
        return each_shipment(
            [&](const auto& one) {
                return one.peer == o.peer && one.state == shipment_state::done &&
                       object_complete(one);
            },
            [&](auto& one) {
                one.state = shipment_state::ready;
                one.in_doubt = false;
                one.due_at.reset();
                one.changed_at = o.at;
            });
    }
    outcome operator()(const operation::bring_back& o) {
        const auto is_later = [&](const auto& one) { return one.due_at && *one.due_at >= o.since; };
        const auto pull = [&](auto& one) {
            one.due_at = o.at;
            one.changed_at = std::min(one.changed_at, o.at);
        };
        const auto moved = each_shipment(is_later, pull);
        bool any = moved == outcome::done;
        any = change_cases(s, o) == outcome::done || any;
        any = bring_back_clocks(s, o) || any;
        for (auto& [key, one] : s.deliveries) {
            if (!is_later(one)) {
                continue;
            }
            any = true;
            pull(one);
            const auto found = s.messages.find(one.message);
            if (found == s.messages.end() || found->second.received_at < o.since) {
                continue;
            }
            auto& message = found->second;
            if (message.expires_at) {
                *message.expires_at -= message.received_at - o.at;
            }
            message.received_at = o.at;
        }
        return done_if(any, outcome::unchanged);
    }
    outcome operator()(const operation::doubt_shipments& o) {
        return each_shipment(
            [&](const auto& one) {
                return one.peer == o.peer && one.cls == o.cls &&
                       (one.state == shipment_state::ready || one.state == shipment_state::held) &&
                       one.row <= o.upto && !one.in_doubt;
            },
            [](auto& one) { one.in_doubt = true; });
    }
    outcome operator()(const operation::ready_shipments& o) {
        return each_shipment(
            [&](const auto& one) {
                if (one.state != shipment_state::waiting || !object_complete(one)) {
                    return false;
                }
                return o.peer.empty()
                           ? one.object == o.object && text_is_there(one)
                           : one.peer == o.peer && one.message == o.message && one.message != 0;
            },
            [&](auto& one) {
                one.state = shipment_state::ready;
                one.changed_at = o.at;
            });
    }
    outcome operator()(const operation::fail_attachments& o) {
        const auto goes = [&](const shipment_row& one, bool is_text) {
            return one.message == o.message && one.message != 0 && one.peer == o.peer &&
                   one.attempt == o.attempt && (one.position == 0) == is_text;
        };
        for (const auto& [row, one] : s.shipments) {
            if (goes(one, true) && one.state != shipment_state::failed) {
                return outcome::unchanged;
            }
        }
        return each_shipment(
            [&](const auto& one) { return goes(one, false) && one.state < shipment_state::done; },
            [&](auto& one) {
                one.state = shipment_state::failed;
                one.changed_at = o.at;
                one.code = o.code;
                one.text = o.text;
            });
    }
    outcome operator()(const operation::hold_shipments& o) {
        return each_shipment(
            [&](const auto& one) {
                const bool in_range =
                    o.hold ? one.state < shipment_state::held : one.state == shipment_state::held;
                return in_range && (o.peer.empty() || one.peer == o.peer) &&
                       (o.message == 0 || one.message == o.message);
            },
            [&](auto& one) {
                one.state = o.hold                                       ? shipment_state::held
                            : object_complete(one) && text_is_there(one) ? shipment_state::ready
                                                                         : shipment_state::waiting;
                one.due_at.reset();
                one.changed_at = o.at;
            });
    }
    outcome operator()(const operation::put_custody& o) {
        const auto& c = o.row;
        return insert(s.custody, std::tuple(c.id, c.origin, c.attempt, c.recipient), c);
    }
    outcome operator()(const operation::settle_custody& o) {
        const auto found = s.custody.find({o.id, o.origin, o.attempt, o.recipient});
        if (found == s.custody.end()) {
            return outcome::unchanged;
        }
        found->second.handed_on = found->second.handed_on || o.handed_on;
        if (o.outcome) {
            found->second.outcome = o.outcome;
        }
        return outcome::done;
    }
    outcome operator()(const operation::put_inbox& o) {
        const bool exists = std::any_of(s.inbox.begin(), s.inbox.end(), [&](const auto& it) {
            return it.second.origin == o.row.origin && it.second.id == o.row.id;
        });
        return exists ? outcome::conflict : insert(s.inbox, o.row.message, o.row);
    }
    outcome operator()(const operation::complete_inbox& o) {
        const auto found = s.inbox.find(o.message);
        if (found == s.inbox.end() || found->second.complete) {
            return outcome::unchanged;
        }
        found->second.complete = true;
        return outcome::done;
    }
    outcome operator()(const operation::put_assignment& o) {
        return insert(s.assignments, std::pair(o.row.message, o.row.agency), o.row);
    }
    outcome operator()(const operation::advance_assignment& o) {
        const auto found = s.assignments.find({o.message, o.agency});
        if (found == s.assignments.end() || found->second.state != o.expected) {
            return outcome::conflict;
        }
        found->second.state = o.state;
        found->second.reason = o.reason;
        found->second.changed_at = o.at;
        return outcome::done;
    }
    outcome operator()(const operation::put_outcome& o) {
        saw(o.row.row);
        return insert(s.outcomes, o.row.row, o.row);
    }
    outcome operator()(const operation::drop_outcome& o) {
        return done_if(s.outcomes.erase(o.row) > 0, outcome::unchanged);
    }
    outcome operator()(const operation::put_receipt& o) {
        saw(o.row.row);
        for (const auto& [row, one] : s.receipts) {
            if (one.receipt_digest == o.row.receipt_digest && row != o.row.row) {
                return outcome::unchanged;
            }
        }
        if (const auto same = s.receipts.find(o.row.row); same != s.receipts.end()) {
            return same->second.receipt_digest == o.row.receipt_digest ? outcome::unchanged
                                                                       : outcome::conflict;
        }
        return insert(s.receipts, o.row.row, o.row);
    }
    outcome operator()(const operation::put_idempotency& o) {
        return insert(s.idempotency, o.row.key, o.row);
    }
    outcome operator()(const operation::put_event& o) {
        s.events.push_back(o.row);
        return outcome::done;
    }
    outcome operator()(const operation::put_peer& o) {
        s.peers[o.row.peer] = o.row;
        return outcome::done;
    }
    outcome operator()(const operation::put_meta& o) {
        s.meta[o.key] = o.value;
        return outcome::done;
    }
    outcome operator()(const operation::forget_old& o) {
        std::size_t left = o.limit;
        const auto forget = [&](auto& map) {
            std::vector<std::pair<utc_time, typename std::decay_t<decltype(map)>::key_type>> old;
            for (const auto& [key, row] : map) {
                if (row.forget_at < o.before) {
                    old.emplace_back(row.forget_at, key);
                }
            }
            std::sort(old.begin(), old.end());
            old.resize(std::min(old.size(), left));
            for (const auto& [at, key] : old) {
                map.erase(key);
            }
            left -= old.size();
        };
        forget(s.custody);
        forget(s.idempotency);
        forget(s.tombstones);
        return done_if(left < o.limit, outcome::unchanged);
    }
    /// All others are those of bundles, cases and clocks.
    template <class Operation>
    outcome operator()(const Operation& o) {
        return is_of_clocks(change{o}) ? change_clocks(s, o) : change_bundles(s, o);
    }
};

}  // namespace

protocol::result<std::vector<transaction_result>> model_store::apply(
    std::span<const transaction> batch) {
    std::vector<transaction_result> results;
    for (const auto& one : batch) {
        auto& result = results.emplace_back();
        result.token = one.token;
        const model_state before = x_state;
        for (std::size_t at = 0; at < one.changes.size(); ++at) {
            const outcome got = std::visit(changer{x_state}, one.changes[at]);
            if (got == outcome::unchanged) {
                result.unchanged.push_back(at);
            } else if (got == outcome::conflict) {
                x_state = before;
                result.status = transaction_status::conflict;
                result.conflict_index = at;
                result.unchanged.clear();
                break;
            }
        }
    }
    return results;
}

}  // namespace dhow::tests
