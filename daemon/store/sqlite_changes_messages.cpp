// Changes of messages, objects and their segments.
// Way of the message: sqlite_store::apply -> [sqlite_changes] -> tables.
// Not pure: the database. Store thread.
// Spec: docs/store.md. Tests: store_contract/differential_test.cpp.
// Limits: segment_bytes, erase_at_once_segments.
#include "daemon/store/sqlite_changes.hpp"
#include "daemon/store/sqlite_rows.hpp"
#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"

#include <openssl/sha.h>

#include <cstring>

namespace dhow::store {

namespace {

constexpr std::uint64_t segment_bytes = protocol::limits::segment_bytes;

std::uint64_t segments_of(std::uint64_t durable_bytes) {
    return (durable_bytes + segment_bytes - 1) / segment_bytes;
}

}  // namespace

std::int64_t segment_checksum(protocol::byte_view data) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> full{};
    SHA256(data.data(), data.size(), full.data());
    std::int64_t out = 0;
    std::memcpy(&out, full.data(), sizeof(out));
    return out;
}

change_result change_writer::operator()(const operation::put_message& what) {
    saw_row(what.row.row);
    statement put(x_db, insert_into<message_row>(), mapping<message_row>::tie(what.row));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::put_object& what) {
    if (what.row.row <= numbers.last_row) {
        finish_erasing(what.row.row);
    }
    saw_row(what.row.row);
    object_row row = what.row;
    row.durable_bytes = 0;
    statement put(x_db, insert_into<object_row>(), mapping<object_row>::tie(std::as_const(row)));
    return inserted(put.run());
}

change_result change_writer::operator()(const operation::put_segment& what) {
    const auto held = what.offset % segment_bytes;  // Bytes of this segment that are here already.
    DHOW_ENSURE(!what.data.empty() && what.data.size() <= segment_bytes - held);
    statement raise(x_db,
                    "UPDATE object SET durable_bytes = durable_bytes + ?1,"
                    " state = CASE state WHEN 0 THEN 1 ELSE state END"
                    " WHERE row = ?2 AND durable_bytes = ?3 AND state <> 4"
                    " AND (state = 3 OR durable_bytes + ?1 <= bytes)",
                    what.data.size(), what.object, what.offset);
    raise.run();
    if (x_db.changed_rows() == 0) {
        return change_result::conflict;
    }
    const auto place =
        segment_place(what.object, static_cast<std::uint32_t>(what.offset / segment_bytes));
    if (held > 0) {
        return grow_segment(place, held, what.data);
    }
    statement put(x_db, "INSERT INTO segment (place, checksum, data) VALUES (?, ?, ?)", place,
                  segment_checksum(what.data), what.data);
    return inserted(put.run());
}

change_result change_writer::grow_segment(std::int64_t place, std::uint64_t held_bytes,
                                          protocol::byte_view more) {
    statement find(x_db, "SELECT checksum, data FROM segment WHERE place = ?", place);
    if (!find.next()) {
        return change_result::conflict;
    }
    const auto checksum = find.value<std::int64_t>();
    auto data = find.value<protocol::bytes>();
    if (data.size() != held_bytes || segment_checksum(data) != checksum) {
        return change_result::conflict;  // Never a good checksum over what was garbled.
    }
    data.insert(data.end(), more.begin(), more.end());
    statement(x_db, "UPDATE segment SET checksum = ?, data = ? WHERE place = ?",
              segment_checksum(data), data, place)
        .run();
    return change_result::done;
}

change_result change_writer::operator()(const operation::advance_object& what) {
    if (what.state == object_state::purged) {
        statement find(x_db, "SELECT durable_bytes FROM object WHERE row = ? AND state = ?",
                       what.object, what.expected);
        if (find.next()) {
            erase_segments(what.object, find.value<std::uint64_t>());
        }
    }
    statement move(x_db,
                   "UPDATE object SET state = ?1, changed_at = ?2, message = coalesce(?3, message),"
                   " position = coalesce(?4, position), bytes = coalesce(?5, bytes),"
                   " sealed_digest = coalesce(?6, sealed_digest),"
                   " durable_bytes = CASE ?1 WHEN 4 THEN 0 ELSE durable_bytes END"
                   " WHERE row = ?7 AND state = ?8",
                   what.state, what.at, what.message, what.position, what.bytes, what.sealed_digest,
                   what.object, what.expected);
    move.run();
    return changed_or(change_result::conflict);
}

change_result change_writer::operator()(const operation::drop_object& what) {
    statement find(x_db,
                   "SELECT durable_bytes FROM object WHERE row = ?1 AND (?2 = 0 OR (message = 0"
                   " AND NOT EXISTS (SELECT 1 FROM shipment WHERE shipment.object = object.row"
                   " AND shipment.message = 0 AND shipment.state < 4)))",
                   what.object, what.only_if_loose);
    if (!find.next()) {
        return change_result::unchanged;
    }
    erase_segments(what.object, find.value<std::uint64_t>());
    statement(x_db, "DELETE FROM shipment WHERE object = ? AND message = 0", what.object).run();
    statement(x_db, "DELETE FROM object WHERE row = ?", what.object).run();
    return change_result::done;
}

change_result change_writer::operator()(const operation::drop_message& what) {
    if (what.message == 0) {
        return change_result::unchanged;
    }
    statement other(x_db,
                    "SELECT 1 FROM message AS mine JOIN message AS copy"
                    " ON copy.id = mine.id AND copy.origin = mine.origin AND copy.row <> mine.row"
                    " WHERE mine.row = ? AND copy.purge_at > ?",
                    what.message, what.at);
    if (other.next()) {
        return change_result::unchanged;
    }
    erase_message(what.message);
    return changed_or(change_result::unchanged);
}

void change_writer::erase_message(row_id message) {
    statement find(x_db, "SELECT row, durable_bytes FROM object WHERE message = ? AND message <> 0",
                   message);
    while (find.next()) {
        row_id object = 0;
        std::uint64_t durable_bytes = 0;
        find.read(object, durable_bytes);
        erase_segments(object, durable_bytes);
    }
    statement(x_db, "DELETE FROM object WHERE message = ? AND message <> 0", message).run();
    statement(x_db, "DELETE FROM delivery WHERE message = ?", message).run();
    statement(x_db, "DELETE FROM shipment WHERE message = ? AND message <> 0", message).run();
    statement(x_db, "DELETE FROM message WHERE row = ?", message).run();
}

void change_writer::erase_segments(row_id object, std::uint64_t durable_bytes) {
    if (segments_of(durable_bytes) > erase_at_once_segments) {
        statement(x_db, "INSERT OR IGNORE INTO erasable (object) VALUES (?)", object).run();
    } else if (durable_bytes > 0) {
        statement(x_db, "DELETE FROM segment WHERE place BETWEEN ? AND ?", segment_place(object, 0),
                  segment_place(object, erase_at_once_segments))
            .run();
    }
}

void change_writer::finish_erasing(row_id object) {
    statement(x_db, "DELETE FROM erasable WHERE object = ?", object).run();
    if (x_db.changed_rows() > 0) {
        statement(x_db, "DELETE FROM segment WHERE place BETWEEN ? AND ?", segment_place(object, 0),
                  segment_place(object + 1, 0) - 1)
            .run();
    }
}

bool change_writer::sweep(std::uint32_t limit) {
    statement next(x_db, "SELECT object FROM erasable ORDER BY object LIMIT 1");
    if (!next.next()) {
        return false;
    }
    const auto object = next.value<row_id>();
    statement first(x_db, "SELECT min(place) FROM segment WHERE place BETWEEN ? AND ?",
                    segment_place(object, 0), segment_place(object + 1, 0) - 1);
    first.next();
    const auto place = first.value<std::optional<std::int64_t>>();
    if (place) {
        const std::int64_t last = std::min(*place + limit, segment_place(object + 1, 0)) - 1;
        statement(x_db, "DELETE FROM segment WHERE place BETWEEN ? AND ?", *place, last).run();
    } else {
        statement(x_db, "DELETE FROM erasable WHERE object = ?", object).run();
    }
    return true;
}

}  // namespace dhow::store
