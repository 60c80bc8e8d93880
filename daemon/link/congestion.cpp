// TCP's congestion control.
// Way of the message: see congestion.hpp.
// Not pure: system calls, files below /proc. Any thread.
// Spec: docs/configuration.md, docs/poor-links.md. Tests: unit/link/congestion_test.cpp.
// Limits: none.
#include "daemon/link/congestion.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace dhow::link {

namespace {

/// TCP_CA_NAME_MAX of the kernel, its final zero included.
constexpr std::size_t congestion_name_bytes_max = 16;

boost::system::error_code last_system_error() { return {errno, boost::system::system_category()}; }

bool is_listed(const std::string& names, std::string_view name) {
    std::istringstream words(names);
    for (std::string word; words >> word;) {
        if (word == name) {
            return true;
        }
    }
    return false;
}

std::string first_line_of(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

congestion_lists read_congestion_lists() {
    const std::string folder = "/proc/sys/net/ipv4/";
    return {first_line_of(folder + "tcp_available_congestion_control"),
            first_line_of(folder + "tcp_allowed_congestion_control")};
}

boost::system::error_code try_congestion(std::string_view name) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor < 0) {
        return last_system_error();
    }
    const auto out = set_congestion(descriptor, name);
    ::close(descriptor);
    return out;
}

}  // namespace

boost::system::error_code set_congestion(int descriptor, std::string_view name) {
    const int done = ::setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name.data(),
                                  static_cast<socklen_t>(name.size()));
    return done == 0 ? boost::system::error_code{} : last_system_error();
}

std::string congestion_of(int descriptor) {
    std::array<char, congestion_name_bytes_max> name{};
    socklen_t size = name.size();
    if (::getsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name.data(), &size) != 0) {
        return {};
    }
    return {name.data(), ::strnlen(name.data(), name.size())};
}

std::optional<congestion_refusal> judge_congestion(std::string_view name,
                                                   const boost::system::error_code& tried,
                                                   const congestion_lists& lists) {
    const std::string quoted = '`' + std::string(name) + '`';
    const bool is_missing = tried == boost::system::errc::no_such_file_or_directory ||
                            (!lists.available.empty() && !is_listed(lists.available, name));
    if (is_missing) {
        return congestion_refusal{
            "the kernel has no " + quoted +
                (lists.available.empty() ? "" : "; it has " + lists.available),
            "Load its module (tcp_" + std::string(name) +
                ") at boot, or choose another; until then the kernel's own is used."};
    }
    const bool is_kept_back = tried == boost::system::errc::operation_not_permitted ||
                              (!lists.allowed.empty() && !is_listed(lists.allowed, name));
    if (is_kept_back) {
        return congestion_refusal{
            "the kernel lets only privileged processes use " + quoted +
                (lists.allowed.empty() ? "" : "; all may use " + lists.allowed),
            "Add it to net.ipv4.tcp_allowed_congestion_control, or choose another; until then the "
            "kernel's own is used."};
    }
    if (tried) {
        return congestion_refusal{"the kernel refuses " + quoted + ": " + tried.message(),
                                  "Choose another; until then the kernel's own is used."};
    }
    return std::nullopt;
}

std::optional<congestion_refusal> look_for_congestion(std::string_view name) {
    const auto lists = read_congestion_lists();
    const bool may_be_there = lists.available.empty() || is_listed(lists.available, name);
    return judge_congestion(name, may_be_there ? try_congestion(name) : boost::system::error_code{},
                            lists);
}

}  // namespace dhow::link
