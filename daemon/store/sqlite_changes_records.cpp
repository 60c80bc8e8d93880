// Changes of custody, inbox, outcomes, receipts, keys, events, peers: what is remembered.
// Way of the message: sqlite_store::apply -> [sqlite_changes] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md. Tests: store_contract/differential_test.cpp.
// Limits: none.
#include "daemon/store/sqlite_changes.hpp"
#include "daemon/store/sqlite_rows.hpp"

namespace dhow::store {

change_result change_writer::operator()(const operation::put_custody& what) {
    statement put(x_db, insert_into<custody_row>(), mapping<custody_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::settle_custody& what) {
    statement(x_db,
              "UPDATE custody SET handed_on = handed_on OR ?, outcome = coalesce(?, outcome)"
              " WHERE id = ? AND origin = ? AND attempt = ? AND recipient = ?",
              what.handed_on, what.outcome, what.id, what.origin, what.attempt, what.recipient)
        .run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::put_inbox& what) {
    statement put(x_db, insert_into<inbox_row>(), mapping<inbox_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::complete_inbox& what) {
    statement(x_db, "UPDATE inbox SET complete = 1 WHERE message = ? AND complete = 0",
              what.message)
        .run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::put_assignment& what) {
    statement put(x_db, insert_into<assignment_row>(), mapping<assignment_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::advance_assignment& what) {
    statement(x_db,
              "UPDATE assignment SET state = ?, reason = ?, changed_at = ?"
              " WHERE message = ? AND agency = ? AND state = ?",
              what.state, what.reason, what.at, what.message, what.agency, what.expected)
        .run();
    return changed_or(change_result::conflict);
}

change_result change_writer::operator()(const operation::put_outcome& what) {
    saw_row(what.row.row);
    const auto& value = what.row.value;
    protocol::bytes on_disk;
    for (const auto& one : value.on_disk) {
        on_disk.insert(on_disk.end(), one.value.begin(), one.value.end());
    }
    statement put(x_db,
                  "INSERT INTO outcome (row, origin, cls, id, attempt, recipient, kind, at,"
                  " seal_digest, reason, agency, on_disk) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                  what.row.row, what.row.origin, what.row.cls, value.id, value.attempt,
                  value.recipient, value.kind, value.at, value.seal_digest, value.reason,
                  value.agency, on_disk);
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::drop_outcome& what) {
    statement(x_db, "DELETE FROM outcome WHERE row = ?", what.row).run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::put_receipt& what) {
    saw_row(what.row.row);
    static const std::string sql =
        insert_into<receipt_row>() + std::string(" ON CONFLICT (receipt_digest) DO NOTHING");
    statement put(x_db, sql.c_str(), mapping<receipt_row>::tie(what.row));
    if (!put.run()) {
        return change_result::conflict;
    }
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::put_idempotency& what) {
    statement put(x_db, insert_into<idempotency_row>(), mapping<idempotency_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::put_event& what) {
    static const std::string sql =
        insert_sql("event", (std::string(mapping<event_row>::columns) + ", number").c_str());
    statement put(x_db, sql.c_str(), mapping<event_row>::tie(what.row), ++numbers.last_event);
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::put_peer& what) {
    static const std::string sql =
        insert_sql("peer", mapping<peer_row>::columns, "INSERT OR REPLACE");
    statement put(x_db, sql.c_str(), mapping<peer_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::put_meta& what) {
    statement put(x_db, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", what.key,
                  what.value);
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::forget_old& what) {
    statement(x_db,
              "DELETE FROM custody WHERE (id, origin, attempt, recipient) IN"
              " (SELECT id, origin, attempt, recipient FROM custody WHERE forget_at < ?"
              " ORDER BY forget_at, id, origin, attempt, recipient LIMIT ?)",
              what.before, what.limit)
        .run();
    std::int64_t forgotten = x_db.changed_rows();
    statement(x_db,
              "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency"
              " WHERE forget_at < ? ORDER BY forget_at, key LIMIT ?)",
              what.before, std::int64_t{what.limit} - forgotten)
        .run();
    forgotten += x_db.changed_rows();
    statement(x_db,
              "DELETE FROM tombstone WHERE (id, origin, called_by) IN"
              " (SELECT id, origin, called_by FROM tombstone WHERE forget_at < ?"
              " ORDER BY forget_at, id, origin, called_by LIMIT ?)",
              what.before, std::int64_t{what.limit} - forgotten)
        .run();
    return forgotten > 0 ? change_result::done : changed_or(change_result::unchanged);
}

}  // namespace dhow::store
