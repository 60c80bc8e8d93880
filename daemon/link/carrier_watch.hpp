// Hears from the kernel when carrier, addresses or routes of this machine change.
// Way of the message: kernel -> [carrier_watch] -> core, which dials sooner.
// Not pure: a netlink socket, a timer. Net thread.
// Spec: docs/poor-links.md, docs/decisions/0008-who-dials-when.md.
// Tests: unit/link/carrier_watch_test.cpp.
// Limits: kernel_news_bytes_max a message; reopen_pauses.
#pragma once

#include "daemon/link/network_news.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string>

namespace dhow::link {

class carrier_watch {
public:
    /// Opens the socket; the errno when it cannot be had is in `error`, and -1 is given.
    using opener = std::function<int(int& error)>;
    /// `tell`: something changed. `log`: what went wrong with the watch.
    carrier_watch(boost::asio::io_context& io, std::function<void()> tell,
                  std::function<void(const std::string&)> log, opener open = &open_netlink);
    void start();
    /// Nothing is told any more.
    void stop();

private:
    static int open_netlink(int& error);
    void wait();
    void drain();
    /// False: there is no more for now, or the watch is broken.
    bool receive(bool& has_changed);
    void open_again(const std::string& why);

    std::function<void()> x_tell;
    std::function<void(const std::string&)> x_log;
    opener x_open;
    boost::asio::posix::stream_descriptor x_socket;
    boost::asio::steady_timer x_timer;
    network_news x_news;
    reopen_pauses x_pauses;
    protocol::bytes x_buffer;
    bool x_is_stopped = false;
};

}  // namespace dhow::link
