// The questions of operations.hpp on maps.
#include "protocol/limits.hpp"
#include "tests/store_contract/model_store.hpp"

#include <algorithm>

namespace dhow::tests {

namespace {

template <class Row>
bool shorten(std::vector<Row>& rows, std::size_t limit) {
    const bool more = rows.size() > limit;
    rows.resize(std::min(rows.size(), limit));
    return more;
}

template <class Map, class Predicate>
auto select(const Map& map, Predicate matches) {
    std::vector<typename Map::mapped_type> out;
    for (const auto& [key, row] : map) {
        if (matches(row)) {
            out.push_back(row);
        }
    }
    return out;
}

struct answerer {
    const model_state& s;

    answer::ready_shipment for_offer(const shipment_row& shipment, bool with_body) const {
        answer::ready_shipment out;
        out.shipment = shipment;
        if (const auto it = s.objects.find(shipment.object); it != s.objects.end()) {
            out.object = it->second;
        }
        if (const auto it = s.messages.find(shipment.message); it != s.messages.end()) {
            out.message = it->second;
        }
        if (shipment.message != 0) {
            const auto attachments_go =
                !select(s.shipments, [&](const auto& other) {
                     return other.message == shipment.message && other.peer == shipment.peer &&
                            other.attempt == shipment.attempt && other.position != 0 &&
                            other.state < shipment_state::done;
                 }).empty();
            constexpr auto closed = final_states & ~in_state(delivery_state::handed_on);
            out.deliveries = select(s.deliveries, [&](const auto& d) {
                const bool is_of_this_attempt = d.attempt >= shipment.attempt;
                const bool is_open = (in_state(d.state) & closed) == 0 &&
                                     (d.state != delivery_state::relayed || is_of_this_attempt);
                const bool lacks_parts = (in_state(d.state) & answered_states) != 0 &&
                                         is_of_this_attempt && attachments_go;
                const bool may_go = shipment.in_doubt || !out.message ||
                                    !is_called_back(s, *out.message, d.recipient);
                return d.message == shipment.message && d.next_hop == shipment.peer && may_go &&
                       (is_open || lacks_parts);
            });
        }
        const auto body = s.segments.find({shipment.object, 0});
        if (with_body && out.object.state == object_state::complete &&
            out.object.bytes <= protocol::limits::inline_body_bytes_max &&
            body != s.segments.end()) {
            out.inline_body = body->second;
        }
        return out;
    }
    protocol::confidentiality level_of(const shipment_row& shipment) const {
        return s.shipment_levels.at(shipment.row);
    }
    std::vector<assignment_row> assignments(row_id message, const std::string& agency) const {
        return select(s.assignments, [&](const auto& a) {
            return a.message == message && (agency.empty() || a.agency == agency);
        });
    }
    /// Those that belong to another attempt of the same message.
    std::vector<object_row> shared_attachments(const message_row& message) const {
        return select(s.objects, [&](const auto& o) {
            const auto owner = s.messages.find(o.message);
            return owner != s.messages.end() && o.message != message.row && o.position > 0 &&
                   owner->second.id == message.id && owner->second.origin == message.origin &&
                   o.state != object_state::purged;
        });
    }
    answer::full_message everything(const message_row& message) const {
        answer::full_message out;
        const row_id at = message.row;
        out.message = message;
        out.deliveries = select(s.deliveries, [&](const auto& d) { return d.message == at; });
        out.objects = select(s.objects, [&](const auto& o) { return o.message == at; });
        std::stable_sort(out.objects.begin(), out.objects.end(),
                         [](const auto& a, const auto& b) { return a.position < b.position; });
        for (const auto& object : shared_attachments(message)) {
            const auto own =
                std::find_if(out.objects.begin(), out.objects.end(),
                             [&](const auto& one) { return one.position == object.position; });
            if (own == out.objects.end()) {
                out.objects.push_back(object);
            } else if (own->state != object_state::complete &&
                       object.state == object_state::complete &&
                       own->sealed_digest == object.sealed_digest) {
                *own = object;
            }
        }
        std::stable_sort(out.objects.begin(), out.objects.end(),
                         [](const auto& a, const auto& b) { return a.position < b.position; });
        out.shipments = select(s.shipments, [&](const auto& one) { return one.message == at; });
        if (const auto it = s.inbox.find(at); it != s.inbox.end()) {
            out.inbox = it->second;
        }
        out.assignments = assignments(at, "");
        return out;
    }
    answer::inbox_item item(const inbox_row& row, const std::string& agency) const {
        const auto message = s.messages.find(row.message);
        return {row, message == s.messages.end() ? message_row{} : message->second,
                assignments(row.message, agency)};
    }

    reply operator()(const query::load_start&) const {
        answer::start out;
        out.meta = s.meta;
        out.last_row = s.last_row;
        out.peers = select(s.peers, [](const auto&) { return true; });
        out.spooling =
            select(s.objects, [](const auto& o) { return o.state == object_state::spooling; });
        return out;
    }
    reply operator()(const query::load_ready& q) const {
        auto found = select(s.shipments, [&](const auto& one) {
            const bool fits =
                s.shipment_bytes.at(one.row) <= static_cast<std::uint64_t>(q.bytes_max);
            return one.peer == q.peer && one.cls == q.cls && one.row > q.after &&
                   one.state == shipment_state::ready && fits && level_of(one) <= q.level_max &&
                   (one.created_at <= q.made_by || level_of(one) > q.waits_upto);
        });
        answer::ready out;
        out.more = shorten(found, q.limit);
        for (const auto& one : found) {
            out.rows.push_back(for_offer(one, true));
        }
        return out;
    }
    reply operator()(const query::load_shipment& q) const {
        answer::ready out;
        const auto it = s.shipments.find(q.shipment);
        if (it != s.shipments.end() && it->second.state == shipment_state::ready) {
            out.rows.push_back(for_offer(it->second, true));
        }
        return out;
    }
    reply operator()(const query::load_waiting_receipts& q) const {
        auto found = select(s.shipments, [&](const auto& one) {
            return one.message == 0 && one.row > q.after && one.state < shipment_state::held;
        });
        answer::ready out;
        out.more = shorten(found, q.limit);
        for (const auto& one : found) {
            out.rows.push_back(for_offer(one, false));
        }
        return out;
    }
    /// For an attachment that has not come in time; it does not keep its message.
    bool waits_in_vain(const message_row& m, const shipment_row& one, utc_time now) const {
        const auto object = s.objects.find(one.object);
        const bool is_over = m.expires_at && *m.expires_at <= now && object != s.objects.end() &&
                             object->second.state != object_state::complete;
        const bool text_went = std::any_of(s.shipments.begin(), s.shipments.end(), [&](auto& it) {
            return it.second.message == m.row && it.second.position == 0 &&
                   it.second.peer == one.peer && it.second.state <= shipment_state::done;
        });
        return one.state == shipment_state::waiting && (is_over || !text_went);
    }
    bool is_open(const message_row& m, utc_time now) const {
        return std::ranges::any_of(s.messages, [&](const auto& it) {
            const auto& copy = it.second;
            return copy.id == m.id && copy.origin == m.origin &&
                   (copy.purge_at > now || is_waited_for(copy, copy.row == m.row, now));
        });
    }
    bool is_waited_for(const message_row& m, bool is_itself, utc_time now) const {
        const auto settled =
            is_itself ? settled_states : settled_states | in_state(delivery_state::quarantined);
        return std::ranges::any_of(s.deliveries,
                                   [&](const auto& it) {
                                       return it.first.first == m.row &&
                                              (in_state(it.second.state) & settled) == 0;
                                   }) ||
               std::ranges::any_of(s.shipments,
                                   [&](const auto& it) {
                                       return it.second.message == m.row &&
                                              it.second.state < shipment_state::done &&
                                              !waits_in_vain(m, it.second, now);
                                   }) ||
               std::ranges::any_of(s.assignments, [&](const auto& it) {
                   return it.first.first == m.row && it.second.state == assignment_state::offered;
               });
    }
    bool goes_with_a_shipment(row_id object, utc_time since) const {
        return std::ranges::any_of(s.shipments, [&](const auto& it) {
            const auto& one = it.second;
            return one.object == object && one.message == 0 &&
                   (one.state < shipment_state::done || one.changed_at >= since);
        });
    }
    reply operator()(const query::find_purges& q) const {
        answer::purges out;
        const auto is_behind = [&](utc_time at, row_id row) {
            return std::pair(at, row) > std::pair(q.from.at, q.from.row);
        };
        if (!q.from.is_among_objects) {
            auto old = select(s.messages, [&](const auto& m) {
                return m.purge_at <= q.now && is_behind(m.purge_at, m.row);
            });
            std::stable_sort(old.begin(), old.end(),
                             [](const auto& a, const auto& b) { return a.purge_at < b.purge_at; });
            old.resize(std::min(old.size(), q.limit));
            for (const auto& m : old) {
                if (!is_open(m, q.now)) {
                    out.rows.push_back({m.row, 0});
                }
            }
            out.next = old.size() == q.limit
                           ? purge_place{false, old.back().purge_at, old.back().row}
                           : purge_place{.is_among_objects = true};
            return out;
        }
        auto old = select(s.objects, [&](const auto& o) {
            return o.message == 0 && o.changed_at < q.stale_before &&
                   is_behind(o.changed_at, o.row);
        });
        std::stable_sort(old.begin(), old.end(),
                         [](const auto& a, const auto& b) { return a.changed_at < b.changed_at; });
        old.resize(std::min(old.size(), q.limit));
        for (const auto& o : old) {
            const bool is_needed =
                o.state == object_state::partial && o.changed_at >= q.partial_before;
            if (!is_needed && !goes_with_a_shipment(o.row, q.stale_before)) {
                out.rows.push_back({0, o.row});
            }
        }
        if (old.size() == q.limit) {
            out.next = purge_place{true, old.back().changed_at, old.back().row};
        }
        return out;
    }
    reply operator()(const query::load_due& q) const {
        const auto due = [&](const auto& row) { return row.due_at && *row.due_at <= q.now; };
        const auto earlier = [](const auto& a, const auto& b) { return a.due_at < b.due_at; };
        answer::due out;
        out.deliveries = select(s.deliveries, due);
        std::stable_sort(out.deliveries.begin(), out.deliveries.end(), earlier);
        out.shipments = select(s.shipments, due);
        std::stable_sort(out.shipments.begin(), out.shipments.end(), earlier);
        bool cut = shorten(out.deliveries, q.limit);
        cut = shorten(out.shipments, q.limit) || cut;
        if (cut) {
            out.next = q.now;
            return out;
        }
        const auto consider = [&](std::optional<utc_time> at) {
            if (at && *at > q.now && (!out.next || *at < *out.next)) {
                out.next = at;
            }
        };
        for (const auto& [key, d] : s.deliveries) {
            consider(d.due_at);
        }
        for (const auto& [key, one] : s.shipments) {
            consider(one.due_at);
        }
        return out;
    }
    reply operator()(const query::find_message& q) const {
        answer::messages out;
        for (const auto& [row, m] : s.messages) {
            if (m.id == q.id && (q.origin.empty() || m.origin == q.origin)) {
                out.rows.push_back(everything(m));
            }
        }
        return out;
    }
    reply operator()(const query::load_message& q) const {
        answer::messages out;
        if (const auto it = s.messages.find(q.message); it != s.messages.end()) {
            out.rows.push_back(everything(it->second));
        }
        return out;
    }
    reply operator()(const query::find_object& q) const {
        answer::object out;
        for (const auto& [row, o] : s.objects) {
            const bool is_unfinished = o.state < object_state::complete;
            if (o.sealed_digest != q.sealed_digest || !is_unfinished) {
                continue;
            }
            const bool exact = o.from_peer == q.from_peer;
            if (!exact && !q.from_peer.empty() && !o.from_peer.empty()) {
                continue;
            }
            if (!out.row || (exact && out.row->from_peer != q.from_peer)) {
                out.row = o;
            }
        }
        return out;
    }
    reply operator()(const query::find_attachment& q) const {
        const object_row* best = nullptr;
        std::tuple<int, row_id, int, row_id> best_order{};
        for (const auto& [row, o] : s.objects) {
            const auto m = s.messages.find(o.message);
            if (m == s.messages.end() || m->second.id != q.id || m->second.origin != q.origin ||
                o.sealed_digest != q.sealed_digest || o.position == 0) {
                continue;
            }
            const std::tuple<int, row_id, int, row_id> order{m->second.attempt, m->first,
                                                             -o.position, -row};
            if (best == nullptr || order > best_order) {
                best = &o;
                best_order = order;
            }
        }
        return answer::object{best == nullptr ? std::nullopt : std::optional(*best)};
    }
    reply operator()(const query::load_segment& q) const {
        answer::segment out;
        const auto it = s.segments.find({q.object, q.index});
        if (it != s.segments.end()) {
            out.data = it->second;
        }
        return out;
    }
    reply operator()(const query::find_custody& q) const {
        return answer::custody{select(s.custody, [&](const auto& c) {
            return c.id == q.id && c.origin == q.origin && c.attempt == q.attempt;
        })};
    }
    reply operator()(const query::find_inbox& q) const {
        answer::inbox out;
        for (const auto& [row, one] : s.inbox) {
            if (one.id == q.id && (q.origin.empty() || one.origin == q.origin)) {
                out.rows.push_back(item(one, ""));
            }
        }
        return out;
    }
    reply operator()(const query::list_inbox& q) const {
        std::set<row_id> rows;
        for (const auto& [key, a] : s.assignments) {
            if ((q.agency.empty() || a.agency == q.agency) &&
                (!q.open_only || a.state == assignment_state::offered)) {
                rows.insert(a.message);
            }
        }
        if (q.agency.empty() && !q.open_only) {
            rows.clear();
            for (const auto& [row, one] : s.inbox) {
                rows.insert(row);
            }
        }
        std::vector<row_id> page(rows.upper_bound(q.after), rows.end());
        answer::inbox out;
        out.more = shorten(page, q.limit);
        for (const row_id row : page) {
            if (const auto it = s.inbox.find(row); it != s.inbox.end()) {
                out.rows.push_back(item(it->second, q.agency));
            }
        }
        return out;
    }
    reply operator()(const query::load_events& q) const {
        answer::events out;
        for (const auto& e : s.events) {
            if (e.id == q.id && (q.origin.empty() || e.origin == q.origin) &&
                (q.what.empty() || e.what == q.what || e.what == q.or_what ||
                 e.what == q.or_else)) {
                out.rows.push_back(e);
            }
        }
        return out;
    }
    reply operator()(const query::load_receipts& q) const {
        return answer::receipts{select(s.receipts, [&](const auto& r) {
            return s.receipt_of.contains({q.id, q.origin, r.row});
        })};
    }
    reply operator()(const query::load_outcomes& q) const {
        answer::outcomes out{select(s.outcomes, [&](const auto& o) { return o.row > q.after; })};
        shorten(out.rows, q.limit);
        return out;
    }
    reply operator()(const query::load_unopened& q) const {
        answer::unopened out{select(s.deliveries, [&](const auto& d) {
            return d.state == delivery_state::received && d.message > q.after;
        })};
        shorten(out.rows, q.limit);
        return out;
    }
    reply operator()(const query::load_incomplete& q) const {
        answer::incomplete out;
        for (const auto& [row, one] : s.inbox) {
            if (!one.complete && row > q.after) {
                out.messages.push_back(row);
            }
        }
        shorten(out.messages, q.limit);
        return out;
    }
    reply operator()(const query::load_partials& q) const {
        answer::partials out{select(s.objects, [&](const auto& o) {
            const bool is_attachment = o.message != 0 && o.position > 0 && o.from_peer.empty();
            const bool is_of_peer =
                o.from_peer == q.from_peer ||
                (is_attachment && std::ranges::any_of(s.objects, [&](const auto& t) {
                     return t.second.message == o.message && t.second.position == 0 &&
                            t.second.from_peer == q.from_peer;
                 }));
            return is_of_peer && o.state == object_state::partial;
        })};
        std::reverse(out.rows.begin(), out.rows.end());
        shorten(out.rows, q.limit);
        return out;
    }
    reply operator()(const query::find_idempotency& q) const {
        const auto it = s.idempotency.find(q.key);
        return answer::idempotency{it == s.idempotency.end() ? std::nullopt
                                                             : std::optional(it->second)};
    }
    reply operator()(const query::summarise_queue&) const {
        std::map<std::pair<bureau_id, message_class>, answer::queue_line> lines;
        for (const auto& [row, one] : s.shipments) {
            if (one.state >= shipment_state::done) {
                continue;
            }
            auto& line = lines[{one.peer, one.cls}];
            line.peer = one.peer;
            line.cls = one.cls;
            line.bytes += s.shipment_bytes.at(row);
            line.oldest = line.oldest.value_or(one.created_at);
            if (one.state == shipment_state::ready) {
                line.oldest_ready = line.oldest_ready.value_or(one.created_at);
                const auto level = s.shipment_levels.at(row);
                if (std::ranges::find(protocol::levels_above_lowest, level) !=
                    protocol::levels_above_lowest.end()) {
                    auto& oldest = line.oldest_of_level[static_cast<std::size_t>(level)];
                    oldest = oldest.value_or(one.created_at);
                }
            }
            line.ready += one.state == shipment_state::ready && !one.in_doubt;
            line.in_doubt += one.state == shipment_state::ready && one.in_doubt;
            line.waiting += one.state == shipment_state::waiting;
            line.deferred += one.state == shipment_state::deferred;
            line.held += one.state == shipment_state::held;
        }
        return answer::queue_summary{select(lines, [](const auto&) { return true; })};
    }
    reply operator()(const query::list_queue& q) const {
        auto found = select(s.shipments, [&](const auto& one) {
            return (q.peer.empty() || one.peer == q.peer) && one.row > q.after &&
                   one.state < shipment_state::done;
        });
        answer::queue out;
        out.more = shorten(found, q.limit);
        for (const auto& one : found) {
            out.rows.push_back(for_offer(one, false));
        }
        return out;
    }
    reply operator()(const query::measure&) const {
        answer::measures out;
        out.messages = s.messages.size();
        for (const auto& [key, a] : s.assignments) {
            out.inbox_open += a.state == assignment_state::offered;
        }
        out.clocks_open = static_cast<std::uint64_t>(std::ranges::count_if(
            s.clocks, [](const auto& it) { return it.second.state < clock_state::answered; }));
        return out;
    }
    reply operator()(const query::back_up&) const { return answer::backup{.done = true}; }
    reply operator()(const query::check&) const { return answer::verdict{.ok = true}; }
    /// All others are those of bundles and clocks.
    template <class Query>
    reply operator()(const Query& q) const {
        return is_of_clocks(question{q}) ? ask_clocks(s, q) : ask_bundles(s, q);
    }
};

}  // namespace

protocol::result<reply> model_store::ask(const question& what) {
    return std::visit(answerer{x_state}, what);
}

}  // namespace dhow::tests
