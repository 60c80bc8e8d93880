// TUN devices in other network namespaces: see devices.hpp.
#include "tests/linkemu/devices.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace dhow::linkemu {
namespace {

int must(int result, const std::string& what) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return result;
}

descriptor open_file(const std::string& path, int flags) {
    return descriptor(must(open(path.c_str(), flags | O_CLOEXEC), path));
}

/// This thread is in another network namespace while it lives.
class visit {
public:
    explicit visit(const std::string& name) : x_home(open_file("/proc/self/ns/net", O_RDONLY)) {
        if (!name.empty()) {
            const bool is_path = name.find('/') != std::string::npos;
            const auto there = open_file(is_path ? name : "/run/netns/" + name, O_RDONLY);
            must(setns(there.number(), CLONE_NEWNET), "entering the namespace " + name);
        }
    }
    ~visit() {
        if (setns(x_home.number(), CLONE_NEWNET) < 0) {
            std::terminate();
        }
    }
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

private:
    descriptor x_home;
};

ifreq request_for(const std::string& name) {
    ifreq out{};
    name.copy(out.ifr_name, IFNAMSIZ - 1);
    return out;
}

void set_address(int socket, const std::string& name, unsigned long what, const std::string& text) {
    auto request = request_for(name);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) {
        throw wrong_word("'" + text + "' is no address");
    }
    std::memcpy(&request.ifr_addr, &address, sizeof(address));
    must(ioctl(socket, what, &request), "setting the address of " + name);
}

}  // namespace

descriptor::~descriptor() {
    if (x_number >= 0) {
        close(x_number);
    }
}

tun_device::tun_device(const std::string& name_space, const std::string& name,
                       const std::string& address, int mtu) {
    const visit there(name_space);
    x_descriptor = open_file("/dev/net/tun", O_RDWR | O_NONBLOCK);
    auto request = request_for(name);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    must(ioctl(x_descriptor.number(), TUNSETIFF, &request), "making the device " + name);
    const descriptor helper(must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    set_address(helper.number(), name, SIOCSIFADDR, address);
    set_address(helper.number(), name, SIOCSIFNETMASK, "255.255.255.0");
    request = request_for(name);
    request.ifr_mtu = mtu;
    must(ioctl(helper.number(), SIOCSIFMTU, &request), "setting the size of packets");
    request = request_for(name);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    must(ioctl(helper.number(), SIOCSIFFLAGS, &request), "starting the device " + name);
}

std::optional<packet> tun_device::read() {
    constexpr std::size_t packet_bytes_max = 65'536;
    packet out(packet_bytes_max);
    while (true) {
        const auto count = ::read(x_descriptor.number(), out.data(), out.size());
        if (count <= 0) {
            return std::nullopt;
        }
        if (out[0] >> 4U == 4) {
            out.resize(static_cast<std::size_t>(count));
            return out;
        }
    }
}

void tun_device::write(const packet& one) {
    // An end that is down gets nothing, as on a real line.
    [[maybe_unused]] const auto count = ::write(x_descriptor.number(), one.data(), one.size());
}

void tun_device::set_carrier(bool is_on) {
    int value = is_on ? 1 : 0;
    must(ioctl(x_descriptor.number(), TUNSETCARRIER, &value), "setting the carrier");
}

control_socket::control_socket(const std::string& path) : x_path(path) {
    if (path.empty()) {
        return;
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
        throw wrong_word("the path of the control socket is too long");
    }
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    unlink(path.c_str());
    x_listening = descriptor(
        must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "control socket"));
    must(bind(x_listening.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
         path);
    must(listen(x_listening.number(), 8), path);
}

control_socket::~control_socket() {
    if (!x_path.empty()) {
        unlink(x_path.c_str());
    }
}

std::vector<int> control_socket::numbers() const {
    std::vector<int> out;
    if (x_listening.number() >= 0) {
        out.push_back(x_listening.number());
    }
    for (const auto& [number, one] : x_clients) {
        out.push_back(number);
    }
    return out;
}

void control_socket::accept_client() {
    const int number =
        accept4(x_listening.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (number >= 0) {
        x_clients.emplace(number, client{descriptor(number), {}});
    }
}

std::optional<std::string> control_socket::next_line(int number) {
    const auto found = x_clients.find(number);
    if (found == x_clients.end()) {
        return std::nullopt;
    }
    auto& unread = found->second.unread;
    while (unread.find('\n') == std::string::npos) {
        std::array<char, 512> buffer{};
        const auto count = ::read(number, buffer.data(), buffer.size());
        if (count < 0 && errno == EAGAIN) {
            return std::nullopt;
        }
        if (count <= 0) {
            x_clients.erase(found);
            return std::nullopt;
        }
        unread.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const auto end = unread.find('\n');
    auto out = unread.substr(0, end);
    unread.erase(0, end + 1);
    return out;
}

void control_socket::send_line(int number, const std::string& text) {
    const auto line = text + "\n";
    [[maybe_unused]] const auto count = send(number, line.data(), line.size(), MSG_NOSIGNAL);
}

}  // namespace dhow::linkemu
