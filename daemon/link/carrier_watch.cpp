// Hears from the kernel when the network of this machine changes.
// Way of the message: see carrier_watch.hpp.
// Not pure: a netlink socket, a timer. Net thread.
// Spec: rtnetlink(7). Tests: unit/link/carrier_watch_test.cpp.
// Limits: see carrier_watch.hpp.
#include "daemon/link/carrier_watch.hpp"

#include "protocol/limits.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace dhow::link {

namespace asio = boost::asio;

carrier_watch::carrier_watch(asio::io_context& io, std::function<void()> tell,
                             std::function<void(const std::string&)> log, opener open)
    : x_tell(std::move(tell)),
      x_log(std::move(log)),
      x_open(std::move(open)),
      x_socket(io),
      x_timer(io),
      x_buffer(protocol::limits::kernel_news_bytes_max) {}

int carrier_watch::open_netlink(int& error) {
    const int made = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    sockaddr_nl about{};
    about.nl_family = AF_NETLINK;
    about.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                      RTMGRP_IPV6_ROUTE;
    if (made >= 0 && bind(made, reinterpret_cast<const sockaddr*>(&about), sizeof about) == 0) {
        return made;
    }
    error = errno;
    if (made >= 0) {
        close(made);
    }
    return -1;
}

void carrier_watch::start() {
    int error = 0;
    const int made = x_open(error);
    if (made < 0) {
        return open_again("cannot be opened: " + std::generic_category().message(error));
    }
    x_socket.assign(made);
    wait();
}

void carrier_watch::stop() {
    x_is_stopped = true;
    x_timer.cancel();
    boost::system::error_code ignored;
    x_socket.close(ignored);
}

void carrier_watch::wait() {
    x_socket.async_wait(asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code& error) {
                            if (error == asio::error::operation_aborted || x_is_stopped) {
                                return;
                            }
                            if (error) {
                                return open_again("is broken: " + error.message());
                            }
                            drain();
                        });
}

void carrier_watch::drain() {
    bool has_changed = false;
    while (receive(has_changed)) {
    }
    if (has_changed && !x_is_stopped) {
        x_tell();
    }
    if (x_socket.is_open()) {
        wait();
    }
}

bool carrier_watch::receive(bool& has_changed) {
    sockaddr_nl from{};
    iovec place{x_buffer.data(), x_buffer.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    const auto count = recvmsg(x_socket.native_handle(), &message, MSG_DONTWAIT);
    if (count < 0) {
        const int error = errno;
        has_changed = has_changed || trouble_of(error) == receive_trouble::lost;
        if (trouble_of(error) == receive_trouble::broken) {
            open_again("is broken: " + std::generic_category().message(error));
        }
        return error == EINTR || error == ENOBUFS;
    }
    if (from.nl_pid != 0) {
        return true;  // Another process, not the kernel.
    }
    const bool is_whole = count > 0 && (message.msg_flags & MSG_TRUNC) == 0;
    const auto heard = is_whole
                           ? x_news.on_datagram({x_buffer.data(), static_cast<std::size_t>(count)})
                           : network_news::verdict::garbage;
    if (heard == network_news::verdict::garbage) {
        open_again("says what no kernel says");
        return false;
    }
    x_pauses.reset();
    has_changed = has_changed || heard == network_news::verdict::changed;
    return true;
}

// What happens meanwhile is not heard, so it counts as a change.
void carrier_watch::open_again(const std::string& why) {
    boost::system::error_code ignored;
    x_socket.close(ignored);
    x_news = {};
    const auto pause = x_pauses.next();
    x_log("the watch on this machine's network " + why + "; it is opened again in " +
          std::to_string(pause.count()) + " s, links are dialled as planned until then");
    x_timer.expires_after(pause);
    x_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error && !x_is_stopped) {
            start();
            if (x_socket.is_open()) {
                x_tell();
            }
        }
    });
}

}  // namespace dhow::link
