// Questions about custody, inbox, events, receipts, outcomes, keys.
// Way of the message: sqlite_store::ask -> [sqlite_questions] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md. Tests: store_contract/differential_test.cpp.
// Limits: none.
#include "daemon/store/sqlite_questions.hpp"
#include "protocol/ensure.hpp"

#include <algorithm>

namespace dhow::store {

reply question_reader::operator()(const query::find_custody& what) {
    static const std::string sql =
        select_from<custody_row>("WHERE id = ? AND origin = ? AND attempt = ? ORDER BY recipient");
    return answer::custody{rows<custody_row>(sql, what.id, what.origin, what.attempt)};
}

std::vector<assignment_row> question_reader::assignments_of(row_id message,
                                                            const std::string& agency) {
    static const std::string sql = select_from<assignment_row>(
        "WHERE message = ?1 AND (?2 = '' OR agency = ?2) ORDER BY agency");
    return rows<assignment_row>(sql, message, agency);
}

answer::inbox_item question_reader::item_of(inbox_row inbox, const std::string& agency) {
    answer::inbox_item out;
    out.row = std::move(inbox);
    out.message = message_at(out.row.message).value_or(message_row{});
    out.assignments = assignments_of(out.row.message, agency);
    return out;
}

reply question_reader::operator()(const query::find_inbox& what) {
    static const std::string sql =
        select_from<inbox_row>("WHERE id = ?1 AND (?2 = '' OR origin = ?2) ORDER BY message");
    answer::inbox out;
    for (auto& found : rows<inbox_row>(sql, what.id, what.origin)) {
        out.rows.push_back(item_of(std::move(found), ""));
    }
    return out;
}

// One SQL text for each of the four ways to list, so that each has its index.
std::vector<row_id> question_reader::inbox_page(const query::list_inbox& what, std::size_t limit) {
    static constexpr auto open_of_agency =
        "SELECT message FROM assignment WHERE agency = ?1 AND state = 0 AND message > ?2"
        " ORDER BY message LIMIT ?3";
    static constexpr auto all_of_agency =
        "SELECT * FROM (SELECT message FROM assignment WHERE agency = ?1 AND state = 0"
        "  AND message > ?2 ORDER BY message LIMIT ?3) UNION ALL"
        " SELECT * FROM (SELECT message FROM assignment WHERE agency = ?1 AND state = 1"
        "  AND message > ?2 ORDER BY message LIMIT ?3) UNION ALL"
        " SELECT * FROM (SELECT message FROM assignment WHERE agency = ?1 AND state = 2"
        "  AND message > ?2 ORDER BY message LIMIT ?3) UNION ALL"
        " SELECT * FROM (SELECT message FROM assignment WHERE agency = ?1"
        "  AND state IN (3, 4, 5, 6, 7) AND message > ?2 ORDER BY message LIMIT ?3)"
        " ORDER BY message LIMIT ?3";
    static constexpr auto open_of_all =
        "SELECT DISTINCT message FROM assignment WHERE state = 0 AND message > ?2 AND ?1 = ''"
        " ORDER BY message LIMIT ?3";
    static constexpr auto all =
        "SELECT message FROM inbox WHERE message > ?2 AND ?1 = '' ORDER BY message LIMIT ?3";
    const char* sql = what.agency.empty() ? (what.open_only ? open_of_all : all)
                                          : (what.open_only ? open_of_agency : all_of_agency);
    std::vector<row_id> out;
    statement page(x_db, sql, what.agency, what.after, limit);
    while (page.next()) {
        out.push_back(page.value<row_id>());
    }
    return out;
}

reply question_reader::operator()(const query::list_inbox& what) {
    static const std::string sql = select_from<inbox_row>("WHERE message = ?");
    auto page = inbox_page(what, what.limit + 1);
    answer::inbox out;
    out.more = page.size() > what.limit;
    page.resize(std::min(page.size(), what.limit));
    for (const row_id message : page) {
        if (auto found = row<inbox_row>(sql, message)) {
            out.rows.push_back(item_of(std::move(*found), what.agency));
        }
    }
    return out;
}

reply question_reader::operator()(const query::load_events& what) {
    static const std::string sql = select_from<event_row>(
        "WHERE id = ?1 AND (?2 = '' OR origin = ?2)"
        " AND (?3 = '' OR what = ?3 OR what = ?4 OR what = ?5) ORDER BY number");
    return answer::events{
        rows<event_row>(sql, what.id, what.origin, what.what, what.or_what, what.or_else)};
}

reply question_reader::operator()(const query::load_receipts& what) {
    static const std::string sql =
        "SELECT " + qualified_columns("receipt", mapping<receipt_row>::columns) +
        " FROM receipt_of JOIN receipt ON receipt.row = receipt_of.receipt"
        " WHERE receipt_of.id = ? AND receipt_of.origin = ? ORDER BY receipt.row";
    return answer::receipts{rows<receipt_row>(sql, what.id, what.origin)};
}

reply question_reader::operator()(const query::load_outcomes& what) {
    answer::outcomes out;
    statement find(x_db,
                   "SELECT row, origin, cls, id, attempt, recipient, kind, at, seal_digest, reason,"
                   " agency, on_disk FROM outcome WHERE row > ? ORDER BY row LIMIT ?",
                   what.after, what.limit);
    while (find.next()) {
        auto& one = out.rows.emplace_back();
        protocol::bytes on_disk;
        find.read(one.row, one.origin, one.cls, one.value.id, one.value.attempt,
                  one.value.recipient, one.value.kind, one.value.at, one.value.seal_digest,
                  one.value.reason, one.value.agency, on_disk);
        const protocol::byte_view all(on_disk);
        for (std::size_t at = 0; at + digest::size_bytes <= all.size(); at += digest::size_bytes) {
            const auto object = protocol::from_view<digest>(all.subspan(at, digest::size_bytes));
            if (!object) {
                DHOW_NEVER("a digest has its own size");
            }
            one.value.on_disk.push_back(*object);
        }
    }
    return out;
}

reply question_reader::operator()(const query::find_idempotency& what) {
    static const std::string sql = select_from<idempotency_row>("WHERE key = ?");
    return answer::idempotency{row<idempotency_row>(sql, what.key)};
}

}  // namespace dhow::store
