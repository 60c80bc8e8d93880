// A connect that nobody answers is found by a later SYN, long before the kernel repeats the first.
// Way of the message: tests of daemon/link/more_syns and bound_connect.
// Not pure: loopback sockets. One thread.
// Spec: docs/decisions/0015-dead-paths.md.
// Limits: real time, below a second.
#include "daemon/link/bound_connect.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

namespace dhow::link {

namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

/// A listener whose queue is full: the kernel drops every further SYN.
struct a_deaf_listener {
    a_deaf_listener() {
        acceptor.open(tcp::v4());
        acceptor.bind(tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
        acceptor.listen(0);
        fill();
    }
    void fill() {
        for (int i = 0; i < 4; ++i) {
            auto one = std::make_unique<tcp::socket>(io);
            one->async_connect(acceptor.local_endpoint(), [](const auto&) {});
            fillers.push_back(std::move(one));
        }
        io.run_for(50ms);
    }
    /// Takes what stands in the queue, and goes on taking.
    void hear() {
        accepted.clear();
        for (const auto& one : fillers) {
            boost::system::error_code ignored;
            one->close(ignored);
        }
        take_next();
    }
    void take_next() {
        acceptor.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
            if (!error) {
                accepted.push_back(std::move(socket));
                take_next();
            }
        });
    }
    asio::awaitable<void> connect(connect_order how) {
        const auto found =
            tcp::resolver::results_type::create(acceptor.local_endpoint(), "host", "service");
        const auto begun = std::chrono::steady_clock::now();
        outcome = co_await connect_from(stream, found, how);
        took = std::chrono::steady_clock::now() - begun;
        is_over = true;
        acceptor.close();
    }
    asio::io_context io;
    asio::ssl::context context{asio::ssl::context::tlsv13};
    std::shared_ptr<tls_stream> stream = std::make_shared<tls_stream>(tcp::socket(io), context);
    tcp::acceptor acceptor{io};
    std::vector<std::unique_ptr<tcp::socket>> fillers;
    std::vector<tcp::socket> accepted;
    connect_outcome outcome;
    std::chrono::steady_clock::duration took{};
    bool is_over = false;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(more_syns_test, a_deaf_listener)

BOOST_AUTO_TEST_CASE(a_later_socket_gets_through_first) {
    auto begin = [this] { return connect({.local = {}, .again_after = 100ms}); };
    asio::co_spawn(io, begin, asio::detached);
    asio::steady_timer later(io, 250ms);
    later.async_wait([this](const auto&) { hear(); });
    io.run_for(5s);
    BOOST_REQUIRE(is_over);
    BOOST_TEST(!outcome.error);
    BOOST_TEST((took < 900ms));  // The first SYN is repeated after a second.
    BOOST_TEST(stream->lowest_layer().is_open());
    BOOST_TEST(stream->lowest_layer().remote_endpoint().port() != 0);
    BOOST_TEST(outcome.beside.out > 0U);  // Of those that were closed.
}

BOOST_AUTO_TEST_CASE(a_closed_stream_ends_it_all) {
    auto begin = [this] { return connect({.local = {}, .again_after = 50ms}); };
    asio::co_spawn(io, begin, asio::detached);
    asio::steady_timer later(io, 220ms);
    later.async_wait([this](const auto&) {
        boost::system::error_code ignored;
        stream->lowest_layer().close(ignored);
    });
    io.run_for(3s);
    BOOST_REQUIRE(is_over);
    BOOST_TEST(bool(outcome.error));
    BOOST_TEST((took < 900ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::link
