// Questions about the store itself: sizes, soundness, backup.
// Way of the message: beside it.
// Not pure: files. Store thread.
// Spec: docs/store.md#check. Tests: store_contract/differential_test.cpp, sim/disk_test.cpp.
// Limits: problems_max.
#include "daemon/store/sqlite_store.hpp"

#include <sys/statvfs.h>

#include <array>

namespace dhow::store {

namespace {

/// More are not told: the first ones say enough.
constexpr int problems_max = 100;

struct rule {
    const char* problem;
    const char* count_of_offenders;
};

// What the tables promise each other.
constexpr std::array rules{
    rule{"segments without an object",
         "SELECT count(*) FROM segment WHERE (place >> 20) NOT IN (SELECT row FROM object)"
         " AND (place >> 20) NOT IN (SELECT object FROM erasable)"},
    rule{"objects whose segments do not add up to durable_bytes",
         "SELECT count(*) FROM object WHERE row NOT IN (SELECT object FROM erasable)"
         " AND durable_bytes <> (SELECT coalesce(sum(length(data)), 0) FROM segment"
         "  WHERE place BETWEEN object.row << 20 AND (object.row << 20) + 1048575)"},
    rule{"wrong counts of waiting shipments",
         "SELECT count(*) FROM (SELECT peer, cls, state, in_doubt, count(*), sum(bytes)"
         " FROM shipment WHERE state < 4 GROUP BY 1, 2, 3, 4"
         " EXCEPT SELECT peer, cls, state, in_doubt, shipments, bytes FROM queue_count)"},
    rule{"counts of shipments that are not there",
         "SELECT count(*) FROM (SELECT peer, cls, state, in_doubt, shipments, bytes"
         " FROM queue_count WHERE shipments <> 0 OR bytes <> 0"
         " EXCEPT SELECT peer, cls, state, in_doubt, count(*), sum(bytes)"
         " FROM shipment WHERE state < 4 GROUP BY 1, 2, 3, 4)"},
    rule{"wrong counts of bundles' records that wait",
         "SELECT count(*) FROM bundle WHERE open <> (SELECT count(*) FROM bundle_record"
         " WHERE bundle_record.bundle = bundle.row AND bundle_record.state = 0)"},
    rule{"records without a bundle",
         "SELECT count(*) FROM bundle_record WHERE bundle NOT IN (SELECT row FROM bundle)"},
    rule{"wrong count of messages",
         "SELECT value <> (SELECT count(*) FROM message) FROM counter WHERE name = 'messages'"},
    rule{"wrong count of offered assignments",
         "SELECT value <> (SELECT count(*) FROM assignment WHERE state = 0) FROM counter"
         " WHERE name = 'offered'"},
};

}  // namespace

disk_space space_at(const std::string& path) {
    struct statvfs found{};
    if (::statvfs(path.c_str(), &found) != 0) {
        return {};
    }
    return {static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize,
            static_cast<std::uint64_t>(found.f_blocks) * found.f_frsize};
}

reply sqlite_store::answer_of(const query::measure&) {
    answer::measures out;
    const auto page = static_cast<std::uint64_t>(x_db.number_of("PRAGMA page_size"));
    out.database_bytes = page * static_cast<std::uint64_t>(x_db.number_of("PRAGMA page_count"));
    out.free_page_bytes =
        page * static_cast<std::uint64_t>(x_db.number_of("PRAGMA freelist_count"));
    out.wal_bytes = x_log_bytes;
    const disk_space space = x_options.space();
    out.disk_free_bytes = space.free_bytes;
    out.disk_total_bytes = space.total_bytes;
    out.messages = static_cast<std::uint64_t>(
        x_db.number_of("SELECT value FROM counter WHERE name = 'messages'"));
    out.inbox_open = static_cast<std::uint64_t>(
        x_db.number_of("SELECT value FROM counter WHERE name = 'offered'"));
    out.clocks_open =
        static_cast<std::uint64_t>(x_db.number_of("SELECT count(*) FROM clock WHERE state < 4"));
    out.commit_ms_last = x_commit_ms;
    return out;
}

reply sqlite_store::answer_of(const query::back_up& what) {
    answer::backup out;
    if (x_backup && x_backup->path() != what.path) {
        out.error = "a backup to " + x_backup->path() + " is under way";
        return out;
    }
    try {
        if (!x_backup) {
            x_backup.emplace(x_db, what.path, x_options.vfs);
        }
        out = x_backup->step();
    } catch (const sqlite_error& error) {
        out.error = error.what();
    }
    if (out.done || !out.error.empty()) {
        x_backup.reset();
    }
    return out;
}

reply sqlite_store::answer_of(const query::check& what) {
    answer::verdict out;
    const std::string sql = std::string("PRAGMA ") +
                            (what.thorough ? "integrity_check(" : "quick_check(") +
                            std::to_string(problems_max) + ")";
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(x_db.handle(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) {
        throw x_db.error();
    }
    const statement_handle check(raw);
    while (sqlite3_step(raw) == SQLITE_ROW) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, 0));
        if (text != nullptr && std::string_view(text) != "ok") {
            out.problems.emplace_back(text);
        }
    }
    for (const auto& one : rules) {
        const std::int64_t offenders = what.thorough ? x_db.number_of(one.count_of_offenders) : 0;
        if (offenders != 0) {
            out.problems.push_back(std::string(one.problem) + ": " + std::to_string(offenders));
        }
    }
    out.ok = out.problems.empty();
    return out;
}

}  // namespace dhow::store
