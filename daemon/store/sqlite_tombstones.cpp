// Tombstones of what was called back: changes and questions.
// Way of the message: sqlite_store -> [sqlite_changes, sqlite_questions] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md#tombstones, docs/decisions/0019. Tests: store_contract/tombstones_test.cpp.
// Limits: references_max messages call one message back at the most, times those that name it.
#include "daemon/store/sqlite_changes.hpp"
#include "daemon/store/sqlite_questions.hpp"

namespace dhow::store {

namespace {
/// Nobody else has custody yet, as far as is known here.
constexpr state_set from_here =
    in_state(delivery_state::accepted) | in_state(delivery_state::queued) |
    in_state(delivery_state::sending) | in_state(delivery_state::in_doubt) |
    in_state(delivery_state::deferred) | in_state(delivery_state::held);
}  // namespace

// Changes ---------------------------------------------------------------------------------------

change_result change_writer::operator()(const operation::put_tombstone& what) {
    static const std::string sql =
        insert_into<tombstone_row>() +
        std::string(" ON CONFLICT DO UPDATE SET forget_at = max(forget_at, excluded.forget_at)");
    statement(x_db, sql.c_str(), mapping<tombstone_row>::tie(what.row)).run();
    statement(x_db,
              "UPDATE delivery SET due_at = ?1 WHERE message IN"
              " (SELECT row FROM message WHERE id = ?2 AND origin = ?3)"
              " AND (1 << state) & ?4 <> 0 AND recipient IN"
              " (SELECT recipient FROM custody WHERE id = ?5 AND origin = ?3)",
              what.at, what.row.id, what.row.origin, from_here, what.row.called_by)
        .run();
    return change_result::done;
}

change_result change_writer::operator()(const operation::expect_not_called_back& what) {
    statement find(x_db,
                   "SELECT 1 FROM tombstone JOIN custody ON custody.id = tombstone.called_by"
                   " AND custody.origin = tombstone.origin"
                   " WHERE tombstone.id = ? AND tombstone.origin = ? AND custody.recipient = ?",
                   what.id, what.origin, what.recipient);
    return find.next() ? change_result::conflict : change_result::done;
}

change_result change_writer::operator()(const operation::release_objects& what) {
    static const std::string sql = select_from<object_row>(
        "WHERE object.message IN"
        " (SELECT row FROM message WHERE id = ?1 AND origin = ?2)"
        " AND object.message <> 0 AND object.state <> 4"
        " AND NOT EXISTS (SELECT 1 FROM message WHERE id = ?1"
        "  AND origin = ?2 AND roles & 5 <> 0)"
        " AND NOT EXISTS (SELECT 1 FROM shipment WHERE shipment.message IN"
        "  (SELECT row FROM message WHERE id = ?1 AND origin = ?2)"
        "  AND shipment.message <> 0 AND shipment.object = object.row"
        "  AND shipment.state <> 5) ORDER BY object.row");
    std::vector<object_row> found;
    {
        statement find(x_db, sql.c_str(), what.id, what.origin);
        while (find.next()) {
            find.read(mapping<object_row>::tie(found.emplace_back()));
        }
    }
    for (const auto& object : found) {
        (*this)(operation::advance_object{.object = object.row,
                                          .expected = object.state,
                                          .state = object_state::purged,
                                          .at = what.at});
    }
    return found.empty() ? change_result::unchanged : change_result::done;
}

// Questions -------------------------------------------------------------------------------------

reply question_reader::operator()(const query::find_called_back& what) {
    answer::called_back out;
    statement find(x_db,
                   "SELECT DISTINCT custody.recipient, tombstone.called_by, tombstone.is_cancelled"
                   " FROM tombstone JOIN custody ON custody.id = tombstone.called_by"
                   " AND custody.origin = tombstone.origin"
                   " WHERE tombstone.id = ? AND tombstone.origin = ?"
                   " ORDER BY custody.recipient, tombstone.called_by",
                   what.id, what.origin);
    while (find.next()) {
        auto& one = out.rows.emplace_back();
        find.read(one.recipient, one.called_by, one.is_cancelled);
    }
    return out;
}

}  // namespace dhow::store
