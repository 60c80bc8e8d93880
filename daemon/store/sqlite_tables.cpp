// The tables of the store, and the steps from one version of the schema to the next.
// Way of the message: once, when the store is created.
// Pure text.
// Spec: docs/store.md explains every table and index. Tests: store_contract.
// Limits: a published step is never changed; a new one is added.
#include "daemon/store/sqlite_schema.hpp"

#include <array>

namespace dhow::store {

namespace {

constexpr auto version_1 = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('last_row', 0), ('last_event', 0), ('messages', 0), ('offered', 0);

CREATE TABLE message (
    row INTEGER PRIMARY KEY, origin TEXT NOT NULL, id BLOB NOT NULL, attempt INTEGER NOT NULL,
    roles INTEGER NOT NULL, cls INTEGER NOT NULL, received_at INTEGER NOT NULL,
    age_at_receipt INTEGER NOT NULL, hops INTEGER NOT NULL, expires_at INTEGER,
    seal BLOB NOT NULL, lockboxes BLOB NOT NULL, text_object INTEGER NOT NULL,
    agency TEXT NOT NULL, kind TEXT NOT NULL, kept_key BLOB NOT NULL,
    purge_at INTEGER NOT NULL) STRICT;
CREATE INDEX message_by_id ON message (id, origin);
CREATE INDEX message_to_purge ON message (purge_at);
CREATE TRIGGER message_put AFTER INSERT ON message BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'messages';
END;
CREATE TRIGGER message_dropped AFTER DELETE ON message BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'messages';
END;

CREATE TABLE object (
    row INTEGER PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT NULL,
    message INTEGER NOT NULL, position INTEGER NOT NULL, cls INTEGER NOT NULL,
    sealed_digest BLOB NOT NULL, bytes INTEGER NOT NULL, durable_bytes INTEGER NOT NULL,
    from_peer TEXT NOT NULL, preamble BLOB NOT NULL, changed_at INTEGER NOT NULL) STRICT;
CREATE INDEX object_by_message ON object (message, position) WHERE message <> 0;
CREATE INDEX object_unfinished ON object (sealed_digest) WHERE state < 2;
CREATE INDEX object_partial ON object (from_peer) WHERE state = 1;
CREATE INDEX object_spooling ON object (state) WHERE state = 3;
CREATE INDEX object_loose ON object (changed_at) WHERE message = 0;

CREATE TABLE segment (
    place INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
CREATE TABLE erasable (object INTEGER PRIMARY KEY) STRICT;

CREATE TABLE delivery (
    message INTEGER NOT NULL, recipient TEXT NOT NULL, state INTEGER NOT NULL,
    next_hop TEXT NOT NULL, attempt INTEGER NOT NULL, code INTEGER NOT NULL, text TEXT NOT NULL,
    due_at INTEGER, changed_at INTEGER NOT NULL, crash_count INTEGER NOT NULL,
    receipt INTEGER NOT NULL, PRIMARY KEY (message, recipient)) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_received ON delivery (message) WHERE state = 16;

CREATE TABLE shipment (
    row INTEGER PRIMARY KEY, peer TEXT NOT NULL, cls INTEGER NOT NULL, state INTEGER NOT NULL,
    object INTEGER NOT NULL, message INTEGER NOT NULL, position INTEGER NOT NULL,
    attempt INTEGER NOT NULL, origin TEXT NOT NULL, in_doubt INTEGER NOT NULL,
    tries INTEGER NOT NULL, code INTEGER NOT NULL, text TEXT NOT NULL, due_at INTEGER,
    created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
CREATE INDEX shipment_queue ON shipment (peer, cls, state);
CREATE INDEX shipment_by_message ON shipment (message) WHERE message <> 0;
CREATE INDEX shipment_loose ON shipment (object) WHERE message = 0;
CREATE INDEX shipment_receipts ON shipment (row) WHERE message = 0 AND state < 3;
CREATE INDEX shipment_waiting ON shipment (object) WHERE state = 1;
CREATE INDEX shipment_due ON shipment (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE queue_count (
    peer TEXT NOT NULL, cls INTEGER NOT NULL, state INTEGER NOT NULL, in_doubt INTEGER NOT NULL,
    shipments INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (peer, cls, state, in_doubt)) STRICT, WITHOUT ROWID;
CREATE TRIGGER shipment_put AFTER INSERT ON shipment WHEN new.state < 4 BEGIN
    INSERT INTO queue_count VALUES (new.peer, new.cls, new.state, new.in_doubt, 1, new.bytes)
        ON CONFLICT DO UPDATE SET shipments = shipments + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER shipment_dropped AFTER DELETE ON shipment WHEN old.state < 4 BEGIN
    UPDATE queue_count SET shipments = shipments - 1, bytes = bytes - old.bytes
        WHERE peer = old.peer AND cls = old.cls AND state = old.state AND in_doubt = old.in_doubt;
END;
CREATE TRIGGER shipment_left AFTER UPDATE OF state, in_doubt ON shipment
    WHEN old.state < 4 AND (old.state <> new.state OR old.in_doubt <> new.in_doubt) BEGIN
    UPDATE queue_count SET shipments = shipments - 1, bytes = bytes - old.bytes
        WHERE peer = old.peer AND cls = old.cls AND state = old.state AND in_doubt = old.in_doubt;
END;
CREATE TRIGGER shipment_entered AFTER UPDATE OF state, in_doubt ON shipment
    WHEN new.state < 4 AND (old.state <> new.state OR old.in_doubt <> new.in_doubt) BEGIN
    INSERT INTO queue_count VALUES (new.peer, new.cls, new.state, new.in_doubt, 1, new.bytes)
        ON CONFLICT DO UPDATE SET shipments = shipments + 1, bytes = bytes + excluded.bytes;
END;

CREATE TABLE custody (
    origin TEXT NOT NULL, id BLOB NOT NULL, attempt INTEGER NOT NULL, recipient TEXT NOT NULL,
    taken_from TEXT NOT NULL, handed_on INTEGER NOT NULL, outcome INTEGER,
    inner_digest BLOB NOT NULL,
    forget_at INTEGER NOT NULL,
    PRIMARY KEY (id, origin, attempt, recipient)) STRICT, WITHOUT ROWID;
CREATE INDEX custody_to_forget ON custody (forget_at);

CREATE TABLE inbox (
    message INTEGER PRIMARY KEY, origin TEXT NOT NULL, id BLOB NOT NULL,
    content_digest BLOB NOT NULL, sealed_summary BLOB NOT NULL, complete INTEGER NOT NULL,
    opened_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX inbox_by_id ON inbox (id, origin);
CREATE INDEX inbox_incomplete ON inbox (message) WHERE complete = 0;
CREATE TABLE assignment (
    message INTEGER NOT NULL, agency TEXT NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL,
    changed_at INTEGER NOT NULL, PRIMARY KEY (message, agency)) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_by_agency ON assignment (agency, state, message);
CREATE INDEX assignment_offered ON assignment (message) WHERE state = 0;
CREATE TRIGGER assignment_put AFTER INSERT ON assignment WHEN new.state = 0 BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'offered';
END;
CREATE TRIGGER assignment_moved AFTER UPDATE OF state ON assignment BEGIN
    UPDATE counter SET value = value + (new.state = 0) - (old.state = 0) WHERE name = 'offered';
END;

CREATE TABLE outcome (
    row INTEGER PRIMARY KEY, origin TEXT NOT NULL, cls INTEGER NOT NULL, id BLOB NOT NULL,
    attempt INTEGER NOT NULL, recipient TEXT NOT NULL, kind INTEGER NOT NULL, at INTEGER NOT NULL,
    seal_digest BLOB NOT NULL, reason INTEGER NOT NULL, agency TEXT NOT NULL,
    on_disk BLOB NOT NULL) STRICT;

CREATE TABLE receipt (
    row INTEGER PRIMARY KEY, receipt_digest BLOB NOT NULL UNIQUE, issuer TEXT NOT NULL,
    encoded BLOB NOT NULL, received_at INTEGER NOT NULL) STRICT;
CREATE TABLE receipt_of (
    id BLOB NOT NULL, origin TEXT NOT NULL, receipt INTEGER NOT NULL,
    PRIMARY KEY (id, origin, receipt)) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    key BLOB PRIMARY KEY, request BLOB NOT NULL, id BLOB NOT NULL,
    forget_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_to_forget ON idempotency (forget_at);

CREATE TABLE event (
    origin TEXT NOT NULL, id BLOB NOT NULL, number INTEGER NOT NULL, recipient TEXT NOT NULL,
    at INTEGER NOT NULL, what TEXT NOT NULL, actor TEXT NOT NULL, code INTEGER NOT NULL,
    text TEXT NOT NULL, PRIMARY KEY (id, origin, number)) STRICT, WITHOUT ROWID;

CREATE TABLE peer (
    peer TEXT PRIMARY KEY, instance BLOB NOT NULL, epoch INTEGER NOT NULL, boot INTEGER NOT NULL,
    sent_count INTEGER NOT NULL, received_count INTEGER NOT NULL,
    flash_upto INTEGER NOT NULL, urgent_upto INTEGER NOT NULL, routine_upto INTEGER NOT NULL,
    bulk_upto INTEGER NOT NULL, suspended TEXT NOT NULL, suspended_until INTEGER,
    last_session_at INTEGER, last_error TEXT NOT NULL, last_error_at INTEGER) STRICT, WITHOUT ROWID;
)sql";

/// Who suspended a peer, when, and for how long in seconds.
constexpr const char* version_2 = R"sql(
ALTER TABLE peer ADD COLUMN suspended_by TEXT NOT NULL DEFAULT '';
ALTER TABLE peer ADD COLUMN suspended_at INTEGER;
ALTER TABLE peer ADD COLUMN suspended_for INTEGER;
)sql";

/// Courier bundles, and what finds the deliveries that may go along.
constexpr auto version_3 = R"sql(
CREATE TABLE bundle (
    row INTEGER PRIMARY KEY, id BLOB NOT NULL, peer TEXT NOT NULL, is_import INTEGER NOT NULL,
    state INTEGER NOT NULL, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
    due_at INTEGER, volumes INTEGER NOT NULL, bytes INTEGER NOT NULL, records INTEGER NOT NULL,
    open INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX bundle_by_id ON bundle (id, peer, is_import);
CREATE INDEX bundle_by_peer ON bundle (peer, is_import);
CREATE INDEX bundle_due ON bundle (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX bundle_to_forget ON bundle (changed_at) WHERE state IN (2, 3, 5);

CREATE TABLE bundle_record (
    bundle INTEGER NOT NULL, record INTEGER NOT NULL, state INTEGER NOT NULL,
    message INTEGER NOT NULL, object INTEGER NOT NULL, shipment INTEGER NOT NULL,
    position INTEGER NOT NULL, attempt INTEGER NOT NULL, recipients TEXT NOT NULL,
    code INTEGER NOT NULL, told_in INTEGER NOT NULL,
    PRIMARY KEY (bundle, record)) STRICT, WITHOUT ROWID;
CREATE INDEX bundle_record_open ON bundle_record (bundle, record) WHERE state = 0;
CREATE INDEX bundle_record_told ON bundle_record (told_in) WHERE told_in <> 0;
CREATE TRIGGER bundle_record_put AFTER INSERT ON bundle_record BEGIN
    UPDATE bundle SET records = records + 1, open = open + (new.state = 0)
        WHERE row = new.bundle;
END;
CREATE TRIGGER bundle_record_moved AFTER UPDATE OF state ON bundle_record
    WHEN (old.state = 0) <> (new.state = 0) BEGIN
    UPDATE bundle SET open = open + (new.state = 0) - (old.state = 0) WHERE row = new.bundle;
END;
CREATE TRIGGER bundle_record_dropped AFTER DELETE ON bundle_record WHEN old.state = 0 BEGIN
    UPDATE bundle SET open = open - 1 WHERE row = old.bundle;
END;

CREATE INDEX delivery_for ON delivery (recipient, message) WHERE state IN (0, 1, 2, 3, 4, 5, 9);
CREATE INDEX delivery_by_hop ON delivery (next_hop, message) WHERE state IN (0, 1, 2, 3, 4, 5, 9);
)sql";

/// Cases: how far each is by the word of each bureau, and their messages.
constexpr auto version_4 = R"sql(
CREATE TABLE case_head (
    key BLOB NOT NULL, owner TEXT NOT NULL, revision INTEGER NOT NULL, state TEXT NOT NULL,
    ended INTEGER NOT NULL, suspended INTEGER NOT NULL, content_version INTEGER NOT NULL,
    content_at INTEGER NOT NULL, decision_version INTEGER NOT NULL,
    decision_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, due_at INTEGER,
    reminders INTEGER NOT NULL, PRIMARY KEY (key, owner)) STRICT, WITHOUT ROWID;
CREATE INDEX case_due ON case_head (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX case_ended ON case_head (owner, key) WHERE ended = 1;
CREATE TABLE case_message (
    key BLOB NOT NULL, owner TEXT NOT NULL, id BLOB NOT NULL, role INTEGER NOT NULL,
    standing INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,
    agency TEXT NOT NULL, recipients TEXT NOT NULL,
    PRIMARY KEY (key, owner, id)) STRICT, WITHOUT ROWID;
)sql";

/// Until when messages want an answer.
constexpr auto version_5 = R"sql(
CREATE TABLE clock (
    row INTEGER PRIMARY KEY, id BLOB NOT NULL, origin TEXT NOT NULL, other TEXT NOT NULL,
    subject BLOB NOT NULL, answer TEXT NOT NULL, state INTEGER NOT NULL, number INTEGER NOT NULL,
    number_max INTEGER NOT NULL, since INTEGER NOT NULL, within INTEGER NOT NULL,
    answer_within INTEGER NOT NULL, until INTEGER, due_at INTEGER, fired INTEGER NOT NULL,
    tasks INTEGER NOT NULL, agency TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX clock_by_id ON clock (id, other, answer);
CREATE INDEX clock_by_subject ON clock (subject);
CREATE INDEX clock_due ON clock (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX clock_open ON clock (row) WHERE state < 4;
)sql";

/// What was called back by a later message, so that late copies are refused.
constexpr auto version_6 = R"sql(
CREATE TABLE tombstone (
    origin TEXT NOT NULL, id BLOB NOT NULL, called_by BLOB NOT NULL,
    is_cancelled INTEGER NOT NULL, forget_at INTEGER NOT NULL,
    PRIMARY KEY (id, origin, called_by)) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_to_forget ON tombstone (forget_at);
)sql";

/// How confidential a message is, and what finds those that not every link may carry. Restrictions.
constexpr auto version_7 = R"sql(
ALTER TABLE message ADD COLUMN level INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shipment ADD COLUMN level INTEGER NOT NULL DEFAULT 0;
CREATE INDEX shipment_by_level ON shipment (peer, cls, level) WHERE level > 1 AND state = 0;
CREATE INDEX case_restricted ON case_message (owner, key) WHERE role = 6;
)sql";

/// Of ended cases the lowest version that may give content again.
constexpr auto version_8 = R"sql(
UPDATE case_head SET content_version = decision_version + 1, content_at = 0 WHERE ended = 1;
)sql";

/// Until when cases may be kept, and what was deleted. Those that are there get five years since
/// their last word, and their sources are asked half a year before; an end is not prepared.
constexpr auto version_9 = R"sql(
ALTER TABLE case_head ADD COLUMN keep_until INTEGER;
ALTER TABLE case_head ADD COLUMN keeping INTEGER NOT NULL DEFAULT 0;
ALTER TABLE case_head ADD COLUMN keep_at INTEGER;
ALTER TABLE case_head ADD COLUMN sealed_end BLOB NOT NULL DEFAULT x'';
ALTER TABLE case_message ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX case_to_look_at ON case_head (keep_at, key, owner) WHERE keep_at IS NOT NULL;
CREATE TABLE deletion (
    row INTEGER PRIMARY KEY, key BLOB NOT NULL, owner TEXT NOT NULL, at INTEGER NOT NULL,
    messages INTEGER NOT NULL, cause TEXT NOT NULL, proof BLOB NOT NULL) STRICT;
CREATE INDEX deletion_by_case ON deletion (key);
UPDATE case_head SET keep_until = changed_at + 157788000000,
    keep_at = changed_at + 157788000000 - 15778800000;
)sql";

constexpr std::array<migration, 9> steps{{{1, version_1},
                                          {2, version_2},
                                          {3, version_3},
                                          {4, version_4},
                                          {5, version_5},
                                          {6, version_6},
                                          {7, version_7},
                                          {8, version_8},
                                          {9, version_9}}};

}  // namespace

std::span<const migration> migrations() { return steps; }

}  // namespace dhow::store
