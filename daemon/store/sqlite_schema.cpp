// Pragmas read back, and the frame in which schema steps run; see the header.
// Way of the message: once, when the store is opened.
// Not pure: files. Called by the thread that opens the store.
// Spec: docs/store.md. Tests: sim/disk_test.cpp, store_contract.
// Limits: the values below, each with its reason.
#include "daemon/store/sqlite_schema.hpp"

#include <array>

namespace dhow::store {

namespace {

using protocol::errc;

struct pragma {
    const char* name;
    const char* value;
    const char* read_back;
};

// In this order: the first two hold only before the first table, the lock must stand before WAL so
// that no
// shared memory is used, and the rest is independent.
constexpr std::array before_wal{
    pragma{"page_size", "8192", "8192"},        // Best for 64 KiB rows (notes in docs/store.md).
    pragma{"auto_vacuum", "INCREMENTAL", "2"},  // Space can go back without a copy of the file.
    pragma{"locking_mode", "EXCLUSIVE", "exclusive"},
};
constexpr std::array after_wal{
    pragma{"secure_delete", "FAST", "2"},  // Debian's default writes every page that is freed.
    pragma{"cell_size_check", "ON", "1"},  // Finds damage before it spreads.
    pragma{"foreign_keys", "ON", "1"},
    pragma{"mmap_size", "0", "0"},           // A stray pointer must not reach the file.
    pragma{"temp_store", "MEMORY", "2"},     // Nothing of a message in temporary files.
    pragma{"cache_size", "-8192", "-8192"},  // 8 MiB: two full batches.
    pragma{"wal_autocheckpoint", "0", "0"},  // maintain() does it when no flash waits.
    pragma{"journal_size_limit", "67108864", "67108864"},
    pragma{"trusted_schema", "OFF", "0"},
};

void set(connection& db, const std::string& path, const char* name, const std::string& value,
         const std::string& read_back) {
    const std::string read = std::string("PRAGMA ") + name;
    if (db.text_of(read) != read_back) {  // Setting some of them writes to the file.
        db.text_of(read + " = " + value);
    }
    const std::string got = db.text_of(read);
    const bool has_none = got.empty() && read_back == "0";  // A file system that cannot map files.
    if (got != read_back && !has_none) {
        throw open_error(errc::store_failed, path + ": pragma " + name + " is '" + got +
                                                 "', expected '" + read_back +
                                                 "'; the file was not made by dhowd, or this "
                                                 "SQLite was built without what dhowd needs");
    }
}

std::string number_for(const std::string& synchronous) {
    return synchronous == "FULL" ? "2" : synchronous == "NORMAL" ? "1" : "0";
}

}  // namespace

void check_owner(connection& db, const std::string& path) {
    db.execute("PRAGMA locking_mode = EXCLUSIVE");
    const auto owner = db.number_of("PRAGMA application_id");
    const auto tables = db.number_of("SELECT count(*) FROM sqlite_schema");
    if (owner != application_id && (owner != 0 || tables != 0)) {
        throw open_error(errc::store_failed,
                         path +
                             " is an SQLite database, but not a store of dhowd; name another "
                             "file in the configuration, nothing was changed");
    }
}

void set_pragmas(connection& db, const std::string& path, const std::string& synchronous) {
    for (const auto& one : before_wal) {
        set(db, path, one.name, one.value, one.read_back);
    }
    set(db, path, "journal_mode", "WAL", "wal");
    set(db, path, "synchronous", synchronous, number_for(synchronous));
    for (const auto& one : after_wal) {
        set(db, path, one.name, one.value, one.read_back);
    }
}

void migrate(connection& db, const std::string& path, std::span<const migration> steps,
             const std::function<void(int version)>& back_up) {
    const auto has = static_cast<int>(db.number_of("PRAGMA user_version"));
    const int wanted = steps.back().version;
    if (has > wanted) {
        throw open_error(errc::store_failed,
                         path + " has schema version " + std::to_string(has) +
                             ", this dhowd knows up to " + std::to_string(wanted) +
                             "; install the newer dhowd again, or restore the backup that it made "
                             "before the upgrade");
    }
    if (has != 0 && has < wanted) {
        back_up(has);
    }
    for (const auto& step : steps) {
        if (step.version <= has) {
            continue;
        }
        db.execute("BEGIN IMMEDIATE");
        try {
            db.execute(step.sql);
            db.execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
            db.execute(("PRAGMA user_version = " + std::to_string(step.version)).c_str());
            db.execute("COMMIT");
        } catch (const sqlite_error&) {
            if (db.in_transaction()) {
                db.execute("ROLLBACK");
            }
            throw;
        }
    }
}

}  // namespace dhow::store
