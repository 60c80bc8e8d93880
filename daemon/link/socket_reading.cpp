// What the kernel says of a TCP connection.
// Way of the message: see socket_reading.hpp.
// Not pure: system calls. Net thread.
// Spec: docs/link-protocol.md#order. Tests: unit/link/tls_link_test.cpp.
// Limits: none.
#include "daemon/link/socket_reading.hpp"

// The C library's own declaration of tcp_info stops before the fields that are needed here.
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

namespace dhow::link {

send_pace::reading read_socket(int descriptor) {
    send_pace::reading out;
    out.at = std::chrono::duration_cast<protocol::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
    int under_way = 0;
    if (::ioctl(descriptor, SIOCOUTQ, &under_way) == 0 && under_way > 0) {
        out.under_way_bytes = static_cast<std::uint64_t>(under_way);
    }
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) {
        // What has arrived behind a hole is acknowledged, but not counted as such; what is lost is
        // no longer on the line. Both in segments, which are no longer than this.
        const std::uint64_t beyond = std::uint64_t{info.tcpi_sacked} * info.tcpi_snd_mss;
        const std::uint64_t lost = std::uint64_t{info.tcpi_lost} * info.tcpi_snd_mss;
        out.acked_bytes = info.tcpi_bytes_acked + beyond;
        out.under_way_bytes -= std::min(out.under_way_bytes, beyond + lost);
        // Microseconds; all ones until one was seen.
        constexpr std::uint32_t unknown = ~std::uint32_t{0};
        const auto shortest = info.tcpi_min_rtt == unknown ? info.tcpi_rtt : info.tcpi_min_rtt;
        out.round_trip = protocol::milliseconds{shortest / 1000};
        out.usual_round_trip = protocol::milliseconds{info.tcpi_rtt / 1000};
    }
    return out;
}

}  // namespace dhow::link
