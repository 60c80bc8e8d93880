// A message to many bureaus goes over the origin's line once: the bytes of that line are counted.
// Way of the message: origin -> [counting relay] -> hub, which fans out.
// Not pure: processes, sockets, a thread for the relay.
// Spec: docs/overview.md. Tests: this is one.
// Limits: 1.05 times one copy and 100 bytes for each recipient, all bytes of TCP both ways.
#include "tests/support/seed.hpp"
#include "tests/system/harness.hpp"

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <iostream>
#include <thread>

namespace dhow::tests {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t message_bytes = 1 << 20;
constexpr double overhead_max = 1.05;
constexpr std::uint64_t recipient_bytes_max = 100;

/// Passes every connection on to the hub and counts what goes through, both ways.
class counting_relay {
public:
    counting_relay() : x_acceptor(x_io, {asio::ip::make_address("127.0.0.1"), 0}) {
        accept();
        x_thread = std::jthread{[this] { x_io.run(); }};
    }
    ~counting_relay() { x_io.stop(); }
    counting_relay(const counting_relay&) = delete;
    counting_relay& operator=(const counting_relay&) = delete;
    [[nodiscard]] std::uint16_t port() const { return x_acceptor.local_endpoint().port(); }
    void lead_to(std::uint16_t port) { x_target = port; }
    [[nodiscard]] std::uint64_t bytes() const { return x_bytes; }

private:
    struct way {
        tcp::socket from, to;
        std::array<char, 65536> one{}, other{};
    };

    void accept() {
        x_acceptor.async_accept([this](const boost::system::error_code& error, tcp::socket in) {
            if (error) {
                return;
            }
            boost::system::error_code failed;
            tcp::socket out(x_io);
            out.connect({asio::ip::make_address("127.0.0.1"), x_target}, failed);
            if (!failed) {
                const auto both = std::make_shared<way>(std::move(in), std::move(out));
                pass(both, both->from, both->to, both->one);
                pass(both, both->to, both->from, both->other);
            }
            accept();
        });
    }
    void pass(const std::shared_ptr<way>& both, tcp::socket& from, tcp::socket& to,
              std::array<char, 65536>& buffer) {
        from.async_read_some(asio::buffer(buffer),
                             [this, both, &from, &to, &buffer](
                                 const boost::system::error_code& error, std::size_t count) {
                                 boost::system::error_code failed = error;
                                 if (!failed) {
                                     x_bytes += count;
                                     asio::write(to, asio::buffer(buffer.data(), count), failed);
                                 }
                                 if (failed) {
                                     to.close(failed);
                                     from.close(failed);
                                     return;
                                 }
                                 pass(both, from, to, buffer);
                             });
    }

    asio::io_context x_io;
    tcp::acceptor x_acceptor;
    std::atomic<std::uint16_t> x_target{0};
    std::atomic<std::uint64_t> x_bytes{0};
    std::jthread x_thread;
};

std::vector<std::string> fifty_bureaus() {
    const std::string codes =
        "ADAEAFAGALAMAOARATAUAZBABBBDBEBFBGBHBIBJBNBOBRBSBTBWBYBZCACD"
        "CFCGCHCICLCMCNCOCRCUCVCYCZDEDJDKDMDODZEC";
    std::vector<std::string> out;
    for (std::size_t at = 0; at < codes.size(); at += 2) {
        out.push_back(codes.substr(at, 2));
    }
    return out;
}

/// So that what the session itself costs is not counted with a letter.
void await_session(const gateway& origin) {
    wait_until("the session with the hub", [&] {
        const auto links = origin.get("/admin/v1/links").at("links").as_array();
        return links.at(0).at("state").as_string() == "up";
    });
}

/// What one letter costs the line until the hub has it for all its recipients.
std::uint64_t cost_of(const counting_relay& line, gateway& origin, const letter& what) {
    const auto before = line.bytes();
    const auto id = submit(origin, what);
    constexpr seconds patience{180};
    wait_until(
        "the hub's custody",
        [&] {
            for (const auto& recipient : what.to) {
                if (state_of(origin, id, recipient) != "relayed") {
                    return false;
                }
            }
            return true;
        },
        patience);
    return line.bytes() - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(one_body_for_many_test)

BOOST_AUTO_TEST_CASE(a_message_to_fifty_bureaus_costs_the_origins_line_one_copy) {
    counting_relay line;
    federation_wish wish;
    wish.members = {"ZW"};
    wish.also = fifty_bureaus();
    wish.log = "info";
    wish.lines = {{"ZW", line.port()}};
    federation bureaus(wish);
    line.lead_to(bureaus.hub_port());
    bureaus.start_all();
    auto& origin = bureaus["ZW"];
    await_session(origin);

    letter as_text;
    as_text.cls = "routine";
    as_text.to = wish.also;
    as_text.text = random_bytes(message_bytes, seed());
    letter as_attachment = as_text;
    as_attachment.text = "synthetic";
    as_attachment.files = {{"photograph.bin", random_bytes(message_bytes, seed() + 1)}};
    letter to_one = as_text;
    to_one.to = {wish.also.front()};
    to_one.text = random_bytes(message_bytes, seed() + 2);

    const auto bytes_max = static_cast<std::uint64_t>(overhead_max * message_bytes) +
                           recipient_bytes_max * wish.also.size();
    const auto one = cost_of(line, origin, to_one);
    const auto text = cost_of(line, origin, as_text);
    const auto attachment = cost_of(line, origin, as_attachment);
    std::cout << "one_body_for_many: at most " << bytes_max << " bytes; text to 1: " << one
              << ", text to " << wish.also.size() << ": " << text << ", attachment to "
              << wish.also.size() << ": " << attachment << '\n';
    BOOST_TEST(one > message_bytes);  // the line that is counted is the one that is used
    BOOST_TEST(text <= bytes_max);
    BOOST_TEST(attachment <= bytes_max);
    BOOST_TEST(text <= one + recipient_bytes_max * wish.also.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
