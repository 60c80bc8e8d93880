// What a TCP connection has cost at IP level, as far as the kernel tells.
// Way of the message: socket -> [socket_traffic] -> bearer_book.
// Not pure: system calls. Net thread.
// Spec: docs/decisions/0010-bearers.md#quota. Tests: unit/link/socket_traffic_test.cpp.
// Limits: segment_header_bytes_max.
#pragma once

#include "daemon/route/line_traffic.hpp"

namespace dhow::link {

/// Bytes with the headers of IP and TCP, both ways, since the first SYN; what TCP sent again is in
/// `out`, and so is what waits in the kernel. A system call. Zeros: no connection.
route::line_traffic read_traffic(int descriptor);

}  // namespace dhow::link
