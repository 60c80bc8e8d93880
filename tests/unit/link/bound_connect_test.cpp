// Dials that leave from a given address of this machine.
// Way of the message: tests of daemon/link/bound_connect.
// Not pure: loopback sockets. One thread.
// Spec: docs/decisions/0010-bearers.md.
// Limits: none.
#include "daemon/link/bound_connect.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::link {

namespace {
namespace asio = boost::asio;
using asio::ip::tcp;

asio::awaitable<void> note(std::shared_ptr<tls_stream> stream, tcp::resolver::results_type found,
                           std::string local, boost::system::error_code* out) {
    const connect_order how{.local = local};
    const auto outcome = co_await connect_from(stream, found, how);
    *out = outcome.error;
}

struct a_listener {
    boost::system::error_code connect(const std::string& local) {
        const auto found =
            tcp::resolver::results_type::create(acceptor.local_endpoint(), "host", "service");
        boost::system::error_code out;
        auto begin = [&] { return note(stream, found, local, &out); };
        asio::co_spawn(io, begin, asio::detached);
        io.run();
        return out;
    }
    asio::io_context io;
    asio::ssl::context context{asio::ssl::context::tlsv13};
    std::shared_ptr<tls_stream> stream = std::make_shared<tls_stream>(tcp::socket(io), context);
    tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(bound_connect_test, a_listener)

BOOST_AUTO_TEST_CASE(without_an_address_the_kernel_chooses) {
    BOOST_TEST(!connect(""));
    BOOST_TEST(plain_address(stream->lowest_layer().remote_endpoint().address()) == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(the_peer_sees_the_address_that_was_given) {
    BOOST_TEST(!connect("127.0.0.9"));
    tcp::socket accepted(io);
    acceptor.accept(accepted);
    BOOST_TEST(accepted.remote_endpoint().address().to_string() == "127.0.0.9");
}

BOOST_AUTO_TEST_CASE(an_address_of_another_machine_is_an_error) {
    BOOST_TEST(bool(connect("192.0.2.1")));
}

BOOST_AUTO_TEST_CASE(an_address_of_the_other_family_is_an_error) {
    BOOST_TEST(bool(connect("::1")));
}

BOOST_AUTO_TEST_CASE(an_ipv4_address_is_shown_as_such) {
    BOOST_TEST(plain_address(asio::ip::make_address("::ffff:192.0.2.1")) == "192.0.2.1");
    BOOST_TEST(plain_address(asio::ip::make_address("2001:db8::1")) == "2001:db8::1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::link
