// Questions about messages, their objects and segments.
// Way of the message: sqlite_store::ask -> [sqlite_questions] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md. Tests: store_contract/differential_test.cpp.
// Limits: none.
#include "daemon/store/sqlite_changes.hpp"
#include "daemon/store/sqlite_questions.hpp"

#include <algorithm>

namespace dhow::store {

std::optional<message_row> question_reader::message_at(row_id message) {
    static const std::string sql = select_from<message_row>("WHERE row = ?");
    return row<message_row>(sql, message);
}

std::optional<object_row> question_reader::object_at(row_id object) {
    static const std::string sql = select_from<object_row>("WHERE row = ?");
    return row<object_row>(sql, object);
}

namespace {
/// An attachment that came with another attempt counts when this one has none, or not all of it.
void take_shared(std::vector<object_row>& own, object_row object) {
    const auto place = std::ranges::lower_bound(own, object.position, {}, &object_row::position);
    if (place == own.end() || place->position != object.position) {
        own.insert(place, std::move(object));
    } else if (place->state != object_state::complete && object.state == object_state::complete &&
               place->sealed_digest == object.sealed_digest) {
        *place = std::move(object);
    }
}
}  // namespace

answer::full_message question_reader::everything_of(message_row message) {
    static const std::string deliveries =
        select_from<delivery_row>("WHERE message = ? ORDER BY recipient");
    static const std::string objects =
        select_from<object_row>("WHERE message = ? AND message <> 0 ORDER BY position, row");
    static const std::string shared =
        "SELECT " + qualified_columns("object", mapping<object_row>::columns) +
        " FROM message JOIN object ON object.message = message.row AND object.message <> 0"
        " WHERE message.id = ? AND message.origin = ? AND message.row <> ?"
        " AND object.position > 0 AND object.state <> 4"
        " ORDER BY object.position, object.row";
    static const std::string shipments =
        select_from<shipment_row>("WHERE message = ? AND message <> 0 ORDER BY row");
    static const std::string inbox = select_from<inbox_row>("WHERE message = ?");
    answer::full_message out;
    out.message = std::move(message);
    const row_id at = out.message.row;
    out.deliveries = rows<delivery_row>(deliveries, at);
    out.objects = rows<object_row>(objects, at);
    for (auto& object : rows<object_row>(shared, out.message.id, out.message.origin, at)) {
        take_shared(out.objects, std::move(object));
    }
    out.shipments = rows<shipment_row>(shipments, at);
    out.inbox = row<inbox_row>(inbox, at);
    out.assignments = assignments_of(at, "");
    return out;
}

reply question_reader::operator()(const query::find_message& what) {
    static const std::string sql =
        select_from<message_row>("WHERE id = ?1 AND (?2 = '' OR origin = ?2) ORDER BY row");
    answer::messages out;
    for (auto& message : rows<message_row>(sql, what.id, what.origin)) {
        out.rows.push_back(everything_of(std::move(message)));
    }
    return out;
}

reply question_reader::operator()(const query::load_message& what) {
    answer::messages out;
    if (auto message = message_at(what.message)) {
        out.rows.push_back(everything_of(std::move(*message)));
    }
    return out;
}

reply question_reader::operator()(const query::find_object& what) {
    static const std::string sql = select_from<object_row>(
        "WHERE sealed_digest = ?1 AND state < 2 AND (?2 = '' OR from_peer IN (?2, ''))"
        " ORDER BY from_peer = ?2 DESC, row LIMIT 1");
    return answer::object{row<object_row>(sql, what.sealed_digest, what.from_peer)};
}

reply question_reader::operator()(const query::find_attachment& what) {
    static const std::string sql =
        "SELECT " + qualified_columns("object", mapping<object_row>::columns) +
        " FROM message JOIN object ON object.message = message.row AND object.message <> 0"
        " WHERE message.id = ? AND message.origin = ? AND object.sealed_digest = ?"
        " AND object.position > 0"
        " ORDER BY message.attempt DESC, message.row DESC, object.position, object.row LIMIT 1";
    return answer::object{row<object_row>(sql, what.id, what.origin, what.sealed_digest)};
}

answer::segment question_reader::segment_of(row_id object, std::uint32_t index) {
    statement find(x_db,
                   "SELECT segment.checksum, segment.data FROM object JOIN segment"
                   " ON segment.place = ? WHERE object.row = ? AND object.state <> 4",
                   segment_place(object, index), object);
    answer::segment out;
    if (find.next()) {
        const auto checksum = find.value<std::int64_t>();
        out.data = find.value<protocol::bytes>();
        if (segment_checksum(*out.data) != checksum) {
            out.data.reset();
            out.damaged = true;
        }
    }
    return out;
}

reply question_reader::operator()(const query::load_segment& what) {
    return segment_of(what.object, what.index);
}

reply question_reader::operator()(const query::load_unopened& what) {
    static const std::string sql = select_from<delivery_row>(
        "WHERE state = 16 AND message > ? ORDER BY message, recipient LIMIT ?");
    return answer::unopened{rows<delivery_row>(sql, what.after, what.limit)};
}

reply question_reader::operator()(const query::load_incomplete& what) {
    statement find(x_db,
                   "SELECT message FROM inbox WHERE complete = 0 AND message > ?"
                   " ORDER BY message LIMIT ?",
                   what.after, what.limit);
    answer::incomplete out;
    while (find.next()) {
        find.read(out.messages.emplace_back());
    }
    return out;
}

reply question_reader::operator()(const query::load_partials& what) {
    static const std::string sql = select_from<object_row>(
        "WHERE state = 1 AND from_peer IN (?1, '') AND (from_peer = ?1 OR"
        " (message <> 0 AND position > 0 AND EXISTS (SELECT 1"
        " FROM object t WHERE t.message <> 0 AND t.message = object.message"
        " AND t.position = 0 AND t.from_peer = ?1)))"
        " ORDER BY row DESC LIMIT ?2");
    return answer::partials{rows<object_row>(sql, what.from_peer, what.limit)};
}

}  // namespace dhow::store
