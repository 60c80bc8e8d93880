// The disk of the simulator as an SQLite VFS; the header explains the model.
#include "tests/sim/disk.hpp"

#include "protocol/ensure.hpp"
#include "tests/sim/heap.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace dhow::sim {

namespace {

constexpr std::uint64_t sector_bytes = 512;

}  // namespace

struct disk::open_file : sqlite3_file {
    disk* owner = nullptr;
    std::shared_ptr<disk::file> what;
    std::string name;
    std::uint64_t life = 0;
    int lock = SQLITE_LOCK_NONE;
    bool delete_on_close = false;
};

/// The C functions that SQLite calls.
struct disk_methods {
    static disk::open_file& self(sqlite3_file* raw) { return *static_cast<disk::open_file*>(raw); }
    static bool is_dead(const disk::open_file& one) {
        return one.owner->x_is_dark || one.life != one.owner->x_life;
    }

    static int close(sqlite3_file* raw) {
        auto& one = self(raw);
        std::erase(one.what->holders, &one);
        if (one.delete_on_close && !is_dead(one)) {
            one.owner->x_files.erase(one.name);
        }
        one.~open_file();
        return SQLITE_OK;
    }
    static int read(sqlite3_file* raw, void* to, int amount, sqlite3_int64 offset) {
        auto& one = self(raw);
        const auto size = static_cast<std::size_t>(amount);
        const auto start = static_cast<std::size_t>(offset);
        if (is_dead(one) || one.owner->begin(SQLITE_IOERR_READ, false) != SQLITE_OK) {
            return SQLITE_IOERR_READ;
        }
        const auto& bytes = one.what->bytes;
        const std::size_t there = start < bytes.size() ? std::min(size, bytes.size() - start) : 0;
        if (there > 0) {
            std::memcpy(to, bytes.data() + start, there);
        }
        std::memset(static_cast<std::uint8_t*>(to) + there, 0, size - there);
        return there == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }
    static int write(sqlite3_file* raw, const void* from, int amount, sqlite3_int64 offset) {
        const heap_scope nobodys(nullptr);
        auto& one = self(raw);
        if (is_dead(one)) {
            return SQLITE_IOERR_WRITE;
        }
        const auto end = static_cast<std::uint64_t>(offset) + static_cast<std::uint64_t>(amount);
        const std::uint64_t grows = end - std::min<std::uint64_t>(end, one.what->bytes.size());
        if (grows > one.owner->free_bytes()) {
            return SQLITE_FULL;
        }
        const int code = one.owner->begin(SQLITE_IOERR_WRITE, true);
        if (code == SQLITE_OK || one.owner->x_is_dark) {
            const auto* data = static_cast<const std::uint8_t*>(from);
            one.owner->record(
                *one.what,
                {static_cast<std::uint64_t>(offset), {data, data + amount}, false, {}, 0});
        }
        return code;
    }
    static int truncate(sqlite3_file* raw, sqlite3_int64 length) {
        const heap_scope nobodys(nullptr);
        auto& one = self(raw);
        if (is_dead(one)) {
            return SQLITE_IOERR_TRUNCATE;
        }
        const int code = one.owner->begin(SQLITE_IOERR_TRUNCATE, false);
        if (code == SQLITE_OK || one.owner->x_is_dark) {
            one.owner->record(*one.what, {static_cast<std::uint64_t>(length), {}, true, {}, 0});
        }
        return code;
    }
    static int sync(sqlite3_file* raw, int) {
        const heap_scope nobodys(nullptr);
        auto& one = self(raw);
        if (is_dead(one)) {
            return SQLITE_IOERR_FSYNC;
        }
        const int code = one.owner->begin(SQLITE_IOERR_FSYNC, false);
        if (code == SQLITE_OK) {
            one.owner->sync(*one.what);
            one.owner->x_removed.clear();
        }
        return code;
    }
    static int file_size(sqlite3_file* raw, sqlite3_int64* size) {
        auto& one = self(raw);
        *size = static_cast<sqlite3_int64>(one.what->bytes.size());
        return is_dead(one) ? SQLITE_IOERR_FSTAT : SQLITE_OK;
    }
    static int lock(sqlite3_file* raw, int wanted) {
        auto& one = self(raw);
        if (is_dead(one)) {
            return SQLITE_IOERR_LOCK;
        }
        for (const auto* other : one.what->holders) {
            const bool conflicts = wanted == SQLITE_LOCK_SHARED ? other->lock >= SQLITE_LOCK_PENDING
                                   : wanted == SQLITE_LOCK_RESERVED
                                       ? other->lock >= SQLITE_LOCK_RESERVED
                                       : other->lock >= SQLITE_LOCK_SHARED;
            if (other != &one && other->life == one.owner->x_life && conflicts) {
                return SQLITE_BUSY;
            }
        }
        one.lock = std::max(one.lock, wanted);
        return SQLITE_OK;
    }
    static int unlock(sqlite3_file* raw, int wanted) {
        self(raw).lock = std::min(self(raw).lock, wanted);
        return SQLITE_OK;
    }
    static int check_reserved(sqlite3_file* raw, int* is_reserved) {
        *is_reserved = 0;
        for (const auto* other : self(raw).what->holders) {
            *is_reserved |= other->lock >= SQLITE_LOCK_RESERVED ? 1 : 0;
        }
        return SQLITE_OK;
    }
    static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
    static int sector_size(sqlite3_file*) { return 4096; }
    static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    static disk& owner(sqlite3_vfs* vfs) { return *static_cast<disk*>(vfs->pAppData); }
    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags, int* out);
    static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder);
    static int access(sqlite3_vfs* vfs, const char* name, int, int* exists) {
        *exists = owner(vfs).x_files.contains(name) ? 1 : 0;
        return owner(vfs).x_is_dark ? SQLITE_IOERR_ACCESS : SQLITE_OK;
    }
    static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
        sqlite3_snprintf(size, out, "%s", name);
        return SQLITE_OK;
    }
    static int randomness(sqlite3_vfs* vfs, int size, char* out) {
        for (int at = 0; at < size; ++at) {
            out[at] = static_cast<char>(owner(vfs).x_random.below(256));
        }
        return size;
    }
    static int sleep(sqlite3_vfs*, int duration_us) { return duration_us; }
    static int current_time(sqlite3_vfs*, double* julian_day) {
        *julian_day = 2461000.5;  // A day in 2025; no row takes its time from SQLite.
        return SQLITE_OK;
    }
    static int last_error(sqlite3_vfs*, int, char*) { return SQLITE_OK; }
};

namespace {

// Version 1: no shared memory and no memory map, which SQLite does not need under an exclusive
// lock.
const sqlite3_io_methods file_methods = [] {
    sqlite3_io_methods out{};
    out.iVersion = 1;
    out.xClose = disk_methods::close;
    out.xRead = disk_methods::read;
    out.xWrite = disk_methods::write;
    out.xTruncate = disk_methods::truncate;
    out.xSync = disk_methods::sync;
    out.xFileSize = disk_methods::file_size;
    out.xLock = disk_methods::lock;
    out.xUnlock = disk_methods::unlock;
    out.xCheckReservedLock = disk_methods::check_reserved;
    out.xFileControl = disk_methods::control;
    out.xSectorSize = disk_methods::sector_size;
    out.xDeviceCharacteristics = disk_methods::characteristics;
    return out;
}();

}  // namespace

int disk_methods::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags, int* out) {
    const heap_scope nobodys(nullptr);
    disk& on = owner(vfs);
    raw->pMethods = nullptr;  // SQLite does not close what was not opened.
    if (on.x_is_dark || on.begin(SQLITE_CANTOPEN, false) != SQLITE_OK) {
        return SQLITE_CANTOPEN;
    }
    const std::string key = name != nullptr ? name : "temporary";
    if (!on.x_files.contains(key)) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) {
            return SQLITE_CANTOPEN;
        }
        on.x_files[key] = std::make_shared<disk::file>();
    }
    auto* one = new (raw) disk::open_file;
    one->pMethods = &file_methods;
    one->owner = &on;
    one->what = on.x_files[key];
    one->name = key;
    one->life = on.x_life;
    one->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    one->what->holders.push_back(one);
    if (out != nullptr) {
        *out = flags;
    }
    return SQLITE_OK;
}

int disk_methods::remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    const heap_scope nobodys(nullptr);
    disk& on = owner(vfs);
    const auto found = on.x_files.find(name);
    if (found == on.x_files.end()) {
        return SQLITE_IOERR_DELETE_NOENT;
    }
    if (on.x_is_dark || on.begin(SQLITE_IOERR_DELETE, false) != SQLITE_OK) {
        return SQLITE_IOERR_DELETE;
    }
    if (sync_folder == 0) {
        on.x_removed.emplace_back(*found);
    }
    on.x_files.erase(found);
    return SQLITE_OK;
}

disk::disk(std::string name, std::uint64_t seed)
    : x_name(std::move(name)), x_random(seed), x_vfs(std::make_unique<sqlite3_vfs>()) {
    DHOW_ENSURE(sqlite3_vfs_find(x_name.c_str()) == nullptr);
    x_vfs->iVersion = 1;
    x_vfs->szOsFile = sizeof(open_file);
    x_vfs->mxPathname = 512;
    x_vfs->zName = x_name.c_str();
    x_vfs->pAppData = this;
    x_vfs->xOpen = disk_methods::open;
    x_vfs->xDelete = disk_methods::remove;
    x_vfs->xAccess = disk_methods::access;
    x_vfs->xFullPathname = disk_methods::full_path;
    x_vfs->xRandomness = disk_methods::randomness;
    x_vfs->xSleep = disk_methods::sleep;
    x_vfs->xCurrentTime = disk_methods::current_time;
    x_vfs->xGetLastError = disk_methods::last_error;
    DHOW_ENSURE(sqlite3_vfs_register(x_vfs.get(), 0) == SQLITE_OK);
}

disk::~disk() { sqlite3_vfs_unregister(x_vfs.get()); }

void disk::fail_at(std::uint64_t at, disk_fault fault, bool for_ever) {
    x_fault = fault_plan{at, fault, for_ever};
}

// Counts the operation and says what it meets.
int disk::begin(int failure_code, bool needs_space) {
    if (x_paused) {
        return SQLITE_OK;
    }
    const std::uint64_t number = x_operations++;
    if (!x_fault || number < x_fault->at || (number > x_fault->at && !x_fault->for_ever)) {
        return SQLITE_OK;
    }
    switch (x_fault->fault) {
        case disk_fault::io_error:
            return failure_code;
        case disk_fault::full:
            return needs_space ? SQLITE_FULL : SQLITE_OK;
        case disk_fault::sync_error:
            return failure_code == SQLITE_IOERR_FSYNC ? failure_code : SQLITE_OK;
        case disk_fault::power_loss:
            crash();
            return failure_code;
    }
    return failure_code;
}

void disk::record(file& what, change one) {
    auto& bytes = what.bytes;
    const auto from = std::min<std::size_t>(one.offset, bytes.size());
    const auto upto = one.is_length
                          ? bytes.size()
                          : std::min<std::size_t>(from + one.written.size(), bytes.size());
    one.before.assign(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                      bytes.begin() + static_cast<std::ptrdiff_t>(upto));
    one.length_before = bytes.size();
    apply(bytes, one);
    what.pending.push_back(std::move(one));
}

void disk::sync(file& what) {
    what.pending.clear();
    what.was_synced = true;
}

void disk::apply(std::vector<std::uint8_t>& bytes, const change& one) {
    if (one.is_length) {
        bytes.resize(one.offset);
        return;
    }
    bytes.resize(std::max<std::size_t>(bytes.size(), one.offset + one.written.size()));
    std::copy(one.written.begin(), one.written.end(),
              bytes.begin() + static_cast<std::ptrdiff_t>(one.offset));
}

void disk::undo(std::vector<std::uint8_t>& bytes, const change& one) {
    bytes.resize(one.length_before);
    const auto from = std::min<std::size_t>(one.offset, bytes.size());
    std::copy(one.before.begin(), one.before.end(),
              bytes.begin() + static_cast<std::ptrdiff_t>(from));
}

void disk::apply_damaged(std::vector<std::uint8_t>& bytes, const change& one) {
    change damaged = one;
    switch (x_random.below(4)) {
        case 0:
            break;  // Kept.
        case 1:
            return;  // Dropped.
        case 2: {    // Torn.
            const std::uint64_t sectors = one.written.size() / sector_bytes;
            damaged.written.resize(x_random.below(sectors + 1) * sector_bytes);
            break;
        }
        default:  // Garbled.
            for (auto& byte : damaged.written) {
                byte = static_cast<std::uint8_t>(x_random.below(256));
            }
    }
    apply(bytes, damaged);
}

void disk::crash() {
    x_is_dark = true;
    ++x_life;
}

void disk::settle(file& what) {
    if (!what.pending.empty()) {
        for (auto one = what.pending.rbegin(); one != what.pending.rend(); ++one) {
            undo(what.bytes, *one);
        }
        for (const auto& one : what.pending) {
            if (one.is_length && x_random.chance(0.5)) {
                apply(what.bytes, one);
            } else if (!one.is_length) {
                apply_damaged(what.bytes, one);
            }
        }
    }
    sync(what);
}

void disk::restart() {
    const heap_scope nobodys(nullptr);
    DHOW_ENSURE(x_is_dark);
    for (auto& [name, gone] : x_removed) {
        if (x_random.chance(0.5)) {
            x_files.emplace(name, gone);
        }
    }
    x_removed.clear();
    for (auto it = x_files.begin(); it != x_files.end();) {
        const bool is_gone = !it->second->was_synced && x_random.chance(0.5);
        if (!is_gone) {
            // A copy, since dead handles still refer to the old one.
            it->second = std::make_shared<file>(*it->second);
            it->second->holders.clear();
            settle(*it->second);
        }
        it = is_gone ? x_files.erase(it) : std::next(it);
    }
    x_fault.reset();
    x_is_dark = false;
}

std::uint64_t disk::used_bytes() const {
    std::uint64_t out = 0;
    for (const auto& [name, one] : x_files) {
        out += one->bytes.size();
    }
    return out;
}

std::uint64_t disk::free_bytes() const {
    const std::uint64_t used = used_bytes();
    return x_size - std::min(x_size, used);
}

std::uint64_t disk::unsynced_writes() const {
    std::uint64_t out = 0;
    for (const auto& [name, one] : x_files) {
        out += one->pending.size();
    }
    return out;
}

void disk::flip_bit(const std::string& path, std::uint64_t byte, unsigned bit) {
    auto& bytes = x_files.at(path)->bytes;
    DHOW_ENSURE(byte < bytes.size() && bit < 8);
    bytes[byte] = static_cast<std::uint8_t>(bytes[byte] ^ (1U << bit));
}

std::vector<std::uint8_t> disk::content(const std::string& path) const {
    return x_files.at(path)->bytes;
}

void disk::remove(const std::string& path) {
    for (const char* log : {"", "-wal", "-shm", "-journal"}) {
        x_files.erase(path + log);
    }
}

void disk::put(const std::string& path, std::vector<std::uint8_t> bytes) {
    const heap_scope nobodys(nullptr);
    remove(path);
    auto made = std::make_shared<file>();
    made->bytes = std::move(bytes);
    made->was_synced = true;
    x_files[path] = std::move(made);
}

}  // namespace dhow::sim
