// Courier bundles and their records: changes and questions.
// Way of the message: sqlite_store -> [sqlite_changes, sqlite_questions] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md#bundles. Tests: store_contract/bundles_test.cpp.
// Limits: every list is bounded by the question's limit, every erasing by the change's.
#include "daemon/store/sqlite_changes.hpp"
#include "daemon/store/sqlite_questions.hpp"

#include <iterator>

namespace dhow::store {

// Changes ---------------------------------------------------------------------------------------

change_result change_writer::operator()(const operation::put_bundle& what) {
    saw_row(what.row.row);
    auto row = what.row;
    row.records = 0;
    row.open = 0;
    statement put(x_db, insert_into<bundle_row>(), mapping<bundle_row>::tie(row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::advance_bundle& what) {
    statement(x_db,
              "UPDATE bundle SET state = ?1, changed_at = ?2,"
              " due_at = CASE ?3 WHEN 1 THEN ?4 ELSE due_at END,"
              " volumes = coalesce(?5, volumes), bytes = coalesce(?6, bytes)"
              " WHERE row = ?7 AND (1 << state) & ?8 <> 0",
              what.state, what.at, what.due_at.has_value(), what.due_at.value_or(std::nullopt),
              what.volumes, what.bytes, what.bundle, what.expected)
        .run();
    return changed_or(what.lenient ? change_result::unchanged : change_result::conflict);
}

bool change_writer::has_bundle(row_id bundle) {
    statement find(x_db, "SELECT 1 FROM bundle WHERE row = ?", bundle);
    return find.next();
}

change_result change_writer::operator()(const operation::put_bundle_record& what) {
    if (!has_bundle(what.row.bundle)) {
        return change_result::conflict;
    }
    statement put(x_db, insert_into<bundle_record_row>(),
                  mapping<bundle_record_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::note_bundle_record& what) {
    static const std::string sql =
        insert_sql("bundle_record", mapping<bundle_record_row>::columns) +
        " ON CONFLICT DO UPDATE SET state = excluded.state, recipients = excluded.recipients,"
        " code = excluded.code, told_in = excluded.told_in"
        " WHERE state = 4 AND excluded.state = 3";
    if (!has_bundle(what.row.bundle)) {
        return change_result::conflict;
    }
    statement put(x_db, sql.c_str(), mapping<bundle_record_row>::tie(what.row));
    put.run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::advance_bundle_record& what) {
    statement(x_db,
              "UPDATE bundle_record SET state = ?1, code = ?2"
              " WHERE bundle = ?3 AND record = ?4 AND (1 << state) & ?5 <> 0",
              what.state, what.code, what.bundle, what.record, what.expected)
        .run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::drop_bundle_records& what) {
    statement(x_db, "DELETE FROM bundle_record WHERE bundle = ? AND record >= ?", what.bundle,
              what.from)
        .run();
    const auto gone = x_db.changed_rows();
    if (gone == 0) {
        return change_result::unchanged;
    }
    statement(x_db, "UPDATE bundle SET records = records - ? WHERE row = ?", gone, what.bundle)
        .run();
    return change_result::done;
}

change_result change_writer::operator()(const operation::tell_bundle_records& what) {
    statement(x_db,
              "UPDATE bundle_record SET told_in = ?1 WHERE bundle = ?2"
              " AND record BETWEEN ?3 AND ?4 AND state IN (3, 4)",
              what.told_in, what.bundle, what.first, what.last)
        .run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::close_told_records& what) {
    statement(x_db,
              "DELETE FROM bundle_record WHERE (bundle, record) IN"
              " (SELECT bundle, record FROM bundle_record WHERE told_in = ?1 AND told_in <> 0"
              "  ORDER BY bundle, record LIMIT ?2)",
              what.told_in, what.limit)
        .run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::drop_bundle& what) {
    statement(x_db,
              "DELETE FROM bundle_record WHERE bundle = ?1 AND record IN"
              " (SELECT record FROM bundle_record WHERE bundle = ?1 ORDER BY record LIMIT ?2)",
              what.bundle, what.limit)
        .run();
    const bool some_went = x_db.changed_rows() > 0;
    statement(x_db,
              "DELETE FROM bundle WHERE row = ?1"
              " AND NOT EXISTS (SELECT 1 FROM bundle_record WHERE bundle = ?1)",
              what.bundle)
        .run();
    return some_went ? change_result::done : changed_or(change_result::unchanged);
}

// Questions -------------------------------------------------------------------------------------

namespace {

/// The states of the two indices for couriers, as those name them: not settled, not held.
const std::string under_way_from_here = "state IN (0, 1, 2, 3, 4, 5, 9)";

/// Pages ask for one row more than wanted, to know whether there are more.
template <class Row>
bool cut(std::vector<Row>& rows, std::size_t limit) {
    const bool more = rows.size() > limit;
    if (more) {
        rows.resize(limit);
    }
    return more;
}

}  // namespace

reply question_reader::operator()(const query::find_courier& what) {
    static const std::string sql =
        "SELECT message, (SELECT cls FROM message WHERE row = found.message),"
        " EXISTS (SELECT 1 FROM object WHERE object.message = found.message"
        "  AND object.message <> 0 AND object.position > 0 AND object.state = 2"
        "  AND object.cls = ?4)"
        " FROM (SELECT message FROM (SELECT DISTINCT message FROM delivery WHERE recipient = ?1"
        "   AND message > ?2 AND " +
        under_way_from_here +
        "   ORDER BY message LIMIT ?3)"
        "  UNION SELECT message FROM (SELECT DISTINCT message FROM delivery WHERE next_hop = ?1"
        "   AND message > ?2 AND " +
        under_way_from_here +
        "   ORDER BY message LIMIT ?3)"
        "  ORDER BY message LIMIT ?3) AS found ORDER BY message";
    answer::courier_page out;
    statement find(x_db, sql.c_str(), what.to, what.after, what.limit, what.cls);
    std::size_t looked_at = 0;
    row_id last = 0;
    while (find.next()) {
        std::optional<message_class> cls;
        bool has_attachment = false;
        find.read(last, cls, has_attachment);
        ++looked_at;
        if (what.attachments ? cls && has_attachment : cls == what.cls) {
            out.messages.push_back(last);
        }
    }
    if (looked_at == what.limit) {
        out.next = last;
    }
    return out;
}

// From one name to the next by the index, however many rows have it.
reply question_reader::operator()(const query::list_courier_parties&) {
    const auto names = [](const std::string& column) {
        const std::string least = "SELECT min(" + column + ") FROM delivery WHERE " +
                                  under_way_from_here + " AND " + column + " > ";
        return "SELECT name FROM (WITH RECURSIVE found(name) AS (" + least +
               "'' UNION ALL SELECT (" + least +
               "found.name) FROM found WHERE found.name IS NOT NULL) SELECT name FROM found"
               " WHERE name IS NOT NULL)";
    };
    static const std::string sql =
        names("recipient") + " UNION " + names("next_hop") +
        " UNION SELECT DISTINCT peer FROM queue_count WHERE shipments > 0 AND state < 3"
        " ORDER BY 1";
    answer::courier_parties out;
    statement find(x_db, sql.c_str());
    while (find.next()) {
        out.bureaus.push_back(find.value<bureau_id>());
    }
    return out;
}

reply question_reader::operator()(const query::find_bundle& what) {
    static const std::string sql = select_from<bundle_row>(
        "WHERE id = ?1 AND (?2 = '' OR peer = ?2) AND is_import = ?3 ORDER BY row");
    return answer::bundles{rows<bundle_row>(sql, what.id, what.peer, what.is_import), false};
}

reply question_reader::operator()(const query::list_bundles& what) {
    static const std::string of_all = select_from<bundle_row>(
        "WHERE row > ?1 AND (?2 IS NULL OR is_import = ?2)"
        " ORDER BY row LIMIT ?3");
    static const std::string of_peer = select_from<bundle_row>(
        "WHERE row > ?1 AND (?2 IS NULL OR is_import = ?2)"
        " AND peer = ?4 ORDER BY row LIMIT ?3");
    answer::bundles out;
    const auto limit = what.limit + 1;
    out.rows = what.peer.empty()
                   ? rows<bundle_row>(of_all, what.after, what.is_import, limit)
                   : rows<bundle_row>(of_peer, what.after, what.is_import, limit, what.peer);
    out.more = cut(out.rows, what.limit);
    return out;
}

reply question_reader::operator()(const query::load_due_bundles& what) {
    static const std::string sql =
        select_from<bundle_row>("WHERE due_at <= ? ORDER BY due_at, row LIMIT ?");
    answer::bundles out{rows<bundle_row>(sql, what.now, what.limit + 1), false};
    out.more = cut(out.rows, what.limit);
    return out;
}

reply question_reader::operator()(const query::find_old_bundles& what) {
    static const std::string sql =
        select_from<bundle_row>("WHERE state IN (2, 3, 5) ORDER BY changed_at, row LIMIT ?");
    const auto all = static_cast<std::size_t>(x_db.number_of("SELECT count(*) FROM bundle"));
    const auto surplus = all > what.keep ? all - what.keep : 0;
    answer::bundles out{rows<bundle_row>(sql, what.limit), false};
    std::size_t place = 0;
    std::erase_if(out.rows, [&](const auto& row) {
        return place++ >= surplus && row.changed_at >= what.before;
    });
    return out;
}

reply question_reader::operator()(const query::load_bundle_records& what) {
    static const std::string sql =
        select_from<bundle_record_row>("WHERE bundle = ? AND record >= ? ORDER BY record LIMIT ?");
    answer::bundle_records out{rows<bundle_record_row>(sql, what.bundle, what.from, what.limit + 1),
                               std::nullopt};
    if (out.rows.size() > what.limit) {
        out.next = out.rows.back().record;
        out.rows.pop_back();
    }
    return out;
}

reply question_reader::operator()(const query::find_ended_records& what) {
    static const std::string sql =
        "SELECT " + qualified_columns("bundle_record", mapping<bundle_record_row>::columns) +
        ", CASE WHEN bundle_record.shipment <> 0 THEN NOT EXISTS (SELECT 1 FROM shipment"
        "   WHERE shipment.row = bundle_record.shipment AND shipment.state < 4)"
        "  WHEN NOT EXISTS (SELECT 1 FROM message WHERE message.row = bundle_record.message"
        "   AND (message.expires_at IS NULL OR message.expires_at >= ?3)) THEN 1"
        "  WHEN bundle_record.position = 0 THEN NOT EXISTS (SELECT 1 FROM delivery"
        "   WHERE delivery.message = bundle_record.message AND delivery.state IN"
        "    (0, 1, 2, 3, 9, 10) AND instr(bundle_record.recipients,"
        "    ' ' || delivery.recipient || ' ') > 0)"
        "  ELSE NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.message ="
        "   bundle_record.message AND delivery.state IN (0, 1, 2, 3, 4, 5, 9, 10)"
        "   AND instr(bundle_record.recipients, ' ' || delivery.recipient || ' ') > 0) END"
        " FROM bundle_record WHERE bundle_record.bundle = ?1 AND bundle_record.record >= ?2"
        " AND bundle_record.state = 0 ORDER BY bundle_record.record LIMIT ?4";
    answer::bundle_records out;
    statement find(x_db, sql.c_str(), what.bundle, what.from, what.expired_before, what.limit + 1);
    for (std::size_t looked_at = 0; find.next(); ++looked_at) {
        bundle_record_row row;
        bool is_over = false;
        find.read(mapping<bundle_record_row>::tie(row));
        find.read(is_over);
        if (looked_at == what.limit) {
            out.next = row.record;
        } else if (is_over) {
            out.rows.push_back(std::move(row));
        }
    }
    return out;
}

}  // namespace dhow::store
