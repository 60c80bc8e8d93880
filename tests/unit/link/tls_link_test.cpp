// Links over real TLS on the loopback: sessions, pins, resumption, and peers that are wrong.
// Way of the message: none; a test.
// Not pure: loopback sockets, a thread for raw clients.
// Spec: docs/link-protocol.md#tls.
// Limits: each wait ends after 20 s at the latest, as a failure.
#include "daemon/link/address.hpp"
#include "tests/unit/link/link_fixture.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include <thread>
#include <tuple>

using dhow::tests::bureau;
using dhow::tests::identity;
using dhow::tests::test_gateway;
using dhow::tests::two_gateways;
using namespace dhow::protocol;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// A blocking client with every freedom to be wrong.
class raw_client {
public:
    raw_client() : x_context(asio::ssl::context::tls) {
        SSL_CTX_set_verify(x_context.native_handle(), SSL_VERIFY_NONE, nullptr);
        set_alpn("\6dhow/1");
    }
    void show(const identity& who) {
        x_context.use_certificate_chain(asio::buffer(who.pem));
        SSL_CTX_use_PrivateKey(x_context.native_handle(), who.key.get());
    }
    void set_alpn(std::string_view protocols) {
        SSL_CTX_set_alpn_protos(x_context.native_handle(),
                                reinterpret_cast<const unsigned char*>(protocols.data()),
                                static_cast<unsigned>(protocols.size()));
    }
    void use_tls_1_2() { SSL_CTX_set_max_proto_version(x_context.native_handle(), TLS1_2_VERSION); }
    void connect(const std::string& address) {
        const auto where = *dhow::link::split_peer_address(address);
        x_stream.emplace(x_io, x_context);
        x_stream->lowest_layer().connect({asio::ip::make_address(where.host),
                                          static_cast<std::uint16_t>(std::stoi(where.port))});
    }
    boost::system::error_code handshake() {
        boost::system::error_code error;
        x_stream->handshake(asio::ssl::stream_base::client, error);
        return error;
    }
    void write(byte_view data) { asio::write(*x_stream, asio::buffer(data.data(), data.size())); }
    void write_byte_by_byte(byte_view data) {
        for (const auto& one : data) {
            write({&one, 1});
        }
    }
    /// All frames until the other end closes, or until one of the wanted type came.
    template <class Wanted>
    std::optional<Wanted> read_until() {
        boost::system::error_code error;
        std::array<std::uint8_t, 4096> part{};
        while (true) {
            const auto next = decode_frame(x_heard);
            if (next && next->value) {
                const auto value = *next->value;
                x_heard.erase(x_heard.begin(),
                              x_heard.begin() + static_cast<std::ptrdiff_t>(next->consumed_bytes));
                if (const auto* wanted = std::get_if<Wanted>(&value)) {
                    return *wanted;
                }
                continue;
            }
            const auto count = x_stream->read_some(asio::buffer(part), error);
            if (error) {
                return std::nullopt;
            }
            x_heard.insert(x_heard.end(), part.begin(), part.begin() + static_cast<long>(count));
        }
    }

private:
    asio::io_context x_io;
    asio::ssl::context x_context;
    std::optional<asio::ssl::stream<tcp::socket>> x_stream;
    bytes x_heard;
};

/// Gateways, and raw clients beside them.
struct with_clients : two_gateways {
    /// Until the client has done its work, which runs on a thread of its own.
    void let_client(const std::function<void(raw_client&)>& work) {
        bool is_done = false;
        std::jthread client{[&] {
            raw_client it;
            work(it);
            asio::post(io, [&is_done] { is_done = true; });
        }};
        wait_for([&is_done] { return is_done; });
    }
};

bytes hello_bytes() {
    hello greeting;
    greeting.bureau = bureau("ZW");
    greeting.time = utc_time{milliseconds{1'800'000'000'000}};
    greeting.frame_bytes_max = 65536;
    bytes out;
    append_frame(out, hello_frame{encode_hello(greeting), {}, {}});
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_link_test)

//= LP-1, LP-2
BOOST_FIXTURE_TEST_CASE(carries_small_and_large_objects_both_ways, two_gateways) {
    connect();
    BOOST_TEST(zw.log.front() == "dialled MU");
    BOOST_TEST(mu.log.front() == "called by ZW");
    zw.offer(900);
    wait_for_line(zw, "committed");
    mu.offer(5'000'000);
    wait_for_line(mu, "committed");
    BOOST_TEST(mu.received_bytes == 900U);
    BOOST_TEST(zw.received_bytes == 5'000'000U);
    disconnect();
    BOOST_TEST(mu.count("ended shutting-down") == 1U);
    BOOST_TEST(mu.count("down") == 1U);
    BOOST_TEST(zw.count("down") == 1U);
}

// By them it is known which link the session will count for, and so whether it is metered.
BOOST_FIXTURE_TEST_CASE(options_are_asked_for_by_link_or_by_the_address_it_came_to, two_gateways) {
    connect();
    using asked = std::vector<std::pair<std::string, std::string>>;
    BOOST_TEST((zw.asked_for == asked{{"link", ""}}));
    BOOST_TEST((mu.asked_for == asked{{"", "127.0.0.1"}}));
}

//= LP-2
BOOST_FIXTURE_TEST_CASE(a_dialler_with_an_unknown_key_is_told_so, two_gateways) {
    mu.pins.clear();
    zw.dial(address, "MU");
    wait_for_line(zw, "ended peer-not-pinned");
    wait_for_line(zw, "down");
    BOOST_TEST(mu.count("refused peer-not-pinned") == 1U);
    BOOST_TEST(mu.links.empty());
}

//= LP-2
BOOST_FIXTURE_TEST_CASE(a_listener_that_is_another_bureau_is_not_spoken_to, two_gateways) {
    zw.trust(mu, "KE");
    zw.dial(address, "MU");
    wait_for_line(zw, "dial failed peer-not-pinned");
    BOOST_TEST(zw.links.empty());
}

//= LP-1
BOOST_FIXTURE_TEST_CASE(resumes_and_judges_the_pin_again, two_gateways) {
    connect();
    BOOST_TEST(!zw.last_was_resumed);
    disconnect();
    connect();
    BOOST_TEST(zw.last_was_resumed);
    BOOST_TEST(mu.last_was_resumed);
    disconnect();
    mu.pins.clear();
    zw.dial(address, "MU");
    wait_for_line(mu, "refused peer-not-pinned");
}

//= LP-1, LP-2
BOOST_FIXTURE_TEST_CASE(the_dialler_too_judges_the_pin_of_a_resumed_session_again, two_gateways) {
    connect();
    disconnect();
    zw.pins.clear();
    zw.dial(address, "MU");
    wait_for_line(zw, "dial failed peer-not-pinned");
    wait_for_line(mu, "called by ZW", 2);
    BOOST_TEST(mu.last_was_resumed);
    BOOST_TEST(zw.links.empty());
    wait_for([&] { return mu.links.empty(); });
    zw.trust(mu, "MU");
    connect();
    BOOST_TEST(!zw.last_was_resumed);  // What was resumed was forgotten.
}

BOOST_FIXTURE_TEST_CASE(resumes_after_a_connection_that_was_cut, two_gateways) {
    connect();
    zw.offer(900);
    wait_for_line(zw, "committed");
    mu.links.begin()->second->cut();
    wait_for([&] { return zw.links.empty() && mu.links.empty(); });
    BOOST_TEST(zw.count("ended connection-lost") == 1U);
    connect();
    BOOST_TEST(zw.last_was_resumed);
    BOOST_TEST(mu.last_was_resumed);
}

BOOST_FIXTURE_TEST_CASE(nobody_listening_is_a_failed_dial, two_gateways) {
    mu.stop();
    io.poll();
    zw.dial(address, "MU");
    wait_for_line(zw, "dial failed connect-failed");
    zw.dial("http://127.0.0.1:1", "MU");
    wait_for_line(zw, "dial failed connect-failed", 2);
}

//= LP-1
BOOST_FIXTURE_TEST_CASE(refuses_wrong_tls, with_clients) {
    const std::vector<std::function<void(raw_client&)>> wrong{
        [](raw_client& it) { it.set_alpn("\2h2"); },
        [](raw_client& it) { it.use_tls_1_2(); },
    };
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        boost::system::error_code error;
        let_client([&](raw_client& it) {
            it.show(zw.own);
            wrong[i](it);
            it.connect(address);
            error = it.handshake();
        });
        wait_for_line(mu, "refused tls-failed", i + 1);
        BOOST_TEST(error.failed());
    }
    BOOST_TEST(mu.links.empty());
}

// Simulator, seed 1870: a gateway that is not ready does not know its peers.
BOOST_FIXTURE_TEST_CASE(who_connects_before_the_gateway_is_ready_waits, two_gateways) {
    test_gateway late{io};
    const auto where = *dhow::link::split_peer_address(late.bind());
    asio::io_context outside;
    tcp::socket early(outside);
    early.connect(
        {asio::ip::make_address(where.host), static_cast<std::uint16_t>(std::stoi(where.port))});
    asio::write(early, asio::buffer(std::string(100, 'x')));
    while (io.poll() > 0) {
    }
    BOOST_TEST(late.log.empty());
    late.begin();
    wait_for_line(late, "refused tls-failed");
}

//= LP-1
BOOST_FIXTURE_TEST_CASE(refuses_a_client_without_certificate, with_clients) {
    let_client([&](raw_client& it) {
        it.connect(address);
        std::ignore = it.handshake();  // What it says is the gateway's to tell.
    });
    wait_for_line(mu, "refused tls-failed");
    BOOST_TEST(mu.links.empty());
}

//= LP-1
BOOST_FIXTURE_TEST_CASE(refuses_a_client_that_names_no_protocol, with_clients) {
    std::optional<goodbye_frame> last;
    let_client([&](raw_client& it) {
        it.show(zw.own);
        it.set_alpn("");
        it.connect(address);
        std::ignore = it.handshake();  // What it says is the gateway's to tell.
        last = it.read_until<goodbye_frame>();
    });
    wait_for_line(mu, "refused tls-failed");
    BOOST_REQUIRE(last.has_value());
    BOOST_TEST((last->code == errc::tls_failed));
    BOOST_TEST(mu.links.empty());
}

BOOST_FIXTURE_TEST_CASE(hears_a_session_that_comes_byte_by_byte, with_clients) {
    offer_frame offer;
    offer.kind = object_kind::receipt;
    offer.origin = bureau("MU");
    offer.body_bytes = 300;
    offer.mode = body_mode::with_offer;
    const bytes payload(300);
    auto said = hello_bytes();
    append_frame(said, offer);
    append_frame(said, data_frame{0, 0, payload});
    bool is_committed = false;
    let_client([&](raw_client& it) {
        it.show(zw.own);
        it.connect(address);
        std::ignore = it.handshake();  // What it says is the gateway's to tell.
        it.write_byte_by_byte(said);
        is_committed = it.read_until<commit_frame>().has_value();
    });
    BOOST_TEST(is_committed);
    BOOST_TEST(mu.count("received") == 1U);
    wait_for_line(mu, "down");
}

//= LP-60
BOOST_FIXTURE_TEST_CASE(a_violation_is_answered_with_goodbye_and_the_connection_closes,
                        with_clients) {
    std::optional<goodbye_frame> last;
    let_client([&](raw_client& it) {
        it.show(zw.own);
        it.connect(address);
        std::ignore = it.handshake();  // What it says is the gateway's to tell.
        it.write(hello_bytes());
        bytes claim{0x04, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F};
        claim.resize(100'000);  // much that nobody wants to read
        it.write(claim);
        last = it.read_until<goodbye_frame>();
    });
    wait_for_line(mu, "ended too-long");
    wait_for_line(mu, "down");
    BOOST_REQUIRE(last.has_value());
    BOOST_TEST((last->code == errc::too_long));
}

BOOST_FIXTURE_TEST_CASE(a_visitor_that_says_nothing_keeps_nobody_waiting, two_gateways) {
    asio::io_context other;
    std::vector<tcp::socket> silent;
    const auto where = *dhow::link::split_peer_address(address);
    for (int i = 0; i < 20; ++i) {
        silent.emplace_back(other).connect({asio::ip::make_address(where.host),
                                            static_cast<std::uint16_t>(std::stoi(where.port))});
    }
    connect();
    zw.offer(900);
    wait_for_line(zw, "committed");
}

BOOST_FIXTURE_TEST_CASE(a_certificate_without_its_key_is_an_error_at_start, two_gateways) {
    const identity other;
    BOOST_CHECK_THROW(dhow::link::make_context(zw.own.pem, other.key.get()), std::exception);
}

BOOST_FIXTURE_TEST_CASE(both_ends_of_a_session_choose_their_congestion_control, two_gateways) {
    connect();
    for (auto* end : {&zw, &mu}) {
        auto& one = *end->links.begin()->second;
        BOOST_TEST(!one.set_congestion("reno"));
        BOOST_TEST(one.congestion() == "reno");
        BOOST_TEST(one.set_congestion("nonesuch").failed());
        BOOST_TEST(one.congestion() == "reno");
    }
    zw.offer(100'000);
    wait_for_line(zw, "committed");
}

BOOST_AUTO_TEST_SUITE_END()
