// Tables, indices and pragmas of the SQLite store, and how an older file becomes a newer one.
// Way of the message: once, when the store is opened.
// Not pure: files. Called by the thread that opens the store.
// Spec: docs/store.md. Tests: sim/disk_test.cpp, store_contract.
// Limits: schema_version; the pragmas' values are explained in docs/store.md.
#pragma once

#include "daemon/store/sqlite_db.hpp"
#include "protocol/errors.hpp"

#include <functional>
#include <span>

namespace dhow::store {

/// Why a store can not be opened: the file, what is wrong, what to do. Start-up only.
class open_error : public std::runtime_error {
public:
    open_error(protocol::errc code, const std::string& text)
        : std::runtime_error(text), x_code(code) {}
    [[nodiscard]] protocol::errc code() const { return x_code; }

private:
    protocol::errc x_code;
};

/// `Dhow` in the file's header, so that `file` and we know whose it is.
inline constexpr std::int64_t application_id = 0x44686f77;

/// One step from the version before to `version`, run in one transaction.
struct migration {
    int version = 0;
    const char* sql = nullptr;
};
/// All steps from the empty file, in order.
std::span<const migration> migrations();

/// First of all: whose file this is, before anything in it is changed. Takes the lock. Throws
/// open_error.
void check_owner(connection& db, const std::string& path);
/// Sets every pragma, in an order that matters, and reads each one back. `synchronous` is FULL but
/// in the
/// tests of the tests. Throws open_error when one did not take.
void set_pragmas(connection& db, const std::string& path, const std::string& synchronous);
/// Brings the schema to the last of `steps`; `back_up` is called before the first step on a file
/// that has
/// a schema, with the version it has. A newer file is refused and left as it is. Throws open_error.
void migrate(connection& db, const std::string& path, std::span<const migration> steps,
             const std::function<void(int version)>& back_up);

}  // namespace dhow::store
