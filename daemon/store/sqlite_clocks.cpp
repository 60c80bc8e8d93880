// Clocks: changes and questions.
// Way of the message: sqlite_store -> [sqlite_changes, sqlite_questions] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md#clocks. Tests: store_contract/clocks_test.cpp.
// Limits: every list is bounded by the question's limit.
#include "daemon/store/sqlite_changes.hpp"
#include "daemon/store/sqlite_questions.hpp"

namespace dhow::store {

// Changes ---------------------------------------------------------------------------------------

change_result change_writer::operator()(const operation::put_clock& what) {
    saw_row(what.row.row);
    statement put(x_db, insert_into<clock_row>(), mapping<clock_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::advance_clock& what) {
    statement(x_db,
              "UPDATE clock SET fired = ?1, tasks = ?2, due_at = ?3"
              " WHERE row = ?4 AND state = ?5 AND fired = ?6 AND tasks = ?7",
              what.fired, what.tasks, what.due_at, what.clock, what.expected, what.expected_fired,
              what.expected_tasks)
        .run();
    return changed_or(what.lenient ? change_result::unchanged : change_result::conflict);
}

change_result change_writer::operator()(const operation::end_clock_task& what) {
    statement(x_db,
              "UPDATE clock SET tasks = tasks - ?1, due_at = ?2 WHERE row = ?3 AND tasks & ?1 <> 0",
              what.task, what.at, what.clock)
        .run();
    return changed_or(change_result::conflict);
}

change_result change_writer::operator()(const operation::deliver_clocks& what) {
    statement(x_db,
              "UPDATE clock SET state = 1, since = ?1, due_at = CASE WHEN tasks = 0"
              " THEN ?1 + answer_within ELSE min(due_at, ?1 + answer_within) END"
              " WHERE id = ?2 AND other = ?3 AND state = 0",
              what.at, what.id, what.other)
        .run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::settle_clocks& what) {
    statement(x_db,
              "UPDATE clock SET state = ?1, since = ?2, until = coalesce(?3, until), due_at = ?4,"
              " tasks = 0, fired = CASE ?1 WHEN 2 THEN fired & ~4 ELSE fired END"
              " WHERE other = ?6 AND answer = ?7 AND (1 << state) & ?8 <> 0 AND row IN"
              " (SELECT row FROM clock WHERE id = ?5 UNION"
              "  SELECT row FROM clock WHERE subject = ?5 UNION"
              "  SELECT row FROM clock WHERE subject IN"
              "   (SELECT subject FROM clock WHERE id = ?5 AND other = ?6))",
              what.state, what.at, what.until, what.due_at, what.about, what.other, what.answer,
              what.expected)
        .run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::end_clocks& what) {
    statement(x_db,
              "UPDATE clock SET state = 6, tasks = 0, due_at = ?1"
              " WHERE id = ?2 AND (?3 = '' OR other = ?3) AND state < 4",
              what.due_at, what.id, what.other)
        .run();
    return changed_or(change_result::unchanged);
}

change_result change_writer::operator()(const operation::drop_clock& what) {
    statement(x_db, "DELETE FROM clock WHERE row = ? AND state >= 4", what.clock).run();
    return changed_or(change_result::unchanged);
}

// Questions -------------------------------------------------------------------------------------

reply question_reader::operator()(const query::load_due_clocks& what) {
    static const std::string sql =
        select_from<clock_row>("WHERE due_at <= ? ORDER BY due_at, row LIMIT ?");
    static const std::string later =
        select_from<clock_row>("WHERE due_at > ? ORDER BY due_at, row LIMIT 1");
    answer::due_clocks out;
    out.rows = rows<clock_row>(sql, what.now, what.limit + 1);
    if (out.rows.size() > what.limit) {
        out.next = out.rows.back().due_at;
        out.rows.pop_back();
    } else if (const auto next = row<clock_row>(later, what.now)) {
        out.next = next->due_at;
    }
    statement open(x_db, "SELECT 1 FROM clock WHERE state < 4 LIMIT 1");
    out.any_open = open.next();
    return out;
}

reply question_reader::operator()(const query::list_clocks& what) {
    static const std::string sql = select_from<clock_row>(
        "WHERE row > ?1 AND state < 4 AND (?2 = '' OR agency = ?2) ORDER BY row LIMIT ?3");
    answer::clocks out{rows<clock_row>(sql, what.after, what.agency, what.limit + 1), false};
    out.more = out.rows.size() > what.limit;
    if (out.more) {
        out.rows.pop_back();
    }
    return out;
}

reply question_reader::operator()(const query::find_clocks& what) {
    static const std::string sql = select_from<clock_row>("WHERE id = ? ORDER BY row");
    return answer::clocks{rows<clock_row>(sql, what.id), false};
}

// The kind of the answer stands in the inner one too: ids of clocks for papers are other bureaus'
// to choose, and would bring two subjects together.
reply question_reader::operator()(const query::find_asked& what) {
    static const std::string sql = select_from<clock_row>(
        "WHERE answer = ?2 AND row IN"
        " (SELECT row FROM clock WHERE id = ?1 UNION"
        "  SELECT row FROM clock WHERE subject = ?1 UNION"
        "  SELECT row FROM clock WHERE subject IN"
        "   (SELECT subject FROM clock WHERE id = ?1 AND answer = ?2)) ORDER BY row LIMIT ?3");
    answer::clocks out{rows<clock_row>(sql, what.about, what.answer, what.limit + 1), false};
    out.more = out.rows.size() > what.limit;
    if (out.more) {
        out.rows.pop_back();
    }
    return out;
}

}  // namespace dhow::store
