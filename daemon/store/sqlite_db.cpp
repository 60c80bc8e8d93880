// One SQLite connection and its prepared statements; see the header.
// Way of the message: sqlite_store turns operations into SQL; [sqlite_db] runs it.
// Not pure: files. Used by one thread at a time.
// Spec: docs/store.md. Tests: store_contract, sim/disk_test.cpp.
// Limits: none of its own.
#include "daemon/store/sqlite_db.hpp"

#include "protocol/ensure.hpp"

#include <cerrno>

namespace dhow::store {

namespace {

/// Whether the last failure of the system was a read error, in the file or in its log.
bool has_failed_to_read(sqlite3* db) {
    int of_file = 0;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &of_file);
    sqlite3_file* log = nullptr;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    int of_log = 0;
    if (log != nullptr && log->pMethods != nullptr) {
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &of_log);
    }
    return of_file == EIO || of_log == EIO;
}

}  // namespace

sqlite_error::sqlite_error(int code, const std::string& text)
    : std::runtime_error(text + " (SQLite code " + std::to_string(code) + ")"), x_code(code) {}

bool sqlite_error::is_full() const { return (x_code & 0xff) == SQLITE_FULL; }

bool sqlite_error::is_fatal() const {
    switch (x_code & 0xff) {
        case SQLITE_IOERR:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_CANTOPEN:  // The write-ahead log could not be opened.
        case SQLITE_READONLY:  // The file was replaced or its rights were taken.
        case SQLITE_PROTOCOL:
        case SQLITE_BUSY:  // Somebody else holds the file: our lock is gone.
            return true;
        default:
            return false;
    }
}

connection::connection(const std::string& path, int flags, const std::string& vfs) {
    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        vfs.empty() ? nullptr : vfs.c_str());
    x_handle.reset(opened);
    if (code != SQLITE_OK) {
        throw opened != nullptr ? error() : sqlite_error(code, "out of memory");
    }
}

// SQLite calls a file damaged that it could not read. Who believes that restores a backup, and
// loses what came after it.
sqlite_error connection::error() const {
    const int code = sqlite3_extended_errcode(x_handle.get());
    if ((code & 0xff) == SQLITE_CORRUPT && has_failed_to_read(x_handle.get())) {
        return {SQLITE_IOERR_CORRUPTFS, "the disk could not be read: Input/output error"};
    }
    return {code, sqlite3_errmsg(x_handle.get())};
}

void connection::execute(const char* sql) {
    if (sqlite3_exec(x_handle.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw error();
    }
}

std::string connection::text_of(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(x_handle.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) {
        throw error();
    }
    const statement_handle prepared(raw);
    const int code = sqlite3_step(raw);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        throw error();
    }
    const auto* text = code == SQLITE_ROW ? sqlite3_column_text(raw, 0) : nullptr;
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

std::int64_t connection::number_of(const std::string& sql) {
    const std::string text = text_of(sql);
    return text.empty() ? 0 : std::stoll(text);
}

sqlite3_stmt* connection::prepared(const char* sql) {
    auto& kept = x_statements[sql];
    if (!kept) {
        sqlite3_stmt* raw = nullptr;
        if (sqlite3_prepare_v3(x_handle.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) !=
            SQLITE_OK) {
            throw error();
        }
        kept.reset(raw);
    }
    return kept.get();
}

statement::statement(connection& db, const char* sql) : x_db(db), x_statement(db.prepared(sql)) {
    DHOW_ENSURE(sqlite3_stmt_busy(x_statement) == 0);  // Two uses at once would share its values.
}

bool statement::next() {
    x_column = 0;
    const int code = sqlite3_step(x_statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        throw x_db.error();
    }
    return code == SQLITE_ROW;
}

bool statement::run() {
    const int code = sqlite3_step(x_statement);
    if ((code & 0xff) == SQLITE_CONSTRAINT) {
        return false;
    }
    if (code != SQLITE_DONE) {
        throw x_db.error();
    }
    return true;
}

void statement::bind_number(std::int64_t value) {
    DHOW_ENSURE(sqlite3_bind_int64(x_statement, ++x_bound, value) == SQLITE_OK);
}

void statement::bind_text(std::string_view value) {
    // An empty view may have no address, which SQLite would take for NULL.
    DHOW_ENSURE(sqlite3_bind_text(x_statement, ++x_bound, value.empty() ? "" : value.data(),
                                  static_cast<int>(value.size()), SQLITE_STATIC) == SQLITE_OK);
}

void statement::bind_blob(protocol::byte_view value) {
    DHOW_ENSURE(sqlite3_bind_blob64(x_statement, ++x_bound,
                                    value.empty() ? static_cast<const void*>("") : value.data(),
                                    value.size(), SQLITE_STATIC) == SQLITE_OK);
}

void statement::bind_null() { DHOW_ENSURE(sqlite3_bind_null(x_statement, ++x_bound) == SQLITE_OK); }

std::int64_t statement::number_column() { return sqlite3_column_int64(x_statement, x_column++); }

std::string_view statement::text_column() {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(x_statement, x_column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(x_statement, x_column));
    ++x_column;
    return text == nullptr ? std::string_view{} : std::string_view{text, size};
}

protocol::byte_view statement::blob_column() {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(x_statement, x_column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(x_statement, x_column));
    ++x_column;
    return data == nullptr ? protocol::byte_view{} : protocol::byte_view{data, size};
}

void statement::read_column(protocol::bureau_id& out) {
    const auto text = text_column();
    const auto parsed = protocol::bureau_id::parse(text);
    if (!parsed && !text.empty()) {
        damaged("not a bureau");
    }
    out = parsed.value_or(protocol::bureau_id{});
}

void statement::damaged(const char* what) const {
    throw sqlite_error(SQLITE_CORRUPT, std::string(what) + " in column " +
                                           sqlite3_column_name(x_statement, x_column - 1));
}

}  // namespace dhow::store
