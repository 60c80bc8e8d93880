// A line between two daemons that a test cuts and mends: it passes connections on, no faster than
// it is told.
// Way of the message: gateway <=> [line_relay] <=> gateway.
// Not pure: sockets, a thread of its own.
// Spec: none. Tests: used by tests/system.
// Limits: one address at each end.
#pragma once

#include <boost/asio.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>

namespace dhow::tests {

class line_relay {
public:
    /// Listens at `address`, and dials from there to the port of the same address.
    line_relay(const std::string& address, std::uint16_t to, std::uint64_t bytes_per_s);
    ~line_relay();
    line_relay(const line_relay&) = delete;
    line_relay& operator=(const line_relay&) = delete;
    [[nodiscard]] std::uint16_t port() const { return x_port; }
    /// All connections end, and who dials is refused. Done when it returns.
    void cut();
    void mend();
    /// That have passed in either direction.
    [[nodiscard]] std::uint64_t bytes() const { return x_bytes; }

private:
    using tcp = boost::asio::ip::tcp;
    struct half {
        explicit half(boost::asio::io_context& io) : rest(io) {}
        std::array<char, 16'384> data{};
        boost::asio::steady_timer rest;
    };
    struct way {
        way(tcp::socket a, tcp::socket b, boost::asio::io_context& io)
            : ends{std::move(a), std::move(b)}, halves{half(io), half(io)} {}
        std::array<tcp::socket, 2> ends;
        std::array<half, 2> halves;
    };
    void open();
    void accept();
    void pass(const std::shared_ptr<way>& both, std::size_t from);
    void end(const std::shared_ptr<way>& both);
    void run_there(const std::function<void()>& what);

    boost::asio::io_context x_io;
    boost::asio::ip::address x_address;
    std::uint16_t x_to;
    std::uint64_t x_bytes_per_s;
    tcp::acceptor x_acceptor{x_io};
    std::uint16_t x_port = 0;
    std::set<std::shared_ptr<way>> x_ways;
    std::atomic<std::uint64_t> x_bytes{0};
    std::jthread x_thread;
};

}  // namespace dhow::tests
