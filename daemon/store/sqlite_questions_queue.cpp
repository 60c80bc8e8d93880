// Questions about the queue: what is ready, what is due, how much waits.
// Way of the message: sqlite_store::ask -> [sqlite_questions] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md#queue. Tests: store_contract/queue_test.cpp.
// Limits: inline_body_bytes_max.
#include "daemon/store/sqlite_questions.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::store {

reply question_reader::operator()(const query::load_start&) {
    static const std::string peers = select_from<peer_row>("ORDER BY peer");
    static const std::string spooling = select_from<object_row>("WHERE state = 3 ORDER BY row");
    answer::start out;
    statement meta(x_db, "SELECT key, value FROM meta");
    while (meta.next()) {
        auto key = meta.value<std::string>();
        out.meta[key] = meta.value<std::string>();
    }
    out.peers = rows<peer_row>(peers);
    out.spooling = rows<object_row>(spooling);
    statement last(x_db, "SELECT value FROM counter WHERE name = 'last_row'");
    if (last.next()) {
        last.read(out.last_row);
    }
    return out;
}

/// Handed on and yet in a ready shipment: the peer has lost it and is given it again. Who has
/// answered the text is offered it only for the sake of attachments that are to go by the same way.
/// Of what is called back the peer is only asked whether it has it.
constexpr state_set never_offered = final_states & ~in_state(delivery_state::handed_on);

answer::ready_shipment question_reader::for_offer(shipment_row shipment, bool with_body) {
    static const std::string open_deliveries = select_from<delivery_row>(
        "WHERE message = ?1 AND next_hop = ?2"
        " AND ((1 << state) & ?3 = 0 AND (state <> 4 OR attempt >= ?4)"
        "  OR (1 << state) & ?5 <> 0 AND attempt >= ?4 AND EXISTS (SELECT 1 FROM shipment"
        "   WHERE shipment.message = ?1 AND shipment.message <> 0 AND peer = ?2 AND "
        "shipment.attempt = ?4"
        "   AND position <> 0 AND shipment.state < 4))"
        " AND (?6 <> 0 OR NOT EXISTS (SELECT 1 FROM message JOIN tombstone"
        "  ON tombstone.id = message.id AND tombstone.origin = message.origin JOIN custody"
        "  ON custody.id = tombstone.called_by AND custody.origin = tombstone.origin"
        "  WHERE message.row = ?1 AND custody.recipient = delivery.recipient))"
        " ORDER BY recipient");
    answer::ready_shipment out;
    out.shipment = std::move(shipment);
    out.object = object_at(out.shipment.object).value_or(object_row{});
    if (out.shipment.message != 0) {
        out.message = message_at(out.shipment.message);
        out.deliveries = rows<delivery_row>(open_deliveries, out.shipment.message,
                                            out.shipment.peer, never_offered, out.shipment.attempt,
                                            answered_states, out.shipment.in_doubt);
    }
    if (with_body && out.object.state == object_state::complete &&
        out.object.bytes <= protocol::limits::inline_body_bytes_max) {
        out.inline_body = segment_of(out.object.row, 0).data.value_or(protocol::bytes{});
    }
    return out;
}

reply question_reader::operator()(const query::load_ready& what) {
    static const std::string sql = select_from<shipment_row>(
        "WHERE peer = ? AND cls = ? AND state = 0 AND row > ? AND bytes <= ? AND level <= ?"
        " AND (created_at <= ? OR level > ?) ORDER BY row LIMIT ?");
    answer::ready out;
    auto found = rows<shipment_row>(sql, what.peer, what.cls, what.after, what.bytes_max,
                                    what.level_max, what.made_by, what.waits_upto, what.limit + 1);
    out.more = found.size() > what.limit;
    found.resize(std::min(found.size(), what.limit));
    for (auto& shipment : found) {
        out.rows.push_back(for_offer(std::move(shipment), true));
    }
    return out;
}

reply question_reader::operator()(const query::load_shipment& what) {
    static const std::string sql = select_from<shipment_row>("WHERE row = ? AND state = 0");
    answer::ready out;
    if (auto found = row<shipment_row>(sql, what.shipment)) {
        out.rows.push_back(for_offer(std::move(*found), true));
    }
    return out;
}

reply question_reader::operator()(const query::load_waiting_receipts& what) {
    static const std::string sql = select_from<shipment_row>(
        "WHERE message = 0 AND state < 3 AND row > ? ORDER BY row LIMIT ?");
    answer::ready out;
    auto found = rows<shipment_row>(sql, what.after, what.limit + 1);
    out.more = found.size() > what.limit;
    found.resize(std::min(found.size(), what.limit));
    for (auto& shipment : found) {
        out.rows.push_back(for_offer(std::move(shipment), false));
    }
    return out;
}

// The counters say which (peer, class, state) have shipments at all, so that a page costs a look
// into the
// index for each of those, however many shipments are done.
reply question_reader::operator()(const query::list_queue& what) {
    static const std::string page = select_from<shipment_row>(
        "WHERE peer = ? AND cls = ? AND state = ? AND row > ? ORDER BY row LIMIT ?");
    const std::size_t limit = what.limit + 1;
    std::vector<shipment_row> found;
    statement streams(x_db,
                      "SELECT DISTINCT peer, cls, state FROM queue_count"
                      " WHERE shipments > 0 AND (?1 = '' OR peer = ?1)",
                      what.peer);
    while (streams.next()) {
        bureau_id peer;
        message_class cls{};
        shipment_state state{};
        streams.read(peer, cls, state);
        auto some = rows<shipment_row>(page, peer, cls, state, what.after, limit);
        found.insert(found.end(), std::make_move_iterator(some.begin()),
                     std::make_move_iterator(some.end()));
        std::sort(found.begin(), found.end(),
                  [](const auto& a, const auto& b) { return a.row < b.row; });
        found.resize(std::min(found.size(), limit));
    }
    answer::queue out;
    out.more = found.size() > what.limit;
    found.resize(std::min(found.size(), what.limit));
    for (auto& shipment : found) {
        out.rows.push_back(for_offer(std::move(shipment), false));
    }
    return out;
}

namespace {

void add(answer::queue_line& line, shipment_state state, bool in_doubt, std::uint64_t count) {
    switch (state) {
        case shipment_state::ready:
            (in_doubt ? line.in_doubt : line.ready) += count;
            break;
        case shipment_state::waiting:
            line.waiting += count;
            break;
        case shipment_state::deferred:
            line.deferred += count;
            break;
        case shipment_state::held:
            line.held += count;
            break;
        case shipment_state::done:
        case shipment_state::failed:
            break;
    }
}

}  // namespace

reply question_reader::operator()(const query::summarise_queue&) {
    answer::queue_summary out;
    statement counts(x_db,
                     "SELECT peer, cls, state, in_doubt, shipments, bytes FROM queue_count"
                     " WHERE shipments > 0 ORDER BY peer, cls, state, in_doubt");
    while (counts.next()) {
        bureau_id peer;
        message_class cls{};
        shipment_state state{};
        bool in_doubt = false;
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;
        counts.read(peer, cls, state, in_doubt, count, bytes);
        if (out.rows.empty() || out.rows.back().peer != peer || out.rows.back().cls != cls) {
            out.rows.emplace_back();
            out.rows.back().peer = peer;
            out.rows.back().cls = cls;
        }
        add(out.rows.back(), state, in_doubt, count);
        out.rows.back().bytes += bytes;
    }
    for (auto& line : out.rows) {
        row_id lowest = 0;
        for (const int state : {0, 1, 2, 3}) {
            statement first(x_db,
                            "SELECT row, created_at FROM shipment WHERE peer = ? AND cls = ?"
                            " AND state = ? ORDER BY row LIMIT 1",
                            line.peer, line.cls, state);
            if (!first.next()) {
                continue;
            }
            row_id row = 0;
            utc_time made_at{};
            first.read(row, made_at);
            if (lowest == 0 || row < lowest) {
                lowest = row;
                line.oldest = made_at;
            }
            if (state == 0) {
                line.oldest_ready = made_at;
            }
        }
        for (const auto level : protocol::levels_above_lowest) {
            statement first(x_db,
                            "SELECT created_at FROM shipment WHERE peer = ? AND cls = ?"
                            " AND level = ? AND level > 1 AND state = 0 ORDER BY row LIMIT 1",
                            line.peer, line.cls, level);
            if (first.next()) {
                line.oldest_of_level[static_cast<std::size_t>(level)] = first.value<utc_time>();
            }
        }
    }
    return out;
}

/// From rows of (row, time, whether it can go).
static answer::purges page_of_purges(statement& found, purge_place last, std::size_t limit) {
    answer::purges out;
    std::size_t count = 0;
    while (found.next()) {
        bool can_go = false;
        found.read(last.row, last.at, can_go);
        if (can_go) {
            out.rows.push_back(last.is_among_objects ? answer::purge{0, last.row}
                                                     : answer::purge{last.row, 0});
        }
        count += 1;
    }
    if (count == limit) {
        out.next = last;
    }
    return out;
}

// Bounded by the rows that are read, not by those that can go: what waits for an absent bureau is
// old and stays.
answer::purges question_reader::purge_messages(const query::find_purges& what) {
    statement closed(x_db,
                     "SELECT row, purge_at,"
                     " NOT EXISTS (SELECT 1 FROM message AS copy"
                     "  WHERE copy.id = old.id AND copy.origin = old.origin AND ("
                     "   copy.purge_at > ?1"
                     "   OR EXISTS (SELECT 1 FROM delivery WHERE delivery.message = copy.row"
                     "    AND (1 << delivery.state)"
                     "     & (CASE copy.row WHEN old.row THEN ?2 ELSE ?3 END) = 0)"
                     "   OR EXISTS (SELECT 1 FROM shipment WHERE shipment.message = copy.row"
                     "    AND shipment.message <> 0 AND shipment.state < 4"
                     "    AND NOT (shipment.state = 1 AND (coalesce(copy.expires_at <= ?1, 0)"
                     "      AND EXISTS (SELECT 1 FROM object"
                     "       WHERE object.row = shipment.object AND object.state <> 2)"
                     "     OR NOT EXISTS (SELECT 1 FROM shipment AS first"
                     "       WHERE first.message = copy.row AND first.message <> 0"
                     "       AND first.position = 0 AND first.peer = shipment.peer"
                     "       AND first.state <= 4))))"
                     "   OR EXISTS (SELECT 1 FROM assignment WHERE assignment.message = copy.row"
                     "    AND assignment.state = 0)))"
                     " FROM (SELECT row, id, origin, purge_at FROM message"
                     "  WHERE purge_at <= ?1 AND (purge_at, row) > (?4, ?5)"
                     "  ORDER BY purge_at, row LIMIT ?6) AS old ORDER BY purge_at, row",
                     what.now, settled_states,
                     settled_states | in_state(delivery_state::quarantined), what.from.at,
                     what.from.row, what.limit);
    auto out = page_of_purges(closed, {}, what.limit);
    if (!out.next) {
        out.next = purge_place{.is_among_objects = true};
    }
    return out;
}

answer::purges question_reader::purge_objects(const query::find_purges& what) {
    statement stale(x_db,
                    "SELECT row, changed_at,"
                    " (state <> 1 OR changed_at < ?2)"
                    " AND NOT EXISTS (SELECT 1 FROM shipment WHERE shipment.object = object.row"
                    "  AND shipment.message = 0 AND (shipment.state < 4 OR"
                    "   shipment.changed_at >= ?1))"
                    " FROM object WHERE message = 0 AND changed_at < ?1"
                    " AND (changed_at, row) > (?3, ?4) ORDER BY changed_at, row LIMIT ?5",
                    what.stale_before, what.partial_before, what.from.at, what.from.row,
                    what.limit);
    return page_of_purges(stale, {.is_among_objects = true}, what.limit);
}

reply question_reader::operator()(const query::find_purges& what) {
    return what.from.is_among_objects ? purge_objects(what) : purge_messages(what);
}

std::optional<utc_time> question_reader::next_due(utc_time now) {
    statement next(
        x_db,
        "SELECT min(at) FROM ("
        " SELECT min(due_at) AS at FROM delivery WHERE due_at IS NOT NULL AND due_at > ?1"
        " UNION ALL"
        " SELECT min(due_at) FROM shipment WHERE due_at IS NOT NULL AND due_at > ?1)",
        now);
    next.next();
    return next.value<std::optional<utc_time>>();
}

reply question_reader::operator()(const query::load_due& what) {
    static const std::string deliveries = select_from<delivery_row>(
        "WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, message, recipient LIMIT ?");
    static const std::string shipments = select_from<shipment_row>(
        "WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, row LIMIT ?");
    const std::size_t limit = what.limit + 1;
    answer::due out;
    out.deliveries = rows<delivery_row>(deliveries, what.now, limit);
    out.shipments = rows<shipment_row>(shipments, what.now, limit);
    const bool cut_short = std::max(out.deliveries.size(), out.shipments.size()) > what.limit;
    out.deliveries.resize(std::min(out.deliveries.size(), what.limit));
    out.shipments.resize(std::min(out.shipments.size(), what.limit));
    out.next = cut_short ? what.now : next_due(what.now);
    return out;
}

}  // namespace dhow::store
