// Cases and their messages: changes and questions.
// Way of the message: sqlite_store -> [sqlite_changes, sqlite_questions] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md#cases. Tests: store_contract/cases_test.cpp.
// Limits: every list is bounded by the question's limit.
#include "daemon/store/sqlite_changes.hpp"
#include "daemon/store/sqlite_questions.hpp"

namespace dhow::store {

namespace {

/// Something of a message of a case is being sent, or opened: ?2 its origin, ?3 its id.
constexpr auto is_under_way =
    "EXISTS (SELECT 1 FROM message AS copy WHERE copy.id = ?3 AND copy.origin = ?2"
    " AND (EXISTS (SELECT 1 FROM shipment WHERE shipment.message = copy.row"
    "   AND shipment.message <> 0 AND shipment.state < 4)"
    "  OR EXISTS (SELECT 1 FROM delivery WHERE delivery.message = copy.row"
    "   AND delivery.state = 16)))";

}  // namespace

// Changes ---------------------------------------------------------------------------------------

change_result change_writer::operator()(const operation::put_case& what) {
    if (what.row.revision <= 1) {
        statement put(x_db, insert_into<case_row>(), mapping<case_row>::tie(what.row));
        return inserted(put.run());
    }
    static const std::string sql = [] {
        return "UPDATE case_head SET (" + std::string(mapping<case_row>::columns) +
               ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
               " ?17)"
               " WHERE key = ?1 AND owner = ?2 AND revision = ?3 - 1";
    }();
    statement put(x_db, sql.c_str(), mapping<case_row>::tie(what.row));
    put.run();
    return changed_or(change_result::conflict);
}

change_result change_writer::operator()(const operation::expect_case& what) {
    statement find(x_db,
                   "SELECT coalesce(sum(revision), 0) FROM case_head"
                   " WHERE key = ?1 AND (?2 IS NULL OR owner = ?2)",
                   what.key, what.owner);
    const auto revision = find.next() ? find.value<std::uint64_t>() : std::uint64_t{0};
    return revision == what.revision ? change_result::done : change_result::conflict;
}

change_result change_writer::operator()(const operation::put_case_message& what) {
    statement put(x_db, insert_into<case_message_row>(), mapping<case_message_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::delete_content& what) {
    static const std::string mark =
        "UPDATE case_message SET is_deleted = 1 WHERE key = ?1"
        " AND owner = ?2 AND id = ?3 AND is_deleted = 0 AND NOT " +
        std::string(is_under_way);
    statement(x_db, mark.c_str(), what.key, what.owner, what.id).run();
    if (x_db.changed_rows() == 0) {
        return change_result::conflict;
    }
    statement copies(x_db, "SELECT row FROM message WHERE id = ? AND origin = ?", what.id,
                     what.owner);
    std::vector<row_id> rows;
    while (copies.next()) {
        copies.read(rows.emplace_back());
    }
    for (const auto row : rows) {
        erase_message(row);
    }
    statement(x_db, "UPDATE inbox SET sealed_summary = x'' WHERE id = ? AND origin = ?", what.id,
              what.owner)
        .run();
    statement(x_db,
              "UPDATE assignment SET reason = '' WHERE message IN"
              " (SELECT message FROM inbox WHERE id = ? AND origin = ?)",
              what.id, what.owner)
        .run();
    statement(x_db,
              "UPDATE event SET text = '' WHERE id = ? AND origin = ?"
              " AND substr(actor, 1, 7) = 'agency '",
              what.id, what.owner)
        .run();
    return change_result::done;
}

change_result change_writer::operator()(const operation::put_deletion& what) {
    saw_row(what.row.row);
    statement put(x_db, insert_into<deletion_row>(), mapping<deletion_row>::tie(what.row));
    return inserted(put.run());
}

// Questions -------------------------------------------------------------------------------------

answer::case_item question_reader::case_item_of(case_message_row row) {
    static const std::string opened = select_from<inbox_row>("WHERE id = ? AND origin = ?");
    static const std::string first =
        select_from<message_row>("WHERE id = ? AND origin = ? ORDER BY row LIMIT 1");
    static const std::string deliveries =
        select_from<delivery_row>("WHERE message = ? ORDER BY recipient");
    answer::case_item out;
    out.row = std::move(row);
    out.inbox = this->row<inbox_row>(opened, out.row.id, out.row.owner);
    if (out.inbox) {
        out.message = message_at(out.inbox->message).value_or(message_row{});
        out.assignments = assignments_of(out.inbox->message, "");
    } else {
        out.message =
            this->row<message_row>(first, out.row.id, out.row.owner).value_or(message_row{});
    }
    out.deliveries = rows<delivery_row>(deliveries, out.message.row);
    return out;
}

reply question_reader::operator()(const query::load_case& what) {
    static const std::string heads = select_from<case_row>("WHERE key = ? ORDER BY owner");
    static const std::string messages =
        select_from<case_message_row>("WHERE key = ? ORDER BY at DESC, owner, id DESC LIMIT ?");
    answer::case_file out;
    out.rows = rows<case_row>(heads, what.key);
    for (auto& found : rows<case_message_row>(messages, what.key, what.limit)) {
        out.items.push_back(case_item_of(std::move(found)));
    }
    static const std::string deletions =
        select_from<deletion_row>("WHERE key = ? ORDER BY row DESC LIMIT ?");
    out.deletions = rows<deletion_row>(deletions, what.key, what.limit);
    return out;
}

reply question_reader::operator()(const query::load_kept_cases& what) {
    static const std::string due = select_from<case_row>(
        "WHERE keep_at <= ? AND (keep_at, key, owner) > (?, ?, ?)"
        " ORDER BY keep_at, key, owner LIMIT ?");
    answer::cases out;
    out.rows = rows<case_row>(due, what.now, what.after, what.key, what.owner, what.limit);
    statement next(x_db, "SELECT min(keep_at) FROM case_head WHERE keep_at > ?", what.now);
    if (next.next()) {
        next.read(out.next);
    }
    return out;
}

reply question_reader::operator()(const query::load_kept_messages& what) {
    static const std::string kept = select_from<case_message_row>(
        "WHERE key = ? AND owner = ? AND is_deleted = 0 ORDER BY at, id LIMIT ?");
    static const std::string under_way = std::string("SELECT ") + is_under_way;
    answer::case_file out;
    for (auto& found : rows<case_message_row>(kept, what.key, what.owner, what.limit)) {
        auto& item = out.items.emplace_back(case_item_of(std::move(found)));
        statement look(x_db, under_way.c_str(), what.key, item.row.owner, item.row.id);
        item.is_under_way = look.next() && look.value<bool>();
    }
    return out;
}

reply question_reader::operator()(const query::load_due_cases& what) {
    static const std::string due =
        select_from<case_row>("WHERE due_at <= ? ORDER BY due_at, key, owner LIMIT ?");
    answer::cases out;
    out.rows = rows<case_row>(due, what.now, what.limit);
    statement next(x_db, "SELECT min(due_at) FROM case_head WHERE due_at > ?", what.now);
    if (next.next()) {
        next.read(out.next);
    }
    return out;
}

reply question_reader::operator()(const query::list_ended_cases& what) {
    static const std::string sql = select_from<case_row>(
        "WHERE owner = ?1 AND key IN"
        " (SELECT * FROM (SELECT key FROM case_head WHERE owner = ?1 AND ended = 1"
        "   AND key > ?2 ORDER BY key LIMIT ?3)"
        "  UNION SELECT * FROM (SELECT DISTINCT key FROM case_message AS said WHERE owner = ?1"
        "   AND role = 6 AND key > ?2 AND EXISTS (SELECT 1 FROM case_head"
        "    WHERE key = said.key AND owner = ?1) ORDER BY key LIMIT ?3)) ORDER BY key LIMIT ?3");
    return answer::cases{rows<case_row>(sql, what.owner, what.after, what.limit), std::nullopt};
}

}  // namespace dhow::store
