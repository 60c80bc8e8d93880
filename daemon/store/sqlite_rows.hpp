// Which columns hold which members of a row, once for reading and writing.
// Way of the message: between the rows of rows.hpp and the tables of sqlite_schema.
// Pure: names and references.
// Spec: docs/store.md. Tests: store_contract.
// Limits: none.
#pragma once

#include "daemon/store/bundle_rows.hpp"
#include "daemon/store/case_rows.hpp"
#include "daemon/store/clock_rows.hpp"
#include "daemon/store/rows.hpp"

#include <string>
#include <tuple>

namespace dhow::store {

/// `table`, `columns`, and tie(): references to the members in the order of the columns.
template <class Row>
struct mapping;

template <>
struct mapping<message_row> {
    static constexpr auto table = "message";
    static constexpr auto columns =
        "row, origin, id, attempt, roles, cls, received_at, age_at_receipt, hops, expires_at, seal,"
        " lockboxes, text_object, agency, kind, kept_key, purge_at, level";
    static auto tie(auto& m) {
        return std::tie(m.row, m.origin, m.id, m.attempt, m.roles, m.cls, m.received_at,
                        m.age_at_receipt, m.hops, m.expires_at, m.seal, m.lockboxes, m.text_object,
                        m.agency, m.kind, m.kept_key, m.purge_at, m.level);
    }
};

template <>
struct mapping<object_row> {
    static constexpr auto table = "object";
    static constexpr auto columns =
        "row, kind, state, message, position, cls, sealed_digest, bytes, durable_bytes, from_peer,"
        " preamble, changed_at";
    static auto tie(auto& o) {
        return std::tie(o.row, o.kind, o.state, o.message, o.position, o.cls, o.sealed_digest,
                        o.bytes, o.durable_bytes, o.from_peer, o.preamble, o.changed_at);
    }
};

template <>
struct mapping<delivery_row> {
    static constexpr auto table = "delivery";
    static constexpr auto columns =
        "message, recipient, state, next_hop, attempt, code, text, due_at, changed_at, crash_count,"
        " receipt";
    static auto tie(auto& d) {
        return std::tie(d.message, d.recipient, d.state, d.next_hop, d.attempt, d.code, d.text,
                        d.due_at, d.changed_at, d.crash_count, d.receipt);
    }
};

template <>
struct mapping<shipment_row> {
    static constexpr auto table = "shipment";
    static constexpr auto columns =
        "row, peer, cls, state, object, message, position, attempt, origin, in_doubt, tries, code,"
        " text, due_at, created_at, changed_at";
    static auto tie(auto& s) {
        return std::tie(s.row, s.peer, s.cls, s.state, s.object, s.message, s.position, s.attempt,
                        s.origin, s.in_doubt, s.tries, s.code, s.text, s.due_at, s.created_at,
                        s.changed_at);
    }
};

template <>
struct mapping<custody_row> {
    static constexpr auto table = "custody";
    static constexpr auto columns =
        "origin, id, attempt, recipient, taken_from, handed_on, outcome, inner_digest, forget_at";
    static auto tie(auto& c) {
        return std::tie(c.origin, c.id, c.attempt, c.recipient, c.taken_from, c.handed_on,
                        c.outcome, c.inner_digest, c.forget_at);
    }
};

template <>
struct mapping<inbox_row> {
    static constexpr auto table = "inbox";
    static constexpr auto columns =
        "message, origin, id, content_digest, sealed_summary, complete, opened_at";
    static auto tie(auto& i) {
        return std::tie(i.message, i.origin, i.id, i.content_digest, i.sealed_summary, i.complete,
                        i.opened_at);
    }
};

template <>
struct mapping<assignment_row> {
    static constexpr auto table = "assignment";
    static constexpr auto columns = "message, agency, state, reason, changed_at";
    static auto tie(auto& a) {
        return std::tie(a.message, a.agency, a.state, a.reason, a.changed_at);
    }
};

template <>
struct mapping<receipt_row> {
    static constexpr auto table = "receipt";
    static constexpr auto columns = "row, receipt_digest, issuer, encoded, received_at";
    static auto tie(auto& r) {
        return std::tie(r.row, r.receipt_digest, r.issuer, r.encoded, r.received_at);
    }
};

template <>
struct mapping<idempotency_row> {
    static constexpr auto table = "idempotency";
    static constexpr auto columns = "key, request, id, forget_at";
    static auto tie(auto& i) { return std::tie(i.key, i.request, i.id, i.forget_at); }
};

template <>
struct mapping<event_row> {
    static constexpr auto table = "event";
    static constexpr auto columns = "origin, id, recipient, at, what, actor, code, text";
    static auto tie(auto& e) {
        return std::tie(e.origin, e.id, e.recipient, e.at, e.what, e.actor, e.code, e.text);
    }
};

template <>
struct mapping<peer_row> {
    static constexpr auto table = "peer";
    static constexpr auto columns =
        "peer, instance, epoch, boot, sent_count, received_count, flash_upto, urgent_upto,"
        " routine_upto, bulk_upto, suspended,"
        " suspended_until, suspended_for, suspended_by, suspended_at, last_session_at, last_error,"
        " last_error_at";
    static auto tie(auto& p) {
        return std::tie(p.peer, p.instance, p.epoch, p.boot, p.sent_count, p.received_count,
                        p.offered_upto[0], p.offered_upto[1], p.offered_upto[2], p.offered_upto[3],
                        p.suspended, p.suspended_until, p.suspended_for, p.suspended_by,
                        p.suspended_at, p.last_session_at, p.last_error, p.last_error_at);
    }
};

template <>
struct mapping<bundle_row> {
    static constexpr auto table = "bundle";
    static constexpr auto columns =
        "row, id, peer, is_import, state, created_at, changed_at, due_at, volumes, bytes, records,"
        " open";
    static auto tie(auto& b) {
        return std::tie(b.row, b.id, b.peer, b.is_import, b.state, b.created_at, b.changed_at,
                        b.due_at, b.volumes, b.bytes, b.records, b.open);
    }
};

template <>
struct mapping<bundle_record_row> {
    static constexpr auto table = "bundle_record";
    static constexpr auto columns =
        "bundle, record, state, message, object, shipment, position, attempt, recipients, code,"
        " told_in";
    static auto tie(auto& r) {
        return std::tie(r.bundle, r.record, r.state, r.message, r.object, r.shipment, r.position,
                        r.attempt, r.recipients, r.code, r.told_in);
    }
};

template <>
struct mapping<tombstone_row> {
    static constexpr auto table = "tombstone";
    static constexpr auto columns = "origin, id, called_by, is_cancelled, forget_at";
    static auto tie(auto& t) {
        return std::tie(t.origin, t.id, t.called_by, t.is_cancelled, t.forget_at);
    }
};

template <>
struct mapping<case_row> {
    static constexpr auto table = "case_head";
    static constexpr auto columns =
        "key, owner, revision, state, ended, suspended, content_version, content_at,"
        " decision_version, decision_at, changed_at, due_at, reminders, keep_until, keeping,"
        " keep_at, sealed_end";
    static auto tie(auto& c) {
        return std::tie(c.key, c.owner, c.revision, c.state, c.ended, c.suspended,
                        c.content_version, c.content_at, c.decision_version, c.decision_at,
                        c.changed_at, c.due_at, c.reminders, c.keep_until, c.keeping, c.keep_at,
                        c.sealed_end);
    }
};

template <>
struct mapping<case_message_row> {
    static constexpr auto table = "case_message";
    static constexpr auto columns =
        "key, owner, id, role, standing, version, at, agency, recipients, is_deleted";
    static auto tie(auto& c) {
        return std::tie(c.key, c.owner, c.id, c.role, c.standing, c.version, c.at, c.agency,
                        c.recipients, c.is_deleted);
    }
};

template <>
struct mapping<deletion_row> {
    static constexpr auto table = "deletion";
    static constexpr auto columns = "row, key, owner, at, messages, cause, proof";
    static auto tie(auto& d) {
        return std::tie(d.row, d.key, d.owner, d.at, d.messages, d.cause, d.proof);
    }
};

template <>
struct mapping<clock_row> {
    static constexpr auto table = "clock";
    static constexpr auto columns =
        "row, id, origin, other, subject, answer, state, number, number_max, since, within,"
        " answer_within, until, due_at, fired, tasks, agency";
    static auto tie(auto& c) {
        return std::tie(c.row, c.id, c.origin, c.other, c.subject, c.answer, c.state, c.number,
                        c.number_max, c.since, c.within, c.answer_within, c.until, c.due_at,
                        c.fired, c.tasks, c.agency);
    }
};

/// `table.a, table.b …`: the columns of a row for joins.
std::string qualified_columns(const char* table, const char* columns);
/// `INSERT INTO table (columns, more) VALUES (?1, ?2 …)`; `more` may be empty.
std::string insert_sql(const char* table, const char* columns, const char* verb = "INSERT");

/// Texts that are built once, so that their address names the prepared statement.
template <class Row>
const char* insert_into() {
    static const std::string sql = insert_sql(mapping<Row>::table, mapping<Row>::columns);
    return sql.c_str();
}

}  // namespace dhow::store
