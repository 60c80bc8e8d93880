// What a TCP connection has cost at IP level.
// Way of the message: see socket_traffic.hpp.
// Not pure: system calls. Net thread.
// Spec: docs/decisions/0010-bearers.md#quota. Tests: unit/link/socket_traffic_test.cpp.
// Limits: see socket_traffic.hpp.
#include "daemon/link/socket_traffic.hpp"

#include "protocol/limits.hpp"

// The C library's own declaration of tcp_info stops before the fields that are needed here.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace dhow::link {

namespace {

/// SYN has the options of a connection (MSS, SACK, scale), which no later segment has.
constexpr std::uint64_t syn_options_bytes = 8;

/// IP and TCP of a usual segment; the largest where the kernel does not say.
std::uint64_t header_bytes(int descriptor, const tcp_info& info) {
    constexpr std::uint64_t ipv4_bytes = 20;
    constexpr std::uint64_t ipv6_bytes = 40;
    constexpr std::uint64_t tcp_bytes = 20;
    constexpr std::uint64_t time_stamp_bytes = 12;
    int family = 0;
    socklen_t size = sizeof family;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) {
        return protocol::limits::segment_header_bytes_max;
    }
    const bool has_stamps = (info.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0;
    return (family == AF_INET ? ipv4_bytes : ipv6_bytes) + tcp_bytes +
           (has_stamps ? time_stamp_bytes : 0);
}

}  // namespace

route::line_traffic read_traffic(int descriptor) {
    route::line_traffic out;
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
        return out;
    }
    const auto header = header_bytes(descriptor, info);
    const std::uint64_t segment = std::max<std::uint32_t>(info.tcpi_snd_mss, 1);
    const std::uint64_t unsent = info.tcpi_notsent_bytes;
    const auto unsent_segments = (unsent + segment - 1) / segment;
    // IPv4 in a socket of IPv6 counts as IPv6: 20 bytes too many for each.
    out.out = info.tcpi_bytes_sent + unsent + (info.tcpi_segs_out + unsent_segments) * header +
              syn_options_bytes;
    out.in = info.tcpi_bytes_received + info.tcpi_segs_in * header + syn_options_bytes;
    const auto resent_segments = (info.tcpi_bytes_retrans + segment - 1) / segment;
    out.resent_out = info.tcpi_bytes_retrans + resent_segments * header;
    return out;
}

}  // namespace dhow::link
