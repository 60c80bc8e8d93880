// Loaded into a daemon before its libraries (LD_PRELOAD): one operation on the store's files fails.
// Way of the message: beside it, between the store and the disk.
// Not pure: takes the place of calls of the C library. Any thread.
// Spec: none. Tests: used by system/io_errors_slow_test.cpp.
// Limits: what is mapped into memory is not seen; SQLite maps nothing here.
//
//   DHOW_FAIL_PATH   the beginning of the names that count: .../dhow.db counts its log too
//   DHOW_FAIL_AT     which of their operations fails, from 1
//   DHOW_FAIL_WITH   EIO: of all operations. ENOSPC: of those that may need space
//   DHOW_FAIL_NOTE   a file that is made when it has failed, and says which
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

struct fault {
    std::string path;
    std::string note;
    unsigned long at = 0;
    int number = EIO;
    bool only_space = false;
};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

const fault& wanted() {
    static const fault one = [] {
        fault out{variable("DHOW_FAIL_PATH"), variable("DHOW_FAIL_NOTE")};
        out.at = std::strtoul(variable("DHOW_FAIL_AT").c_str(), nullptr, 10);
        out.only_space = variable("DHOW_FAIL_WITH") == "ENOSPC";
        out.number = out.only_space ? ENOSPC : EIO;
        return out;
    }();
    return one;
}

template <class Function>
Function real(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

bool is_of_store(int file, std::string& name) {
    if (wanted().path.empty()) {
        return false;
    }
    std::array<char, 4096> target{};
    const auto link = "/proc/self/fd/" + std::to_string(file);
    const auto size = readlink(link.c_str(), target.data(), target.size());
    name.assign(target.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return name.starts_with(wanted().path);
}

void write_note(const std::string& text) {
    using open_function = int (*)(const char*, int, ...);
    using write_function = ssize_t (*)(int, const void*, size_t);
    const int to = real<open_function>("open")(wanted().note.c_str(),
                                               O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (to >= 0 && real<write_function>("write")(to, text.data(), text.size()) >= 0) {
        close(to);
    }
}

/// Whether this operation is the one; then errno is set.
bool must_fail(int file, std::string_view operation, bool needs_space) {
    static std::atomic<unsigned long> count{0};
    const int before = errno;
    std::string name;
    const bool counts = (needs_space || !wanted().only_space) && is_of_store(file, name);
    if (!counts || ++count != wanted().at) {
        errno = before;
        return false;
    }
    write_note(std::string(operation) + " " + name.substr(name.rfind('/') + 1) + "\n");
    errno = wanted().number;
    return true;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* data, size_t size) {
    static const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
    return must_fail(file, "write", true) ? -1 : next(file, data, size);
}

ssize_t pread64(int file, void* data, size_t size, off64_t at) {
    static const auto next = real<ssize_t (*)(int, void*, size_t, off64_t)>("pread64");
    return must_fail(file, "pread", false) ? -1 : next(file, data, size, at);
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
    static const auto next = real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
    return must_fail(file, "pwrite", true) ? -1 : next(file, data, size, at);
}

int fdatasync(int file) {
    static const auto next = real<int (*)(int)>("fdatasync");
    return must_fail(file, "fdatasync", false) ? -1 : next(file);
}

int fsync(int file) {
    static const auto next = real<int (*)(int)>("fsync");
    return must_fail(file, "fsync", false) ? -1 : next(file);
}

int ftruncate64(int file, off64_t size) noexcept {
    static const auto next = real<int (*)(int, off64_t)>("ftruncate64");
    return must_fail(file, "ftruncate", true) ? -1 : next(file, size);
}

}  // extern "C"
