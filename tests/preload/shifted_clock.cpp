// Loaded into a daemon before its libraries (LD_PRELOAD): time passes when a test says so.
// Way of the message: beside it, between the daemon and its clocks.
// Not pure: takes the place of calls of the C library. Any thread.
// Spec: none. Tests: used by system/stopped_daemon_test.cpp, system/reads_nothing_test.cpp.
// Limits: timers that run already end when they would have; the daemon looks at least every 2 s.
//
//   DHOW_CLOCK_FILE   eight bytes: by how many nanoseconds all clocks are ahead of the machine's.
//                     Daemons that share it share their time, as different machines do.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

using shared_shift = std::atomic<std::int64_t>;

const shared_shift* map_shift() {
    static const shared_shift none{0};
    const char* path = std::getenv("DHOW_CLOCK_FILE");
    const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return &none;
    }
    void* mapped = mmap(nullptr, sizeof(shared_shift), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    return mapped == MAP_FAILED ? &none : static_cast<const shared_shift*>(mapped);
}

std::int64_t shift() {
    static const shared_shift* const from = map_shift();
    return from->load();
}

void add(timespec& to, std::int64_t nanoseconds) {
    const auto sum = to.tv_nsec + nanoseconds % nanoseconds_per_second;
    const bool borrows = sum < 0;
    to.tv_sec +=
        nanoseconds / nanoseconds_per_second + (borrows ? -1 : sum / nanoseconds_per_second);
    to.tv_nsec = borrows ? sum + nanoseconds_per_second : sum % nanoseconds_per_second;
}

bool tells_time(clockid_t which) {
    return which == CLOCK_REALTIME || which == CLOCK_MONOTONIC || which == CLOCK_BOOTTIME ||
           which == CLOCK_REALTIME_COARSE || which == CLOCK_MONOTONIC_COARSE ||
           which == CLOCK_MONOTONIC_RAW;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* out) noexcept {
    static const auto next =
        reinterpret_cast<int (*)(clockid_t, timespec*)>(dlsym(RTLD_NEXT, "clock_gettime"));
    const int code = next(which, out);
    if (code == 0 && tells_time(which)) {
        add(*out, shift());
    }
    return code;
}

time_t time(time_t* out) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != nullptr) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

int gettimeofday(timeval* __restrict out, void* __restrict) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

/// The kernel's own clock is not ahead: a wait until some time ends when it would have.
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t which,
                           const timespec* until) {
    using function = int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
    static const auto next = reinterpret_cast<function>(dlsym(RTLD_NEXT, "pthread_cond_clockwait"));
    timespec kernels = *until;
    add(kernels, -shift());
    return next(condition, mutex, which, &kernels);
}

}  // extern "C"
