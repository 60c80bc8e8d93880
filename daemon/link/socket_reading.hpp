// What the kernel says of a TCP connection: how much has arrived, how much is under way.
// Way of the message: socket -> [socket_reading] -> send_pace.
// Not pure: system calls. Net thread.
// Spec: docs/link-protocol.md#order. Tests: unit/link/tls_link_test.cpp.
// Limits: none.
#pragma once

#include "daemon/link/send_pace.hpp"

namespace dhow::link {

/// Two system calls. Values that the kernel does not give are zero.
send_pace::reading read_socket(int descriptor);

}  // namespace dhow::link
