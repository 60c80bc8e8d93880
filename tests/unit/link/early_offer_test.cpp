// Round trips before the first byte of a message, counted over real TLS.
// Way of the message: none; a test.
// Not pure: loopback sockets. One thread.
// Spec: docs/link-protocol.md#session.
// Limits: each wait ends after 20 s at the latest, as a failure.
#include "daemon/link/address.hpp"
#include "tests/unit/link/link_fixture.hpp"

#include <boost/asio/write.hpp>

namespace dhow::tests {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Stands between a dialler and a listener, and lets the listener speak for so many turns only: a
/// turn ends when the dialler has answered. One turn is one round trip, after that of TCP.
class turnstile {
public:
    turnstile(asio::io_context& io, const std::string& listener)
        : x_acceptor(io, {asio::ip::make_address("127.0.0.1"), 0}), x_near(io), x_far(io) {
        const auto where = link::split_peer_address(listener).value();
        const tcp::endpoint to(asio::ip::make_address(where.host),
                               static_cast<std::uint16_t>(std::stoi(where.port)));
        x_acceptor.async_accept(x_near, [this, to](const boost::system::error_code& error) {
            BOOST_REQUIRE(!error);
            x_far.connect(to);
            hear_dialler();
            hear_listener();
        });
    }
    [[nodiscard]] std::string address() const {
        return "tls://127.0.0.1:" + std::to_string(x_acceptor.local_endpoint().port());
    }
    /// Turns of the listener that the dialler has heard.
    [[nodiscard]] int turns() const { return x_turns; }
    void let_turns(int most) {
        x_turns_max = most;
        pass_on();
    }

private:
    void hear_dialler() {
        x_near.async_read_some(asio::buffer(x_from_dialler),
                               [this](const boost::system::error_code& error, std::size_t count) {
                                   if (error) {
                                       return;
                                   }
                                   x_is_turn = false;
                                   asio::write(x_far, asio::buffer(x_from_dialler.data(), count));
                                   hear_dialler();
                               });
    }
    void hear_listener() {
        x_far.async_read_some(asio::buffer(x_from_listener),
                              [this](const boost::system::error_code& error, std::size_t count) {
                                  if (error) {
                                      return;
                                  }
                                  x_held.insert(
                                      x_held.end(), x_from_listener.begin(),
                                      x_from_listener.begin() + static_cast<std::ptrdiff_t>(count));
                                  pass_on();
                                  hear_listener();
                              });
    }
    void pass_on() {
        if (x_held.empty() || (!x_is_turn && x_turns == x_turns_max)) {
            return;
        }
        x_turns += x_is_turn ? 0 : 1;
        x_is_turn = true;
        boost::system::error_code closed;
        asio::write(x_near, asio::buffer(x_held), closed);
        x_held.clear();
    }

    tcp::acceptor x_acceptor;
    tcp::socket x_near, x_far;
    std::array<std::uint8_t, 16 * 1024> x_from_dialler{}, x_from_listener{};
    bytes x_held;  ///< The listener said it out of its turn.
    bool x_is_turn = false;
    int x_turns = 0;
    int x_turns_max = 1;
};

/// ZW dials MU through a turnstile, and has a small message for it.
struct with_turnstile : two_gateways {
    turnstile between{io, address};

    void dial_with_a_message(std::size_t size) {
        zw.offered_when_up = size;
        zw.dial(between.address(), "MU");
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(early_offer_test)

//= LP-20, LP-25
BOOST_FIXTURE_TEST_CASE(a_small_message_is_there_after_one_round_trip_of_tls, with_turnstile) {
    dial_with_a_message(900);
    wait_for_line(mu, "received");
    BOOST_TEST(between.turns() == 1);
    BOOST_TEST(mu.received_bytes == 900U);
    BOOST_TEST(zw.count("established") == 0U);
    between.let_turns(10);
    wait_for_line(zw, "committed");
    BOOST_TEST(zw.count("established") == 1U);
}

//= LP-25, LP-45
BOOST_FIXTURE_TEST_CASE(a_large_one_waits_for_the_listener, with_turnstile) {
    dial_with_a_message(100'000);
    wait_for_line(mu, "established");
    BOOST_TEST(between.turns() == 1);
    between.let_turns(100);
    wait_for_line(zw, "committed");
    BOOST_TEST(between.turns() > 2);
    BOOST_TEST(mu.received_bytes == 100'000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
