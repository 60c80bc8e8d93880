// TLS records are no larger than what is written at once, which a slow line keeps short: read at a
// relay between two gateways, from the heads of the records.
// Way of the message: none; a test.
// Not pure: loopback sockets; the relay passes on so many bytes at each tick, as a line does.
// Spec: docs/link-protocol.md#order.
// Limits: each wait ends after 20 s at the latest, as a failure.
#include "daemon/link/address.hpp"
#include "tests/unit/link/link_fixture.hpp"

#include <boost/asio/write.hpp>

namespace dhow::tests {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// 40,000 bytes a second at the most, from the dialler to the listener; nothing is made up for.
constexpr std::chrono::milliseconds tick{10};
constexpr std::size_t tick_bytes = 400;
/// Head (5), type of the content (1) and tag (16) of a record of TLS 1.3.
constexpr std::size_t record_head = 5;
constexpr std::size_t record_extra = 17;
constexpr std::uint8_t application_data = 23;

/// Lengths of the records in what a dialler writes.
class record_reader {
public:
    void read(protocol::byte_view some) {
        for (const auto byte : some) {
            if (x_rest > 0) {
                --x_rest;
                continue;
            }
            x_head[x_head_bytes++] = byte;
            if (x_head_bytes == record_head) {
                x_head_bytes = 0;
                x_rest = static_cast<std::size_t>(x_head[3]) << 8U | x_head[4];
                if (x_head[0] == application_data) {
                    plain_bytes.push_back(x_rest - record_extra);
                }
            }
        }
    }
    std::vector<std::size_t> plain_bytes;  ///< Of those that are encrypted.

private:
    std::array<std::uint8_t, record_head> x_head{};
    std::size_t x_head_bytes = 0;
    std::size_t x_rest = 0;
};

class slow_relay {
public:
    slow_relay(asio::io_context& io, const std::string& listener)
        : x_acceptor(io, tcp::v4()), x_near(io), x_far(io), x_timer(io) {
        // What is not passed on yet is to be seen by the sender: little of it lies here.
        x_acceptor.set_option(tcp::socket::receive_buffer_size(2'048));
        x_acceptor.bind({asio::ip::make_address("127.0.0.1"), 0});
        x_acceptor.listen();
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
    record_reader records;
    std::function<void()> on_tick;

private:
    void hear_dialler() {
        x_near.async_read_some(
            asio::buffer(x_from_dialler),
            [this](const boost::system::error_code& error, std::size_t count) {
                if (error) {
                    return;
                }
                const auto some = protocol::byte_view(x_from_dialler).first(count);
                records.read(some);
                asio::write(x_far, asio::buffer(some.data(), some.size()));
                on_tick();
                x_timer.expires_after(tick);
                x_timer.async_wait([this](const boost::system::error_code& stopped) {
                    if (!stopped) {
                        hear_dialler();
                    }
                });
            });
    }
    void hear_listener() {
        x_far.async_read_some(asio::buffer(x_from_listener),
                              [this](const boost::system::error_code& error, std::size_t count) {
                                  if (error) {
                                      return;
                                  }
                                  boost::system::error_code closed;
                                  asio::write(x_near, asio::buffer(x_from_listener.data(), count),
                                              closed);
                                  hear_listener();
                              });
    }

    tcp::acceptor x_acceptor;
    tcp::socket x_near, x_far;
    asio::steady_timer x_timer;
    std::array<std::uint8_t, tick_bytes> x_from_dialler{};
    std::array<std::uint8_t, 16 * 1024> x_from_listener{};
};

/// Two gateways, and a relay for ZW to dial MU through.
struct with_slow_line {
    two_gateways ends;
    slow_relay between{ends.io, ends.address};
};

/// A record holds 16 KiB at the most, so more would show nothing.
constexpr std::size_t batch_judged_max = 12'000;

/// What a line of this rate gets in one write: as long as a frame may last.
std::size_t batch_at(std::uint64_t bytes_per_s) {
    const auto in_time =
        bytes_per_s * static_cast<std::uint64_t>(protocol::limits::frame_time_max.count()) / 1'000;
    return std::max<std::size_t>(in_time, protocol::limits::frame_bytes_min);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_size_test)

BOOST_FIXTURE_TEST_CASE(a_record_is_no_larger_than_what_the_measured_rate_lets_be_written_at_once,
                        with_slow_line) {
    // The first bytes fill buffers, which looks like a fast line: what was written until then is
    // let off. After that no look misses a rate, which is kept for four windows.
    std::uint64_t best = 0;
    std::uint64_t let_off = 0;
    between.on_tick = [&] {
        if (ends.zw.links.empty()) {
            return;
        }
        const auto& line = *ends.zw.links.begin()->second;
        best = std::max(best, line.rate());
        if (line.rate() == 0 || batch_at(line.rate()) > batch_judged_max) {
            let_off = line.bytes_out();
            best = 0;
        }
    };
    ends.zw.dial(between.address(), "MU");
    ends.wait_for_line(ends.zw, "established");
    ends.zw.offer(130'000);
    ends.wait_for_line(ends.zw, "committed");
    BOOST_REQUIRE(best > 0U);
    // The last frame of a write may be as long as the shortest there is, with its head; and the
    // write under way when the rate became known, as well as the handshake, are let off. On a busy
    // machine a better rate than any that was looked at may have been measured in between: twice
    // is still less than what a record holds, and would be, were writes not bound by the rate.
    const auto most = 2 * batch_at(best) + protocol::limits::frame_bytes_min / 2 + 32;
    BOOST_REQUIRE(most < 15'000U);
    std::uint64_t seen = 0;
    std::size_t judged = 0;
    for (const auto bytes : between.records.plain_bytes) {
        seen += bytes;
        if (seen > let_off + 24 * protocol::limits::kib) {
            BOOST_TEST(bytes <= most);
            ++judged;
        }
    }
    BOOST_TEST(judged >= 5U);
    BOOST_TEST_MESSAGE(judged << " records judged, at most " << most << " bytes; let off "
                              << let_off);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
