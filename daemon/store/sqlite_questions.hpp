// Each question of operations.hpp as SQL on the tables, answered from committed state.
// Way of the message: sqlite_store::ask -> [sqlite_questions] -> tables.
// Not pure: the database. Store thread; exceptions (sqlite_error) end at sqlite_store.
// Spec: docs/store.md. Tests: store_contract.
// Limits: every list is bounded by the question's limit.
#pragma once

#include "daemon/store/operations.hpp"
#include "daemon/store/sqlite_db.hpp"
#include "daemon/store/sqlite_rows.hpp"

namespace dhow::store {

/// `SELECT columns of Row FROM table` and the rest, built once per use.
template <class Row>
std::string select_from(const std::string& rest) {
    return "SELECT " + qualified_columns(mapping<Row>::table, mapping<Row>::columns) + " FROM " +
           mapping<Row>::table + " " + rest;
}

/// Visitor over `question` but for measure, back_up and check, which the store answers itself.
class question_reader {
public:
    explicit question_reader(connection& db) : x_db(db) {}

    reply operator()(const query::load_start& what);
    reply operator()(const query::load_ready& what);
    reply operator()(const query::load_shipment& what);
    reply operator()(const query::load_waiting_receipts& what);
    reply operator()(const query::load_due& what);
    reply operator()(const query::find_purges& what);
    reply operator()(const query::summarise_queue& what);
    reply operator()(const query::list_queue& what);

    reply operator()(const query::find_message& what);
    reply operator()(const query::load_message& what);
    reply operator()(const query::find_object& what);
    reply operator()(const query::find_attachment& what);
    reply operator()(const query::load_segment& what);
    reply operator()(const query::load_unopened& what);
    reply operator()(const query::load_incomplete& what);
    reply operator()(const query::load_partials& what);

    reply operator()(const query::find_custody& what);
    reply operator()(const query::find_called_back& what);
    reply operator()(const query::find_inbox& what);
    reply operator()(const query::list_inbox& what);
    reply operator()(const query::load_events& what);
    reply operator()(const query::load_receipts& what);
    reply operator()(const query::load_outcomes& what);
    reply operator()(const query::find_idempotency& what);

    reply operator()(const query::find_courier& what);
    reply operator()(const query::list_courier_parties& what);
    reply operator()(const query::find_bundle& what);
    reply operator()(const query::list_bundles& what);
    reply operator()(const query::load_due_bundles& what);
    reply operator()(const query::find_old_bundles& what);
    reply operator()(const query::load_bundle_records& what);
    reply operator()(const query::find_ended_records& what);

    reply operator()(const query::load_case& what);
    reply operator()(const query::load_due_cases& what);
    reply operator()(const query::list_ended_cases& what);
    reply operator()(const query::load_kept_cases& what);
    reply operator()(const query::load_kept_messages& what);
    reply operator()(const query::load_due_clocks& what);
    reply operator()(const query::list_clocks& what);
    reply operator()(const query::find_clocks& what);
    reply operator()(const query::find_asked& what);

private:
    /// All rows of a statement whose text stays the same.
    template <class Row, class... Values>
    std::vector<Row> rows(const std::string& sql, const Values&... values) {
        std::vector<Row> out;
        statement find(x_db, sql.c_str(), values...);
        while (find.next()) {
            find.read(mapping<Row>::tie(out.emplace_back()));
        }
        return out;
    }
    template <class Row, class... Values>
    std::optional<Row> row(const std::string& sql, const Values&... values) {
        statement find(x_db, sql.c_str(), values...);
        std::optional<Row> out;
        if (find.next()) {
            find.read(mapping<Row>::tie(out.emplace()));
        }
        return out;
    }
    std::optional<message_row> message_at(row_id message);
    std::optional<object_row> object_at(row_id object);
    answer::full_message everything_of(message_row message);
    answer::ready_shipment for_offer(shipment_row shipment, bool with_body);
    answer::segment segment_of(row_id object, std::uint32_t index);
    std::vector<assignment_row> assignments_of(row_id message, const std::string& agency);
    answer::inbox_item item_of(inbox_row inbox, const std::string& agency);
    std::vector<row_id> inbox_page(const query::list_inbox& what, std::size_t limit);
    answer::case_item case_item_of(case_message_row row);
    answer::purges purge_messages(const query::find_purges& what);
    answer::purges purge_objects(const query::find_purges& what);
    std::optional<utc_time> next_due(utc_time now);

    connection& x_db;
};

}  // namespace dhow::store
