// While a connect waits for its answer: further ones to the same place, from sockets of their own.
// Way of the message: dialer -> bound_connect -> [more_syns] -> socket.
// Not pure: sockets. Net thread; lives as long as one of its operations.
// Spec: docs/decisions/0015-dead-paths.md. Tests: unit/link/more_syns_test.cpp.
// Limits: one at a time beside the first.
#pragma once

#include "daemon/route/line_traffic.hpp"
#include "protocol/ids.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dhow::link {

/// The kernel repeats a SYN after 1, 3, 7, 15, 31 s: a path that comes back after a while is found
/// late. A new socket begins from the start.
class more_syns : public std::enable_shared_from_this<more_syns> {
public:
    using tcp = boost::asio::ip::tcp;
    /// `on_connected` is called once at most; then take() has the socket.
    more_syns(boost::asio::any_io_executor executor, tcp::endpoint target, std::string local,
              protocol::milliseconds again_after, std::function<void()> on_connected);
    void start();
    /// Nothing is called any more, and all but what take() gives is closed.
    void stop();
    [[nodiscard]] std::optional<tcp::socket> take();
    /// What the sockets that were closed have cost; complete after stop().
    [[nodiscard]] const route::line_traffic& cost() const { return x_cost; }

private:
    void arm();
    void send_one();
    void drop();

    boost::asio::steady_timer x_timer;
    tcp::endpoint x_target;
    std::string x_local;
    protocol::milliseconds x_again_after;
    std::function<void()> x_on_connected;
    std::shared_ptr<tcp::socket> x_socket;
    bool x_is_connected = false;
    route::line_traffic x_cost;
    bool x_is_over = false;
};

}  // namespace dhow::link
