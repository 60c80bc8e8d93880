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

/// What the peer's kernel has not acknowledged.
struct bytes_under_way {
    std::uint64_t bytes = 0;
    std::uint64_t acknowledgements = 0;  ///< Rises with each that told of something new.
    protocol::milliseconds usual_round_trip{0};
};

/// Two system calls. Zeros where the kernel does not say.
bytes_under_way read_under_way(int descriptor);

/// Two system calls. Values that the kernel does not give are zero.
send_pace::reading read_socket(int descriptor);

}  // namespace dhow::link
