// The store on SQLite: one file, one connection, one synced commit for a batch of transactions.
// Way of the message: store thread -> [sqlite_store] -> disk. What apply() returned is on disk.
// Not pure: files. One thread at a time (the store thread).
// Spec: docs/store.md. Tests: store_contract.
// Limits: checkpoint_bytes; sweep and vacuum steps below.
#pragma once

#include "daemon/store/sqlite_backup.hpp"
#include "daemon/store/sqlite_changes.hpp"
#include "daemon/store/sqlite_schema.hpp"
#include "daemon/store/store.hpp"

#include <functional>
#include <memory>

namespace dhow::store {

struct disk_space {
    std::uint64_t free_bytes = 0;  ///< For us, not for root.
    std::uint64_t total_bytes = 0;
};
/// Of the file system that holds `path`; zeros when it can not be asked.
disk_space space_at(const std::string& path);

enum class opening : std::uint8_t {
    service,  ///< Creates, upgrades, and puts a restored backup to use.
    /// For a daemon that is stopped: changes nothing but what recovery of the log needs.
    inspection,
};

struct sqlite_options {
    std::string path;
    opening purpose = opening::service;
    protocol::instance_id instance;  ///< For a file that is created now: drawn by the caller.
    /// The least that a new store or a restored backup begins with: seconds since 1970 by the
    /// system's clock, so that it rises when a backup is put to use twice.
    std::uint64_t epoch = 1;
    std::uint64_t bytes_max = 0;        ///< Hard quota of the file (max_page_count); 0: none.
    std::function<disk_space()> space;  ///< Default: space_at(path).
    std::string vfs;                    ///< Registered SQLite file system; empty: the system's.
    /// Durability of a commit. Anything but FULL loses what was acknowledged; only the test that
    /// the
    /// tests notice this turns it down.
    std::string synchronous = "FULL";
};

class sqlite_store final : public store {
public:
    /// Locks the file, creates it (mode 0600) or checks it, sets pragmas, upgrades, raises the
    /// epoch of a
    /// restored backup. Throws open_error naming the file, the trouble, and what to do.
    static std::unique_ptr<sqlite_store> open(sqlite_options options);
    ~sqlite_store() override;

    protocol::result<std::vector<transaction_result>> apply(
        std::span<const transaction> batch) override;
    protocol::result<reply> ask(const question& what) override;
    protocol::result<bool> maintain() override;

    /// Why apply(), ask() or maintain() gave an error result; for the log.
    [[nodiscard]] const std::string& trouble() const { return x_trouble; }

private:
    explicit sqlite_store(sqlite_options options);
    void prepare_for_service();
    void check_after_trouble();
    void begin_identity();
    void load_numbers();

    std::vector<transaction_result> apply_together(std::span<const transaction> batch);
    transaction_result apply_one(const transaction& what);
    protocol::result<std::vector<transaction_result>> apply_apart(
        std::span<const transaction> batch);
    void save_numbers();
    void roll_back();
    boost::system::error_code broken(const sqlite_error& why);

    reply answer_of(const query::measure& what);
    reply answer_of(const query::back_up& what);
    reply answer_of(const query::check& what);
    bool checkpoint();
    bool sweep();
    bool vacuum();
    static int note_log_pages(void* self, sqlite3*, const char*, int pages);
    [[nodiscard]] std::string mark_of_trouble() const { return x_options.path + ".suspect"; }

    sqlite_options x_options;
    connection x_db;
    change_writer x_writer;
    row_numbers x_saved;                    ///< What the counter table holds.
    std::optional<sqlite_backup> x_backup;  ///< Under way.
    std::optional<protocol::errc> x_broken;
    std::string x_trouble;
    std::uint64_t x_log_bytes = 0;  ///< Of the write-ahead log, as far as it is not checkpointed.
    double x_commit_ms = 0;
    bool x_may_sweep = true;
};

}  // namespace dhow::store
