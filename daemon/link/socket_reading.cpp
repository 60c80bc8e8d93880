// What the kernel says of a TCP connection.
// Way of the message: see socket_reading.hpp.
// Not pure: system calls. Net thread.
// Spec: docs/link-protocol.md#order. Tests: unit/link/send_pace_test.cpp,
// unit/link/tls_link_test.cpp.
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

/// What has arrived behind a hole is acknowledged, but told in segments only, so it is their share
/// of the bytes that wait. What is lost has to go again: it stands in the queue as before.
send_pace::reading count_bytes(const tcp_counts& counted) {
    send_pace::reading out;
    const auto sent =
        counted.queued_bytes - std::min<std::uint64_t>(counted.queued_bytes, counted.unsent_bytes);
    const auto arrived = std::min(counted.beyond_segments, counted.waiting_segments);
    const auto beyond =
        counted.waiting_segments == 0 ? 0 : sent * arrived / counted.waiting_segments;
    out.unsent_bytes = counted.unsent_bytes;
    out.acked_bytes = counted.acked_bytes + beyond;
    out.under_way_bytes = counted.queued_bytes - beyond;
    return out;
}

bytes_under_way read_under_way(int descriptor) {
    bytes_under_way out;
    int queued = 0;
    if (::ioctl(descriptor, SIOCOUTQ, &queued) == 0 && queued > 0) {
        out.bytes = static_cast<std::uint64_t>(queued);
    }
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) {
        // Both only rise; the second also by what arrived behind a hole.
        out.acknowledgements = info.tcpi_bytes_acked + info.tcpi_delivered;
        out.usual_round_trip = protocol::milliseconds{info.tcpi_rtt / 1000};
    }
    return out;
}

send_pace::reading read_socket(int descriptor) {
    tcp_counts counted;
    int queued = 0;
    if (::ioctl(descriptor, SIOCOUTQ, &queued) == 0 && queued > 0) {
        counted.queued_bytes = static_cast<std::uint64_t>(queued);
    }
    tcp_info info{};
    socklen_t size = sizeof info;
    const bool is_known = ::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
    if (is_known) {
        counted.unsent_bytes = info.tcpi_notsent_bytes;
        counted.acked_bytes = info.tcpi_bytes_acked;
        counted.waiting_segments = info.tcpi_unacked;
        counted.beyond_segments = info.tcpi_sacked;
    }
    auto out = count_bytes(counted);
    out.at = std::chrono::duration_cast<protocol::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
    if (is_known) {
        // Microseconds; all ones until one was seen.
        constexpr std::uint32_t unknown = ~std::uint32_t{0};
        const auto shortest = info.tcpi_min_rtt == unknown ? info.tcpi_rtt : info.tcpi_min_rtt;
        out.round_trip = protocol::milliseconds{shortest / 1000};
        out.usual_round_trip = protocol::milliseconds{info.tcpi_rtt / 1000};
    }
    return out;
}

}  // namespace dhow::link
