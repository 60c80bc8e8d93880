// A copy of the store while it works; see the header.
// Way of the message: beside it; question back_up.
// Not pure: files. Store thread.
// Spec: docs/store.md#backup. Tests: system/custody_test.cpp.
// Limits: backup_pages_per_step.
#include "daemon/store/sqlite_backup.hpp"

#include "protocol/ensure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace dhow::store {

namespace {

[[noreturn]] void failed(const std::string& what) {
    throw sqlite_error(SQLITE_CANTOPEN, what + ": " + std::strerror(errno));
}

void sync_path(const std::string& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC);
    if (file < 0) {
        failed("cannot open " + path);
    }
    const int code = ::fsync(file);
    ::close(file);
    if (code != 0) {
        failed("cannot sync " + path);
    }
}

}  // namespace

void create_private_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) {
        ::close(file);
    } else if (errno != EEXIST) {
        failed("cannot create " + path);
    }
}

sqlite_backup::sqlite_backup(connection& source, std::string path, std::string vfs)
    : x_source(source),
      x_path(std::move(path)),
      x_vfs(std::move(vfs)),
      x_partial(x_vfs.empty() ? x_path + ".partial" : x_path) {
    if (x_vfs.empty()) {
        ::unlink(x_partial.c_str());
        create_private_file(x_partial);
    }
    x_copy.emplace(x_partial, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, x_vfs);
    x_backup.reset(sqlite3_backup_init(x_copy->handle(), "main", source.handle(), "main"));
    if (!x_backup) {
        throw x_copy->error();
    }
}

sqlite_backup::~sqlite_backup() {
    x_backup.reset();
    x_copy.reset();
    if (!x_done && x_vfs.empty()) {
        ::unlink(x_partial.c_str());
    }
}

answer::backup sqlite_backup::step() {
    const int code = sqlite3_backup_step(x_backup.get(), backup_pages_per_step);
    answer::backup out;
    out.pages_left = sqlite3_backup_remaining(x_backup.get());
    out.pages_total = sqlite3_backup_pagecount(x_backup.get());
    if (code == SQLITE_OK) {
        return out;
    }
    if (code != SQLITE_DONE) {
        out.error = "cannot copy to " + x_partial + ": " + sqlite3_errstr(code);
        return out;
    }
    try {
        finish();
        out.done = true;
    } catch (const sqlite_error& error) {
        out.error = error.what();
    }
    return out;
}

// The header of the copy says WAL; a single file without a log is what can be carried and restored.
void sqlite_backup::finish() {
    x_backup.reset();
    if (!x_copy) {
        DHOW_NEVER("a backup that is finished has a copy");
    }
    x_copy->text_of("PRAGMA locking_mode = EXCLUSIVE");  // Nobody else reads it: no shared memory.
    x_copy->text_of("PRAGMA journal_mode = DELETE");
    x_copy->execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('is_backup', '1')");
    const std::string verdict = x_copy->text_of("PRAGMA quick_check(1)");
    if (verdict != "ok") {
        throw sqlite_error(SQLITE_CORRUPT, "the copy is damaged: " + verdict);
    }
    x_copy.reset();
    if (x_vfs.empty()) {
        sync_path(x_partial, O_RDWR);
        if (std::rename(x_partial.c_str(), x_path.c_str()) != 0) {
            failed("cannot rename " + x_partial);
        }
        const auto folder = std::filesystem::path(x_path).parent_path();
        sync_path(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
    }
    x_done = true;
}

answer::backup back_up_now(connection& source, const std::string& path, const std::string& vfs) {
    sqlite_backup backup(source, path, vfs);
    answer::backup out;
    while (!out.done && out.error.empty()) {
        out = backup.step();
    }
    return out;
}

}  // namespace dhow::store
