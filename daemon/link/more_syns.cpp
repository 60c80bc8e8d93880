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

#include <algorithm>

namespace dhow::link {

namespace {
constexpr std::size_t sockets_max = 2;
/// Of one socket: the next one goes on.
constexpr int repetitions = 1;
}  // namespace

more_syns::more_syns(boost::asio::any_io_executor executor, tcp::endpoint target, std::string local,
                     protocol::milliseconds again_after, std::function<void()> on_connected)
    : x_timer(std::move(executor)),
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
    if (x_sockets.size() >= sockets_max) {
        drop(x_sockets.front());
    }
    auto socket = std::make_shared<tcp::socket>(x_timer.get_executor());
    if (open_from(*socket, x_target, x_local)) {
        return;
    }
    ::setsockopt(socket->native_handle(), IPPROTO_TCP, TCP_SYNCNT, &repetitions,
                 sizeof repetitions);
    x_sockets.push_back(socket);
    socket->async_connect(
        x_target, [self = shared_from_this(), socket](const boost::system::error_code& error) {
            if (self->x_is_over || self->x_connected) {
                return;
            }
            if (error) {
                return self->drop(socket);
            }
            self->x_connected = socket;
            self->x_timer.cancel();
            self->x_on_connected();
        });
}

void more_syns::drop(const std::shared_ptr<tcp::socket>& socket) {
    if (!socket->is_open()) {
        return;
    }
    const auto traffic = read_traffic(socket->native_handle());
    x_cost.in += traffic.in;
    x_cost.out += traffic.out;
    boost::system::error_code ignored;
    socket->close(ignored);
    std::erase(x_sockets, socket);
}

void more_syns::stop() {
    x_is_over = true;
    x_timer.cancel();
    for (const auto& socket : std::deque(x_sockets)) {
        if (socket != x_connected) {
            drop(socket);
        }
    }
}

std::optional<more_syns::tcp::socket> more_syns::take() {
    if (!x_connected) {
        return std::nullopt;
    }
    std::erase(x_sockets, x_connected);
    return std::move(*std::exchange(x_connected, nullptr));
}

}  // namespace dhow::link
