// Opening of the store: lock, creation, checks, upgrade, a restored backup put to use.
// Way of the message: once, before the first message.
// Not pure: files. The thread that opens the store.
// Spec: docs/store.md#opening. Tests: sim/disk_test.cpp.
// Limits: none.
#include "daemon/store/sqlite_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace dhow::store {

namespace {

using protocol::errc;

int flags_for(const sqlite_options& options) {
    return options.purpose == opening::service ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                               : SQLITE_OPEN_READWRITE;
}

open_error explain(const std::string& path, const sqlite_error& error) {
    switch (error.code() & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {errc::store_failed,
                    path +
                        " is in use by another process (a second dhowd, or an sqlite3 shell); "
                        "stop that one, or name another store in the configuration"};
        case SQLITE_NOTADB:
            return {errc::store_corrupt,
                    path +
                        " is not an SQLite database; move it away, or restore a backup with "
                        "the command in docs/store.md"};
        case SQLITE_CORRUPT:
            return {errc::store_corrupt, path + " is damaged: " + error.what() +
                                             "; keep the file for salvage and restore a backup"};
        case SQLITE_FULL:
            return {errc::store_full,
                    path + ": no space left on the disk; free some and start again"};
        case SQLITE_CANTOPEN:
            return {errc::store_failed, path + " cannot be opened: " + error.what() +
                                            "; check that its folder exists and that dhowd may "
                                            "write there"};
        default:
            return {errc::store_failed, path + ": " + error.what()};
    }
}

}  // namespace

std::unique_ptr<sqlite_store> sqlite_store::open(sqlite_options options) {
    const std::string path = options.path;
    try {
        if (options.purpose == opening::service && options.vfs.empty()) {
            create_private_file(path);
        }
        return std::unique_ptr<sqlite_store>(new sqlite_store(std::move(options)));
    } catch (const sqlite_error& error) {
        throw explain(path, error);
    }
}

sqlite_store::sqlite_store(sqlite_options options)
    : x_options(std::move(options)),
      x_db(x_options.path, flags_for(x_options), x_options.vfs),
      x_writer(x_db) {
    if (!x_options.space) {
        x_options.space = [path = x_options.path] { return space_at(path); };
    }
    check_owner(x_db, x_options.path);
    if (x_options.purpose != opening::service && x_db.number_of("PRAGMA user_version") == 0) {
        throw open_error(errc::store_failed,
                         x_options.path + " is empty; start dhowd once, it will set the file up");
    }
    set_pragmas(x_db, x_options.path, x_options.synchronous);
    if (x_options.purpose == opening::service) {
        prepare_for_service();
    } else {
        migrate(x_db, x_options.path, migrations(), [this](int version) {
            throw open_error(errc::store_failed,
                             x_options.path + " has schema version " + std::to_string(version) +
                                 "; start dhowd once, it will upgrade the file");
        });
    }
    sqlite3_wal_hook(x_db.handle(), &sqlite_store::note_log_pages, this);
    load_numbers();
}

sqlite_store::~sqlite_store() {
    // The backup reads from the connection, so it goes first.
    x_backup.reset();
    x_db.forget_statements();
}

void sqlite_store::prepare_for_service() {
    check_after_trouble();
    migrate(x_db, x_options.path, migrations(), [this](int version) {
        const std::string copy = x_options.path + ".before-upgrade-from-" + std::to_string(version);
        const auto backup = back_up_now(x_db, copy, x_options.vfs);
        if (!backup.error.empty()) {
            throw open_error(errc::store_failed,
                             x_options.path +
                                 " was not upgraded, since the backup before it "
                                 "failed: " +
                                 backup.error);
        }
    });
    begin_identity();
    if (x_options.bytes_max > 0) {
        const auto pages = x_options.bytes_max / 8192;
        x_db.text_of("PRAGMA max_page_count = " + std::to_string(pages));
    }
}

// An I/O error may have been hidden by the next sync that succeeded, so the file is read before it
// is trusted. Takes a time that grows with the file; only after such an error.
void sqlite_store::check_after_trouble() {
    if (!x_options.vfs.empty() || !std::filesystem::exists(mark_of_trouble())) {
        return;
    }
    const std::string verdict = x_db.text_of("PRAGMA quick_check(1)");
    if (verdict != "ok") {
        throw open_error(errc::store_corrupt,
                         x_options.path + " is damaged after an I/O error: " + verdict +
                             "; keep the file for salvage and restore a backup");
    }
    ::unlink(mark_of_trouble().c_str());
}

// A new file gets the identity that the caller drew. A restored backup is another epoch of the same
// instance, since what it sent and took after the backup is forgotten here.
void sqlite_store::begin_identity() {
    const auto instance = x_db.text_of("SELECT value FROM meta WHERE key = 'instance'");
    const auto epoch = x_db.text_of("SELECT value FROM meta WHERE key = 'epoch'");
    const bool is_new = instance.empty();
    const bool is_number = !epoch.empty() && epoch.size() <= 18 &&
                           epoch.find_first_not_of("0123456789") == std::string::npos;
    if (!is_new && (!protocol::from_hex<protocol::instance_id>(instance) || !is_number)) {
        throw open_error(
            errc::store_corrupt,
            x_options.path + " does not say which store it is; keep it and restore a backup");
    }
    const bool is_backup = x_db.text_of("SELECT value FROM meta WHERE key = 'is_backup'") == "1";
    if (!is_new && !is_backup) {
        return;
    }
    x_db.execute("BEGIN IMMEDIATE");
    if (is_new) {
        x_writer(operation::put_meta{"instance", protocol::to_hex(x_options.instance.view())});
        x_writer(operation::put_meta{"epoch", std::to_string(x_options.epoch)});
    } else {
        // Peers refuse an epoch that is not the newest they know: of two restored backups, or one
        // restored twice, the later must have the higher one.
        const auto next = std::max<std::uint64_t>(std::stoull(epoch) + 1, x_options.epoch);
        x_writer(operation::put_meta{"epoch", std::to_string(next)});
        // All that waits here may have been sent after the backup was made.
        x_db.execute(
            "UPDATE shipment SET in_doubt = 1 WHERE state < 4 AND in_doubt = 0;"
            "DELETE FROM meta WHERE key = 'is_backup'");
    }
    x_db.execute("COMMIT");
}

void sqlite_store::load_numbers() {
    x_writer.numbers.last_row = x_db.number_of("SELECT value FROM counter WHERE name = 'last_row'");
    x_writer.numbers.last_event =
        x_db.number_of("SELECT value FROM counter WHERE name = 'last_event'");
    x_saved = x_writer.numbers;
}

}  // namespace dhow::store
