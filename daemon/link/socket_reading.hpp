// What the kernel says of a TCP connection: how much has arrived, how much is under way.
// Way of the message: socket -> [socket_reading] -> send_pace.
// Not pure: system calls. Net thread.
// Spec: docs/link-protocol.md#order. Tests: unit/link/send_pace_test.cpp,
// unit/link/tls_link_test.cpp.
// Limits: none.
#pragma once

#include "daemon/link/send_pace.hpp"

namespace dhow::link {

/// What the kernel counts of a connection. Segments are of any length.
struct tcp_counts {
    std::uint64_t queued_bytes = 0;      ///< Written, and not acknowledged in order.
    std::uint64_t unsent_bytes = 0;      ///< Of them.
    std::uint64_t acked_bytes = 0;       ///< In order, since the connection began.
    std::uint32_t waiting_segments = 0;  ///< Sent, and not acknowledged in order; lost ones too.
    std::uint32_t beyond_segments = 0;   ///< Of them: arrived behind a hole.
};

/// What has arrived and what is under way; times are left at zero. Pure.
send_pace::reading count_bytes(const tcp_counts& counted);

/// Two system calls. Values that the kernel does not give are zero.
send_pace::reading read_socket(int descriptor);

}  // namespace dhow::link
