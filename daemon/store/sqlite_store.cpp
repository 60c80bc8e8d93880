// Batches of transactions as one synced commit; what to do when one of them fails.
// Way of the message: store thread -> [sqlite_store] -> disk.
// Not pure: files, a clock to measure commits. One thread at a time.
// Spec: docs/store.md#commit. Tests: store_contract, sim.
// Limits: sweep_segments.
#include "daemon/store/sqlite_store.hpp"

#include "daemon/store/sqlite_questions.hpp"
#include "protocol/limits.hpp"

#include <chrono>
#include <cstdio>

namespace dhow::store {

namespace {

using protocol::errc;

/// Segments erased in one step of housekeeping: 4 MiB, as much as a full batch writes.
constexpr std::uint32_t sweep_segments = 64;
/// The same beside a batch, when there is never a quiet moment.
constexpr std::uint32_t sweep_segments_in_batch = 16;
/// Free pages are given back to the file system when they are a quarter of the file and this many
/// bytes.
constexpr std::int64_t vacuum_bytes_min = 256 << 20;

bool is_urgent(std::span<const transaction> batch) {
    return std::any_of(batch.begin(), batch.end(), [](const auto& one) { return one.at_once; });
}

}  // namespace

protocol::result<std::vector<transaction_result>> sqlite_store::apply(
    std::span<const transaction> batch) {
    if (x_broken) {
        return make_error_code(*x_broken);
    }
    if (batch.empty()) {
        return std::vector<transaction_result>{};
    }
    try {
        return apply_together(batch);
    } catch (const sqlite_error& error) {
        roll_back();
        if (error.is_fatal()) {
            return broken(error);
        }
    }
    return apply_apart(batch);
}

std::vector<transaction_result> sqlite_store::apply_together(std::span<const transaction> batch) {
    const auto begun = std::chrono::steady_clock::now();
    std::vector<transaction_result> results;
    results.reserve(batch.size());
    statement(x_db, "BEGIN IMMEDIATE").run();
    for (const auto& one : batch) {
        results.push_back(apply_one(one));
    }
    if (x_may_sweep && !is_urgent(batch)) {
        x_may_sweep = x_writer.sweep(sweep_segments_in_batch);
    }
    save_numbers();
    statement(x_db, "COMMIT").run();
    x_saved = x_writer.numbers;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    x_commit_ms = took.count();
    return results;
}

transaction_result sqlite_store::apply_one(const transaction& what) {
    transaction_result result;
    result.token = what.token;
    const row_numbers before = x_writer.numbers;
    statement(x_db, "SAVEPOINT one").run();
    for (std::size_t at = 0; at < what.changes.size(); ++at) {
        const change_result got = std::visit(x_writer, what.changes[at]);
        if (got == change_result::conflict) {
            statement(x_db, "ROLLBACK TO one").run();
            x_writer.numbers = before;
            result.status = transaction_status::conflict;
            result.conflict_index = at;
            result.unchanged.clear();
            break;
        }
        if (got == change_result::unchanged) {
            result.unchanged.push_back(at);
        }
    }
    statement(x_db, "RELEASE one").run();
    return result;
}

// One of them met a full disk or another error that leaves the file sound. Each for itself, so
// that only
// the culprit fails.
protocol::result<std::vector<transaction_result>> sqlite_store::apply_apart(
    std::span<const transaction> batch) {
    std::vector<transaction_result> results;
    for (const auto& one : batch) {
        try {
            results.push_back(apply_together({&one, 1}).front());
        } catch (const sqlite_error& error) {
            roll_back();
            if (error.is_fatal()) {
                return broken(error);
            }
            auto& result = results.emplace_back();
            result.token = one.token;
            result.status = error.is_full() ? transaction_status::full : transaction_status::failed;
            result.detail = error.what();
        }
    }
    return results;
}

void sqlite_store::save_numbers() {
    static constexpr auto sql = "UPDATE counter SET value = ? WHERE name = ?";
    static const std::string row_name = "last_row";
    static const std::string event_name = "last_event";
    if (x_writer.numbers.last_row != x_saved.last_row) {
        statement(x_db, sql, x_writer.numbers.last_row, row_name).run();
    }
    if (x_writer.numbers.last_event != x_saved.last_event) {
        statement(x_db, sql, x_writer.numbers.last_event, event_name).run();
    }
}

// SQLite may have rolled back by itself. When the rollback fails too, the next BEGIN says so.
void sqlite_store::roll_back() {
    x_writer.numbers = x_saved;
    if (x_db.in_transaction()) {
        sqlite3_exec(x_db.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

boost::system::error_code sqlite_store::broken(const sqlite_error& why) {
    const int code = why.code() & 0xff;
    const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    x_broken = damaged ? errc::store_corrupt : errc::store_failed;
    x_trouble = x_options.path + ": " + why.what();
    if (x_options.vfs.empty() && x_options.purpose == opening::service) {
        try {
            create_private_file(mark_of_trouble());
        } catch (const sqlite_error&) {
            // The disk is in trouble; without the mark the next start just checks less.
        }
    }
    return make_error_code(*x_broken);
}

protocol::result<reply> sqlite_store::ask(const question& what) {
    if (x_broken) {
        return make_error_code(*x_broken);
    }
    try {
        return std::visit(
            [this](const auto& one) -> reply {
                if constexpr (requires { answer_of(one); }) {
                    return answer_of(one);
                } else {
                    return question_reader(x_db)(one);
                }
            },
            what);
    } catch (const sqlite_error& error) {
        return broken(error);
    }
}

protocol::result<bool> sqlite_store::maintain() {
    if (x_broken) {
        return {boost::system::in_place_error, make_error_code(*x_broken)};
    }
    try {
        if (x_log_bytes >= protocol::limits::checkpoint_bytes && checkpoint()) {
            return true;
        }
        return sweep() || vacuum();
    } catch (const sqlite_error& error) {
        roll_back();
        if (error.is_fatal()) {
            return {boost::system::in_place_error, broken(error)};
        }
        return false;  // Full: tried again after the next batch.
    }
}

bool sqlite_store::checkpoint() {
    int pages = 0;
    int moved = 0;
    const int code = sqlite3_wal_checkpoint_v2(x_db.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                               &pages, &moved);
    if (code != SQLITE_OK) {
        throw x_db.error();
    }
    if (moved == pages) {
        x_log_bytes = 0;
    }
    return moved == pages;
}

bool sqlite_store::sweep() {
    if (!x_may_sweep) {
        return false;
    }
    statement(x_db, "BEGIN IMMEDIATE").run();
    x_may_sweep = x_writer.sweep(sweep_segments);
    statement(x_db, "COMMIT").run();
    return x_may_sweep;
}

bool sqlite_store::vacuum() {
    const std::int64_t page = x_db.number_of("PRAGMA page_size");
    const std::int64_t free = x_db.number_of("PRAGMA freelist_count") * page;
    if (free < vacuum_bytes_min || free * 4 < x_db.number_of("PRAGMA page_count") * page) {
        return false;
    }
    x_db.execute("PRAGMA incremental_vacuum(64)");
    return true;
}

int sqlite_store::note_log_pages(void* self, sqlite3*, const char*, int pages) {
    constexpr std::uint64_t bytes_per_page = 8192 + 24;
    static_cast<sqlite_store*>(self)->x_log_bytes =
        static_cast<std::uint64_t>(pages) * bytes_per_page;
    return SQLITE_OK;
}

}  // namespace dhow::store
