// A disk in memory on which the real SQLite store runs, and which loses power when told to.
//
// The model. A disk holds files by name. A write is seen at once by whoever reads, but rests in
// the cache:
// until the file's next xSync it is one of its unsynced writes. When the power fails, every
// unsynced write,
// in order and each for itself, is by the seed's choice
//   kept     it had reached the platter,
//   dropped  it had not,
//   torn     a part from its front, in sectors of 512 bytes, had,
//   garbled  its range holds random bytes.
// A change of length is kept or dropped; a file that was never synced may be gone; a deletion may
// be undone until the next sync of any file, which on a journalling file system carries it along.
// Bytes outside the range of a write are never harmed (SQLite assumes the same:
// SQLITE_IOCAP_POWERSAFE_OVERWRITE). xSync never lies: what it returned OK for survives.
//
// Independent of that, the n-th operation can be made to fail, once or from then on, and the disk
// has a
// size. Every file operation but locks counts as one, so that a loop over n meets each of them
// once.
//
// After the power has gone, all operations on open files fail, also after it is back: the process
// that had
// them open died. Each simulated node has a disk of its own, registered as an SQLite VFS by its
// name.
#pragma once

#include "tests/sim/prng.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dhow::sim {

/// What the n-th operation does instead of its work.
enum class disk_fault : std::uint8_t {
    io_error,    ///< SQLITE_IOERR_READ, _WRITE, _FSYNC …, with nothing done.
    full,        ///< SQLITE_FULL for writes; other operations succeed.
    sync_error,  ///< SQLITE_IOERR_FSYNC for syncs, with nothing synced; other operations succeed.
    power_loss,  ///< The operation is begun, then the disk is dark until restart().
};

class disk {
public:
    /// Registers the VFS `name`. One of that name must not exist.
    disk(std::string name, std::uint64_t seed);
    ~disk();
    disk(const disk&) = delete;
    disk& operator=(const disk&) = delete;

    /// Of sqlite_options::vfs.
    [[nodiscard]] const std::string& vfs_name() const { return x_name; }

    /// Operation number `at` (counted by operations()) meets this fault; with `for_ever` so do all
    /// later.
    void fail_at(std::uint64_t at, disk_fault fault, bool for_ever);
    void heal() { x_fault.reset(); }
    /// While paused operations neither fail nor count.
    void pause_faults(bool paused) { x_paused = paused; }
    /// Operations so far.
    [[nodiscard]] std::uint64_t operations() const { return x_operations; }

    /// The power fails now. Every open file is dead.
    void crash();
    /// Decides what became of the unsynced writes.
    void restart();
    [[nodiscard]] bool is_dark() const { return x_is_dark; }

    /// Bytes that all files together may have; less than is used is allowed.
    void set_size(std::uint64_t bytes) { x_size = bytes; }
    [[nodiscard]] std::uint64_t used_bytes() const;
    [[nodiscard]] std::uint64_t free_bytes() const;
    [[nodiscard]] std::uint64_t unsynced_writes() const;
    [[nodiscard]] bool has(const std::string& path) const { return x_files.contains(path); }
    /// Turns one bit of a file over, as a failing disk does.
    void flip_bit(const std::string& path, std::uint64_t byte, unsigned bit);
    /// The bytes of a file, as whoever reads it sees them.
    [[nodiscard]] std::vector<std::uint8_t> content(const std::string& path) const;
    /// An administrator removes the file and its logs, or puts a copy in its place, while no
    /// process has them open; synced.
    void remove(const std::string& path);
    void put(const std::string& path, std::vector<std::uint8_t> bytes);

private:
    friend struct disk_methods;
    struct open_file;

    /// One unsynced write, or a change of length.
    struct change {
        std::uint64_t offset = 0;  ///< The new length, for a change of length.
        std::vector<std::uint8_t> written;
        bool is_length = false;
        std::vector<std::uint8_t> before;  ///< What stood there; to be undone at a crash.
        std::uint64_t length_before = 0;
    };
    struct file {
        std::vector<std::uint8_t> bytes;  ///< As read now.
        std::vector<change> pending;
        bool was_synced = false;
        std::vector<open_file*> holders;
    };

    int begin(int failure_code, bool needs_space);
    void record(file& what, change one);
    void sync(file& what);
    void settle(file& what);
    void apply_damaged(std::vector<std::uint8_t>& bytes, const change& one);
    static void apply(std::vector<std::uint8_t>& bytes, const change& one);
    static void undo(std::vector<std::uint8_t>& bytes, const change& one);

    std::string x_name;
    prng x_random;
    std::unique_ptr<sqlite3_vfs> x_vfs;
    std::map<std::string, std::shared_ptr<file>> x_files;
    std::vector<std::pair<std::string, std::shared_ptr<file>>> x_removed;  ///< Not synced yet.
    std::uint64_t x_operations = 0;
    std::uint64_t x_size = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t x_life = 0;  ///< Rises at a crash: what was opened before is dead.
    bool x_is_dark = false;
    struct fault_plan {
        std::uint64_t at = 0;
        disk_fault fault = disk_fault::io_error;
        bool for_ever = false;
    };
    std::optional<fault_plan> x_fault;
    bool x_paused = false;
};

}  // namespace dhow::sim
