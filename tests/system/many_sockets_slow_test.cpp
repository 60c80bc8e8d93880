// 10,000 connections that say nothing, half of them at the hub's link listener and half at its TLS
// listener for agencies: who is there already is served, and memory does not follow their number.
// Way of the message: beside ZW -> IPSG -> KE; afterwards MU comes and is taken in.
// Not pure: processes, sockets from many loopback addresses.
// Spec: docs/link-protocol.md#connecting, docs/agency-api.md#tls. Tests: this is one.
// Limits: as many sockets as the system allows this process; it prints how many.
#include "protocol/limits.hpp"
#include "tests/system/harness.hpp"
#include "tests/system/hostile_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>

namespace dhow::tests {

namespace limits = protocol::limits;

namespace {

constexpr std::size_t sockets_wished = 10'000;
/// This process's other files.
constexpr std::size_t files_aside = 200;
/// From one address to one port there are some 28,000; the kernel's tables are shared with others.
constexpr std::size_t sockets_per_address = 1'000;
constexpr seconds service_time_max{10};
/// A handshake that waits for its first byte holds some buffers of a whole TLS record.
constexpr std::uint64_t handshake_bytes_max = 110'000;
constexpr std::size_t kept_connections = limits::half_open_max + limits::http_connections_max;
constexpr std::uint64_t growth_by_sockets_max = kept_connections * handshake_bytes_max;
/// From here on both listeners hold as many as they ever do.
constexpr std::size_t full_house = 4 * limits::half_open_max;
constexpr std::uint64_t growth_of_full_house_max = 4'000'000;

/// How many may be open here.
std::size_t allowed_sockets() {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
    const auto allowed = static_cast<std::size_t>(files.rlim_cur);
    return std::min(sockets_wished, allowed - std::min(allowed, files_aside));
}

sockaddr_in loopback(std::uint8_t last, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    out.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last);
    return out;
}

/// Connections that say nothing, ever.
class crowd {
public:
    crowd() = default;
    ~crowd() { leave(); }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    void add(std::uint16_t port) {
        const auto from =
            loopback(static_cast<std::uint8_t>(2 + x_sockets.size() / sockets_per_address), 0);
        const auto to = loopback(1, port);
        const int one = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        BOOST_REQUIRE(one >= 0);
        x_sockets.push_back({one, POLLRDHUP, 0});
        BOOST_REQUIRE(bind(one, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) == 0);
        const int code = connect(one, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
        BOOST_REQUIRE((code == 0 || errno == EINPROGRESS));
    }
    /// That the other end has not hung up on, or not seen yet.
    std::size_t open() {
        poll(x_sockets.data(), x_sockets.size(), 0);
        return static_cast<std::size_t>(std::ranges::count_if(x_sockets, [](const pollfd& one) {
            return (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
        }));
    }
    /// Both listeners have seen all of it, and kept what they keep.
    void await_full_house() {
        wait_until("the listeners to hang up on who is too many",
                   [this] { return open() <= kept_connections; });
    }
    [[nodiscard]] std::size_t size() const { return x_sockets.size(); }
    void leave() {
        for (const auto& one : x_sockets) {
            close(one.fd);
        }
        x_sockets.clear();
    }

private:
    std::vector<pollfd> x_sockets;
};

std::uint16_t free_tcp_port() {
    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor probe(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
    return probe.local_endpoint().port();
}

void open_tls_api(const gateway& at, std::uint16_t port) {
    const auto server = credentials::self_made();
    std::ofstream(at.folder() / "api.crt") << server.certificate_pem;
    const auto key = at.folder() / "api.key";
    std::ofstream(key) << server.key_pem();
    std::filesystem::permissions(key, std::filesystem::perms::owner_read);
    auto text = read_file(at.config());
    const std::string plain = "api: {unix_socket: api.sock}";
    text.replace(text.find(plain), plain.size(),
                 "api: {unix_socket: api.sock, tls: {address: \"127.0.0.1:" + std::to_string(port) +
                     "\", certificate: api.crt, key: \"file:api.key\"}}");
    std::ofstream(at.config()) << text;
}

void expect_served(federation& bureaus, const std::string& to) {
    const auto& hub = bureaus["IPSG"];
    const auto id = submit(bureaus["ZW"], {.to = {to, "IPSG"}, .cls = "flash"});
    for (const auto& recipient : {to, std::string("IPSG")}) {
        wait_until(
            "a flash message to " + recipient,
            [&] { return is_complete(bureaus["ZW"], id, recipient); }, service_time_max);
    }
    wait_until(
        "the hub's own agency to take it",
        [&] { return open_inbox(hub, id).text == letter{}.text; }, service_time_max);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(many_sockets_slow_test)

BOOST_AUTO_TEST_CASE(ten_thousand_silent_connections_leave_the_others_served_and_memory_flat) {
    federation bureaus({.members = {"ZW", "MU", "KE"}, .log = "info"});
    auto& hub = bureaus["IPSG"];
    const auto api_port = free_tcp_port();
    open_tls_api(hub, api_port);
    for (const auto* bureau : {"IPSG", "ZW", "KE"}) {
        bureaus[bureau].start();
    }
    expect_served(bureaus, "KE");
    const auto before = hub.resident_bytes();

    crowd silent;
    const auto count = allowed_sockets();
    std::uint64_t with_full_house = 0;
    while (silent.size() < count) {
        silent.add(silent.size() % 2 == 0 ? bureaus.hub_port() : api_port);
        if (silent.size() == full_house) {
            silent.await_full_house();
            expect_served(bureaus, "KE");
            with_full_house = hub.peak_resident_bytes();
        }
    }
    silent.await_full_house();
    expect_served(bureaus, "KE");
    const auto peak = hub.peak_resident_bytes();
    std::cout << "many_sockets: " << silent.size() << " connections: resident " << before / 1000
              << " kB, with " << full_house << " of them " << with_full_house / 1000
              << " kB, at most " << peak / 1000 << " kB" << std::endl;
    BOOST_TEST(silent.size() == sockets_wished);
    BOOST_TEST(peak <= before + growth_by_sockets_max);
    BOOST_TEST(peak <= with_full_house + growth_of_full_house_max);

    silent.leave();
    bureaus["MU"].start();
    expect_served(bureaus, "MU");
    BOOST_TEST(hub.is_running());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
