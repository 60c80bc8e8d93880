// Further connects while the first waits.
// Way of the message: see more_syns.hpp.
// Not pure: sockets. Net thread.
// Spec: docs/decisions/0015-dead-paths.md. Tests: unit/link/more_syns_test.cpp.
// Limits: see more_syns.hpp.
#include "daemon/link/more_syns.hpp"

#include "daemon/link/bound_connect.hpp"
#include "daemon/link/socket_traffic.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

namespace dhow::link {

namespace {
/// Of one socket: the next one goes on. Newer kernels add a few at even distances.
constexpr int repetitions = 1;
}  // namespace

more_syns::more_syns(boost::asio::any_io_executor executor, tcp::endpoint target, std::string local,
                     protocol::milliseconds again_after, std::function<void()> on_connected)
    : x_timer(executor),
      x_target(std::move(target)),
      x_local(std::move(local)),
      x_again_after(again_after),
      x_on_connected(std::move(on_connected)) {}

void more_syns::start() {
    if (x_again_after.count() > 0) {
        arm();
    }
}

void more_syns::arm() {
    x_timer.expires_after(x_again_after);
    x_timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error && !self->x_is_over) {
            self->send_one();
            self->arm();
        }
    });
}

void more_syns::send_one() {
    drop();
    auto socket = std::make_shared<tcp::socket>(x_timer.get_executor());
    if (open_from(*socket, x_target, x_local)) {
        return;
    }
    ::setsockopt(socket->native_handle(), IPPROTO_TCP, TCP_SYNCNT, &repetitions,
                 sizeof repetitions);
    x_socket = socket;
    socket->async_connect(
        x_target, [self = shared_from_this(), socket](const boost::system::error_code& error) {
            if (error || self->x_is_over || self->x_socket != socket) {
                return;
            }
            self->x_is_connected = true;
            self->x_timer.cancel();
            self->x_on_connected();
        });
}

void more_syns::drop() {
    if (!x_socket) {
        return;
    }
    const auto traffic = read_traffic(x_socket->native_handle());
    x_cost.in += traffic.in;
    x_cost.out += traffic.out;
    boost::system::error_code ignored;
    x_socket->close(ignored);
    x_socket.reset();
}

void more_syns::stop() {
    x_is_over = true;
    x_timer.cancel();
    if (!x_is_connected) {
        drop();
    }
}

std::optional<more_syns::tcp::socket> more_syns::take() {
    if (!x_is_connected || !x_socket) {
        return std::nullopt;
    }
    return std::move(*std::exchange(x_socket, nullptr));
}

}  // namespace dhow::link
