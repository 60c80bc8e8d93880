// What is set of the sockets of peers.
// Way of the message: see tls_context.hpp.
// Not pure: system calls. Net thread.
// Spec: docs/link-protocol.md#order, docs/decisions/0015-dead-paths.md.
// Tests: unit/link/tls_link_test.cpp.
// Limits: kernel_unsent_bytes_max.
#include "daemon/link/tls_context.hpp"
#include "protocol/limits.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace dhow::link {

void prepare_socket(tls_stream& stream) {
    boost::system::error_code ignored;
    auto& socket = stream.lowest_layer();
    socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    const int unsent = protocol::limits::kernel_unsent_bytes_max;
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    // With little under way, six repetitions at even distances before TCP waits twice as long each
    // time: a path that dies for some seconds is used again soon. When it is given up is decided by
    // the core, so TCP_USER_TIMEOUT is left alone.
    const int is_even = 1;
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, &is_even,
                 sizeof is_even);
}

}  // namespace dhow::link
