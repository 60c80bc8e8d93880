// What the kernel tells of a loopback connection: payload, and a header for each segment.
// Way of the message: tests of daemon/link/socket_traffic.
// Not pure: loopback sockets. One thread.
// Spec: docs/decisions/0010-bearers.md#quota.
// Limits: none.
#include "daemon/link/socket_traffic.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

namespace dhow::link {

namespace {
namespace asio = boost::asio;
using asio::ip::tcp;

struct two_sockets {
    two_sockets() {
        tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        near.connect(acceptor.local_endpoint());
        acceptor.accept(far);
    }
    asio::io_context io;
    tcp::socket near{io};
    tcp::socket far{io};
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(socket_traffic_test, two_sockets)

BOOST_AUTO_TEST_CASE(no_connection_has_cost_nothing) {
    const auto none = read_traffic(-1);
    BOOST_TEST(none.in == 0U);
    BOOST_TEST(none.out == 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_costs_headers_before_anything_is_said) {
    const auto cost = read_traffic(near.native_handle());
    BOOST_TEST(cost.out >= 2U * 40);  // SYN and the ACK of the answer.
    BOOST_TEST(cost.in >= 40U);
    BOOST_TEST(cost.out < 300U);
}

BOOST_AUTO_TEST_CASE(both_ends_count_what_went_with_its_headers) {
    constexpr std::size_t size = 300'000;
    const auto before = read_traffic(near.native_handle());
    std::vector<char> data(size);
    for (std::size_t at = 0; at < size; at += 30'000) {
        asio::write(near, asio::buffer(data.data() + at, 30'000));
        asio::read(far, asio::buffer(data.data() + at, 30'000));
    }
    const auto sent = read_traffic(near.native_handle()).out - before.out;
    const auto received = read_traffic(far.native_handle()).in;
    BOOST_TEST(sent > size);
    BOOST_TEST(sent < size + size / 4);
    BOOST_TEST(received > size);
    BOOST_TEST(received < size + size / 4);
}

BOOST_AUTO_TEST_CASE(what_waits_in_the_kernel_counts_as_sent) {
    near.non_blocking(true);
    const std::vector<char> data(1 << 20);
    boost::system::error_code error;
    std::size_t taken = 0;
    while (!error) {
        taken += near.write_some(asio::buffer(data), error);
    }
    BOOST_TEST(read_traffic(near.native_handle()).out > taken);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::link
