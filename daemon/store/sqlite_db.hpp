// One SQLite connection and its prepared statements, closed when they go; result codes as
// exceptions.
// Way of the message: sqlite_store turns operations into SQL; [sqlite_db] runs it.
// Not pure: files. Used by one thread at a time; exceptions never leave sqlite_store.
// Spec: docs/store.md. Tests: store_contract, sim/disk_test.cpp.
// Limits: one statement is kept per SQL text, and the texts are constants of the program.
#pragma once

#include "protocol/ids.hpp"

#include <sqlite3.h>

#include <concepts>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_map>

namespace dhow::store {

/// A result code of SQLite other than OK, ROW, DONE and CONSTRAINT. `code` is the extended one.
class sqlite_error : public std::runtime_error {
public:
    sqlite_error(int code, const std::string& text);
    [[nodiscard]] int code() const { return x_code; }
    /// No space on the file system or above max_page_count: nothing was changed, all is well.
    [[nodiscard]] bool is_full() const;
    /// Reads, writes or syncs failed, or the file is damaged: what is on disk is not known.
    [[nodiscard]] bool is_fatal() const;

private:
    int x_code;
};

struct statement_closer {
    void operator()(sqlite3_stmt* what) const { sqlite3_finalize(what); }
};
using statement_handle = std::unique_ptr<sqlite3_stmt, statement_closer>;

/// An open database. Statements are prepared once per SQL text and kept.
class connection {
public:
    /// `flags` of sqlite3_open_v2; `vfs` may be empty (the system's). Throws sqlite_error.
    connection(const std::string& path, int flags, const std::string& vfs);

    /// Runs SQL that gives no rows, or whose rows do not matter. Throws.
    void execute(const char* sql);
    /// First column of the first row as text; empty when there is none or it is NULL. Throws.
    std::string text_of(const std::string& sql);
    std::int64_t number_of(const std::string& sql);
    /// The kept statement for a text that lives as long as the program.
    sqlite3_stmt* prepared(const char* sql);
    /// Closes what is kept: needed before a connection can be closed for good and during
    /// migrations.
    void forget_statements() { x_statements.clear(); }

    [[nodiscard]] bool in_transaction() const {
        return sqlite3_get_autocommit(x_handle.get()) == 0;
    }
    [[nodiscard]] std::int64_t changed_rows() const { return sqlite3_changes64(x_handle.get()); }
    [[nodiscard]] sqlite3* handle() const { return x_handle.get(); }
    /// The last error of this connection.
    [[nodiscard]] sqlite_error error() const;

private:
    struct closer {
        void operator()(sqlite3* what) const { sqlite3_close_v2(what); }
    };
    std::unique_ptr<sqlite3, closer> x_handle;
    std::unordered_map<const void*, statement_handle>
        x_statements;  ///< By the address of the text.
};

/// One use of a kept statement: binds the values in order, steps, and is reset at the end. Texts
/// and blobs
/// are bound without a copy, so they must outlive this object.
class statement {
public:
    template <class... Values>
        requires(sizeof...(Values) > 0)
    statement(connection& db, const char* sql, const Values&... values) : statement(db, sql) {
        (bind(values), ...);
    }
    statement(connection& db, const char* sql);
    /// The values of a tuple first, then the others.
    template <class... Columns, class... Values>
    statement(connection& db, const char* sql, const std::tuple<Columns...>& row,
              const Values&... values)
        : statement(db, sql) {
        std::apply([&](const auto&... value) { (bind(value), ...); }, row);
        (bind(values), ...);
    }
    ~statement() { sqlite3_reset(x_statement); }
    statement(const statement&) = delete;
    statement& operator=(const statement&) = delete;

    /// True: a row is there to be read. Throws.
    bool next();
    /// Runs to the end. False: a constraint (key exists) forbade it, and nothing was done. Throws.
    bool run();
    /// Reads the columns of the row from the left, going on where the last call ended.
    template <class... Values>
    void read(Values&... values) {
        (read_column(values), ...);
    }
    template <class... Columns>
    void read(std::tuple<Columns&...> row) {
        std::apply([&](auto&... value) { (read_column(value), ...); }, row);
    }
    template <class Value>
    Value value() {
        Value out{};
        read_column(out);
        return out;
    }

private:
    void bind_number(std::int64_t value);
    void bind_text(std::string_view value);
    void bind_blob(protocol::byte_view value);
    void bind_null();
    [[nodiscard]] std::int64_t number_column();
    [[nodiscard]] std::string_view text_column();
    [[nodiscard]] protocol::byte_view blob_column();
    [[noreturn]] void damaged(const char* what) const;

    template <std::integral Number>
    void bind(Number value) {
        bind_number(static_cast<std::int64_t>(value));
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void bind(Enum value) {
        bind_number(static_cast<std::int64_t>(value));
    }
    template <class Rep, class Period>
    void bind(std::chrono::duration<Rep, Period> value) {
        bind_number(static_cast<std::int64_t>(value.count()));
    }
    void bind(protocol::utc_time value) { bind_number(value.time_since_epoch().count()); }
    void bind(const std::string& value) { bind_text(value); }
    void bind(const protocol::bureau_id& value) { bind_text(value.text()); }
    void bind(const protocol::bytes& value) { bind_blob(value); }
    template <class Tag, std::size_t Size>
    void bind(const protocol::fixed_bytes<Tag, Size>& value) {
        bind_blob(value.view());
    }
    template <class Value>
    void bind(const std::optional<Value>& value) {
        if (value) {
            bind(*value);
        } else {
            bind_null();
        }
    }

    template <std::integral Number>
    void read_column(Number& out) {
        const std::int64_t number = number_column();
        out = static_cast<Number>(number);
        if (static_cast<std::int64_t>(out) != number) {
            damaged("number out of range");
        }
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void read_column(Enum& out) {
        std::underlying_type_t<Enum> number{};
        read_column(number);
        out = static_cast<Enum>(number);
    }
    template <class Rep, class Period>
    void read_column(std::chrono::duration<Rep, Period>& out) {
        out = std::chrono::duration<Rep, Period>{number_column()};
    }
    void read_column(protocol::utc_time& out) {
        out = protocol::utc_time{protocol::milliseconds{number_column()}};
    }
    void read_column(std::string& out) { out = text_column(); }
    void read_column(protocol::bureau_id& out);
    void read_column(protocol::bytes& out) {
        const auto view = blob_column();
        out.assign(view.begin(), view.end());
    }
    template <class Tag, std::size_t Size>
    void read_column(protocol::fixed_bytes<Tag, Size>& out) {
        const auto value = protocol::from_view<protocol::fixed_bytes<Tag, Size>>(blob_column());
        if (!value) {
            damaged("value of the wrong length");
        }
        out = *value;
    }
    template <class Value>
    void read_column(std::optional<Value>& out) {
        if (sqlite3_column_type(x_statement, x_column) == SQLITE_NULL) {
            ++x_column;
            out.reset();
        } else {
            read_column(out.emplace());
        }
    }

    connection& x_db;
    sqlite3_stmt* x_statement;
    int x_bound = 0;
    int x_column = 0;
};

}  // namespace dhow::store
