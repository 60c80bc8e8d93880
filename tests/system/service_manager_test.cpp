// What the daemon tells its service manager, and when: ready, reloading, stopping, alive.
// Way of the message: none; ZW alone.
// Not pure: processes, a datagram socket.
// Spec: sd_notify(3), docs/man/dhowd.8. Tests: this is one.
// Limits: datagram_bytes_max.
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <ctime>
#include <sstream>

namespace dhow::tests {

namespace {

constexpr std::size_t datagram_bytes_max = 4096;

std::int64_t monotonic_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

/// The service manager's socket, in the temporary folder.
class notify_socket {
public:
    explicit notify_socket(const std::filesystem::path& path)
        : x_file(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto& text = path.native();
        if (x_file < 0 || text.size() >= sizeof(address.sun_path)) {
            throw std::runtime_error("no socket at " + text);
        }
        std::memcpy(address.sun_path, text.data(), text.size());
        if (::bind(x_file, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
            throw std::runtime_error("no socket at " + text);
        }
    }
    ~notify_socket() { ::close(x_file); }
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;

    /// All that was said so far, one datagram each, each in its lines.
    const std::vector<std::vector<std::string>>& said() {
        std::array<char, datagram_bytes_max> buffer{};
        for (ssize_t count = 0; (count = ::recv(x_file, buffer.data(), buffer.size(), 0)) >= 0;) {
            std::istringstream lines(std::string(buffer.data(), static_cast<std::size_t>(count)));
            auto& words = x_said.emplace_back();
            for (std::string line; std::getline(lines, line);) {
                words.push_back(line);
            }
        }
        return x_said;
    }

    /// How often a datagram held that line.
    std::size_t count(const std::string& line) {
        return static_cast<std::size_t>(std::ranges::count_if(
            said(), [&](const auto& words) { return std::ranges::count(words, line) > 0; }));
    }

    /// The number of the first datagram at or after `from` with that line; waits for it.
    std::size_t await(const std::string& line, std::size_t from = 0) {
        std::size_t found = 0;
        wait_until("the service manager to hear " + line, [&] {
            const auto& all = said();
            for (found = from; found < all.size(); ++found) {
                if (std::ranges::count(all[found], line) > 0) {
                    return true;
                }
            }
            return false;
        });
        return found;
    }

private:
    int x_file;
    std::vector<std::vector<std::string>> x_said;
};

struct managed {
    void start(const std::map<std::string, std::string>& more = {}) {
        auto environment = more;
        environment["NOTIFY_SOCKET"] = path.string();
        daemon.start({}, environment);
    }
    federation bureaus;
    gateway& daemon = bureaus["ZW"];
    std::filesystem::path path = bureaus.folder() / "notify";
    notify_socket manager{path};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(service_manager_test, managed)

BOOST_AUTO_TEST_CASE(it_hears_ready_once_after_the_start_and_stopping_before_the_end) {
    start();
    const auto ready = manager.await("READY=1");
    BOOST_TEST(manager.count("STOPPING=1") == 0U);
    BOOST_TEST(manager.count("RELOADING=1") == 0U);
    BOOST_TEST(daemon.terminate() == 0);
    const auto stopping = manager.await("STOPPING=1");
    BOOST_TEST(ready < stopping);
    BOOST_TEST(manager.count("READY=1") == 1U);
    BOOST_TEST(manager.count("STOPPING=1") == 1U);
}

BOOST_AUTO_TEST_CASE(a_reload_is_announced_with_its_time_and_followed_by_ready) {
    start();
    const auto ready = manager.await("READY=1");
    const auto before = monotonic_microseconds();
    BOOST_REQUIRE(::kill(daemon.pid(), SIGHUP) == 0);
    const auto reloading = manager.await("RELOADING=1", ready + 1);
    const auto again = manager.await("READY=1", ready + 1);
    const auto after = monotonic_microseconds();
    BOOST_TEST(reloading < again);
    // In the same datagram: systemd takes both together.
    constexpr std::string_view name = "MONOTONIC_USEC=";
    const auto& words = manager.said()[reloading];
    const auto time = std::ranges::find_if(
        words, [&](const std::string& word) { return word.starts_with(name); });
    BOOST_REQUIRE((time != words.end()));
    const auto at = std::stoll(time->substr(name.size()));
    BOOST_TEST((before <= at && at <= after));
}

BOOST_AUTO_TEST_CASE(a_reload_that_fails_ends_with_ready_too) {
    start();
    const auto ready = manager.await("READY=1");
    std::filesystem::resize_file(daemon.config(), 0);
    BOOST_REQUIRE(::kill(daemon.pid(), SIGHUP) == 0);
    const auto reloading = manager.await("RELOADING=1", ready + 1);
    manager.await("READY=1", reloading + 1);
    BOOST_TEST(daemon.log_text().find("the old one stays in use") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(with_a_watchdog_it_hears_again_and_again_that_the_daemon_is_alive) {
    constexpr std::int64_t watchdog_microseconds = 30'000'000;  // As in systemd/dhowd.service.
    start({{"WATCHDOG_USEC", std::to_string(watchdog_microseconds)}});
    const auto begun = monotonic_microseconds();
    const auto first = manager.await("WATCHDOG=1");
    manager.await("WATCHDOG=1", first + 1);
    // sd_watchdog_enabled(3): twice within the interval.
    BOOST_TEST(monotonic_microseconds() - begun < watchdog_microseconds);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
