// A copy of the store while it works: some pages at a time, then checked, synced, renamed.
// Way of the message: beside it; question back_up.
// Not pure: files. Store thread, on the writer's own connection, so that its writes update the
// copy.
// Spec: docs/store.md#backup. Tests: system/custody_test.cpp.
// Limits: backup_pages_per_step.
#pragma once

#include "daemon/store/operations.hpp"
#include "daemon/store/sqlite_db.hpp"

namespace dhow::store {

/// 2 MiB a step: below 5 ms on a disk of 500 MB/s, so that a flash commit waits no longer.
inline constexpr int backup_pages_per_step = 256;

class sqlite_backup {
public:
    /// Writes to `path`.partial (mode 0600; one that is there is replaced). `vfs` as in
    /// sqlite_options;
    /// with a vfs of its own the copy is written to `path` itself. Throws sqlite_error.
    sqlite_backup(connection& source, std::string path, std::string vfs);
    /// Ends an unfinished copy and removes it.
    ~sqlite_backup();
    sqlite_backup(const sqlite_backup&) = delete;
    sqlite_backup& operator=(const sqlite_backup&) = delete;

    [[nodiscard]] const std::string& path() const { return x_path; }
    /// Copies some pages; when all are there, marks, checks, syncs and renames the copy. A problem
    /// with the
    /// copy ends in `error`, one with the source is thrown (sqlite_error).
    answer::backup step();

private:
    struct ender {
        void operator()(sqlite3_backup* what) const { sqlite3_backup_finish(what); }
    };
    void finish();

    connection& x_source;
    std::string x_path;
    std::string x_vfs;
    std::string x_partial;
    std::optional<connection> x_copy;
    std::unique_ptr<sqlite3_backup, ender> x_backup;
    bool x_done = false;
};

/// Runs a whole backup at once: before an upgrade.
answer::backup back_up_now(connection& source, const std::string& path, const std::string& vfs);
/// Makes an empty file of mode 0600 where none is. Throws sqlite_error.
void create_private_file(const std::string& path);

}  // namespace dhow::store
