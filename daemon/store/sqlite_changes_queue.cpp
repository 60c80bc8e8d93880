// Changes of deliveries and shipments: the queue.
// Way of the message: sqlite_store::apply -> [sqlite_changes] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md#states. Tests: store_contract/queue_test.cpp.
// Limits: none.
#include "daemon/store/names.hpp"
#include "daemon/store/sqlite_changes.hpp"
#include "daemon/store/sqlite_rows.hpp"

namespace dhow::store {

namespace {

// Of a shipment: its object is complete.
const std::string object_is_complete =
    "EXISTS (SELECT 1 FROM object WHERE object.row = shipment.object AND object.state = 2)";
// Of a shipment: it is the text, or no text goes to that peer any more (it has it, or it failed).
const std::string text_is_there =
    "(shipment.position = 0 OR NOT EXISTS (SELECT 1 FROM shipment AS first"
    " WHERE first.message = shipment.message AND first.message <> 0 AND first.position = 0"
    " AND first.peer = shipment.peer AND first.state < 4))";

}  // namespace

change_result change_writer::operator()(const operation::put_delivery& what) {
    statement put(x_db, insert_into<delivery_row>(), mapping<delivery_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::advance_delivery& what) {
    statement move(x_db,
                   "UPDATE delivery SET state = ?1, changed_at = ?2, code = ?3, text = ?4,"
                   " next_hop = coalesce(?5, next_hop), attempt = coalesce(?6, attempt),"
                   " due_at = CASE ?7 WHEN 1 THEN ?8 ELSE due_at END,"
                   " receipt = coalesce(?9, receipt), crash_count = coalesce(?10, crash_count)"
                   " WHERE message = ?11 AND recipient = ?12 AND (1 << state) & ?13 <> 0"
                   " AND changed_at = coalesce(?14, changed_at)",
                   what.state, what.at, what.code, what.text, what.next_hop, what.attempt,
                   what.due_at.has_value(), what.due_at.value_or(std::nullopt), what.receipt,
                   what.crash_count, what.message, what.recipient, what.expected,
                   what.unless_changed_since);
    move.run();
    if (x_db.changed_rows() == 0) {
        return what.lenient ? change_result::unchanged : change_result::conflict;
    }
    if (what.receipt.value_or(0) != 0) {
        statement find(x_db, "SELECT origin, id FROM message WHERE row = ?", what.message);
        if (find.next()) {
            bureau_id origin;
            message_id id;
            find.read(origin, id);
            link_receipt(origin, id, *what.receipt);
        }
    }
    return change_result::done;
}

change_result change_writer::operator()(const operation::settle_delivery& what) {
    static const std::string relayed(relayed_event);
    static const std::string courier(courier_event);
    const std::string to_it = courier_actor(what.recipient);
    // By CASE, so that the usual word, the recipient's own, looks for nothing more.
    statement find(x_db,
                   "SELECT delivery.message, delivery.state, delivery.attempt,"
                   " CASE WHEN ?4 = 0 OR delivery.state = 4 THEN 1"
                   " WHEN EXISTS (SELECT 1 FROM event WHERE event.id = message.id"
                   "  AND event.origin = message.origin AND event.recipient = delivery.recipient"
                   "  AND event.what IN (?5, ?6)) THEN 1"
                   " WHEN EXISTS (SELECT 1 FROM shipment WHERE shipment.message = message.row"
                   "  AND shipment.message <> 0 AND shipment.position = 0"
                   "  AND (shipment.peer = delivery.next_hop"
                   "   OR shipment.attempt < delivery.attempt)"
                   "  AND (shipment.in_doubt <> 0 OR shipment.state = 4)) THEN 1 ELSE 0 END,"
                   " ?4 <> 0 AND EXISTS (SELECT 1 FROM event WHERE event.id = message.id"
                   "  AND event.origin = message.origin AND event.recipient = delivery.recipient"
                   "  AND event.what = ?6 AND event.actor = ?7)"
                   " FROM message JOIN delivery"
                   " ON delivery.message = message.row AND delivery.recipient = ?1"
                   " WHERE message.id = ?2 AND message.origin = ?3 AND message.roles & 1 <> 0"
                   " ORDER BY message.attempt DESC, message.row DESC LIMIT 1",
                   what.recipient, what.id, what.origin, what.only_if_sent, relayed, courier,
                   to_it);
    if (!find.next()) {
        return change_result::unchanged;
    }
    row_id message = 0;
    delivery_state state{};
    std::uint8_t attempt = 0;
    bool counts = false, is_carried = false;
    find.read(message, state, attempt, counts, is_carried);
    if (!counts) {
        return change_result::unchanged;
    }
    if (what.receipt != 0) {
        link_receipt(what.origin, what.id, what.receipt);  // It is evidence all the same.
    }
    if ((in_state(state) & what.expected) == 0) {
        return change_result::unchanged;
    }
    if (what.of_attempt && (attempt > 0 || is_carried)) {
        return attempt_failed(message, *what.of_attempt, *what.of_attempt == attempt, what);
    }
    statement move(x_db,
                   "UPDATE delivery SET state = ?1, changed_at = ?2, code = ?3, text = ?4,"
                   " due_at = CASE ?5 WHEN 1 THEN ?6 ELSE due_at END,"
                   " receipt = CASE ?7 WHEN 0 THEN receipt ELSE ?7 END"
                   " WHERE message = ?8 AND recipient = ?9",
                   what.state, what.at, what.code, what.text, what.due_at.has_value(),
                   what.due_at.value_or(std::nullopt), what.receipt, message, what.recipient);
    move.run();
    return (*this)(
        operation::put_event{{what.origin, what.id, what.recipient, what.at,
                              std::string(to_text(what.state)), what.actor, what.code, what.text}});
}

change_result change_writer::attempt_failed(row_id message, std::uint8_t attempt, bool is_last,
                                            const operation::settle_delivery& what) {
    if (is_last) {
        statement(x_db,
                  "UPDATE delivery SET state = CASE state WHEN 10 THEN 10 ELSE 9 END,"
                  " changed_at = ?1, code = ?2, text = ?3, due_at = ?1"
                  " WHERE message = ?4 AND recipient = ?5",
                  what.at, what.code, what.text, message, what.recipient)
            .run();
    } else {
        statement(x_db,
                  "UPDATE delivery SET due_at = ?1, changed_at = ?1"
                  " WHERE message = ?2 AND recipient = ?3 AND state = 9",
                  what.at, message, what.recipient)
            .run();
    }
    return (*this)(operation::put_event{{what.origin, what.id, what.recipient, what.at,
                                         std::string(attempt_failed_event), what.actor, what.code,
                                         attempt_text(attempt)}});
}

void change_writer::link_receipt(const bureau_id& origin, const message_id& id, row_id receipt) {
    // The row of a receipt that came again was not written and links nothing: the first one does.
    statement(x_db,
              "INSERT OR IGNORE INTO receipt_of (id, origin, receipt)"
              " SELECT ?, ?, row FROM receipt WHERE row = ?",
              id, origin, receipt)
        .run();
}

change_result change_writer::operator()(const operation::put_shipment& what) {
    saw_row(what.row.row);
    static const std::string sql = [] {
        std::string text = insert_sql("shipment", mapping<shipment_row>::columns);
        text.insert(text.find(')'), ", bytes, level");
        text.insert(text.rfind(')'),
                    ", coalesce((SELECT bytes FROM object WHERE row = ?5), 0),"
                    " coalesce((SELECT level FROM message WHERE row = ?6), 0)");
        return text;
    }();
    statement put(x_db, sql.c_str(), mapping<shipment_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::advance_shipment& what) {
    statement move(x_db,
                   "UPDATE shipment SET state = ?1, changed_at = ?2, code = ?3, text = ?4,"
                   " due_at = CASE ?5 WHEN 1 THEN ?6 ELSE due_at END,"
                   " in_doubt = coalesce(?7, in_doubt), tries = coalesce(?8, tries)"
                   " WHERE row = ?9 AND (1 << state) & ?10 <> 0",
                   what.state, what.at, what.code, what.text, what.due_at.has_value(),
                   what.due_at.value_or(std::nullopt), what.in_doubt, what.tries, what.shipment,
                   what.expected);
    move.run();
    return changed_or(what.lenient ? change_result::unchanged : change_result::conflict);
}

change_result change_writer::operator()(const operation::revive_shipments& what) {
    static const std::string sql =
        "UPDATE shipment SET state = 0, in_doubt = 0, due_at = NULL, changed_at = ?1"
        " WHERE peer = ?2 AND cls IN (0, 1, 2, 3) AND state = 4 AND " +
        object_is_complete;
    statement(x_db, sql.c_str(), what.at, what.peer).run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::doubt_shipments& what) {
    statement move(x_db,
                   "UPDATE shipment SET in_doubt = 1 WHERE peer = ? AND cls = ?"
                   " AND state IN (0, 3) AND row <= ? AND in_doubt = 0",
                   what.peer, what.cls, what.upto);
    move.run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::ready_shipments& what) {
    static const std::string by_object =
        "UPDATE shipment SET state = 0, changed_at = ? WHERE object = ? AND state = 1 AND " +
        object_is_complete + " AND " + text_is_there;
    static const std::string by_message =
        "UPDATE shipment SET state = 0, changed_at = ? WHERE message = ? AND message <> 0"
        " AND peer = ? AND state = 1 AND " +
        object_is_complete;
    if (what.peer.empty()) {
        statement(x_db, by_object.c_str(), what.at, what.object).run();
    } else {
        statement(x_db, by_message.c_str(), what.at, what.message, what.peer).run();
    }
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::fail_attachments& what) {
    statement(x_db,
              "UPDATE shipment SET state = 5, changed_at = ?1, code = ?2, text = ?3"
              " WHERE message = ?4 AND message <> 0 AND peer = ?5 AND attempt = ?6"
              " AND position <> 0 AND state < 4 AND NOT EXISTS (SELECT 1 FROM shipment AS other"
              "  WHERE other.message = ?4 AND other.message <> 0 AND other.peer = ?5"
              "  AND other.attempt = ?6 AND other.position = 0 AND other.state <> 5)",
              what.at, what.code, what.text, what.message, what.peer, what.attempt)
        .run();
    return changed_or(change_result::unchanged);
}

// Messages first: what is due says which of them to look at.
change_result change_writer::operator()(const operation::bring_back& what) {
    statement messages(x_db,
                       "UPDATE message SET expires_at = expires_at - (received_at - ?1),"
                       " received_at = ?1 WHERE received_at >= ?2 AND row IN"
                       " (SELECT message FROM delivery WHERE due_at >= ?2)",
                       what.at, what.since);
    messages.run();
    auto moved = x_db.changed_rows();
    for (const char* sql :
         {"UPDATE clock SET since = min(since, ?1), due_at = min(due_at, ?1)"
          " WHERE state < 4 AND (since >= ?2 OR due_at >= ?2)",
          "UPDATE delivery SET due_at = ?1, changed_at = min(changed_at, ?1) WHERE due_at >= ?2",
          "UPDATE shipment SET due_at = ?1, changed_at = min(changed_at, ?1) WHERE due_at >= ?2",
          "UPDATE case_head SET due_at = ?1, changed_at = min(changed_at, ?1)"
          " WHERE due_at >= ?2"}) {
        statement(x_db, sql, what.at, what.since).run();
        moved += x_db.changed_rows();
    }
    statement asked(x_db,
                    "UPDATE case_head SET keep_at = max(keep_until, ?1)"
                    " WHERE keeping = ?2 AND keep_at > keep_until AND keep_at > ?1",
                    what.answer_by, keep_state::asked);
    asked.run();
    moved += x_db.changed_rows();
    return moved > 0 ? change_result::done : change_result::unchanged;
}

change_result change_writer::operator()(const operation::hold_shipments& what) {
    return what.hold ? hold(what) : release(what);
}

change_result change_writer::hold(const operation::hold_shipments& what) {
    statement move(x_db,
                   "UPDATE shipment SET state = 3, due_at = NULL, changed_at = ?1"
                   " WHERE (?2 = '' OR peer = ?2) AND (?3 = 0 OR message = ?3)"
                   " AND state IN (0, 1, 2)",
                   what.at, what.peer, what.message);
    move.run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::release(const operation::hold_shipments& what) {
    static const std::string sql =
        "UPDATE shipment SET due_at = NULL, changed_at = ?1, state = CASE WHEN " +
        object_is_complete + " AND " + text_is_there +
        " THEN 0 ELSE 1 END"
        " WHERE (?2 = '' OR peer = ?2) AND (?3 = 0 OR message = ?3) AND state = 3";
    statement(x_db, sql.c_str(), what.at, what.peer, what.message).run();
    return changed_or(change_result::unchanged);
}

}  // namespace dhow::store
