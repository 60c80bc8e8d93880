// Dials a peer.
// Way of the message: application -> [dialer] -> tls_link.
// Not pure: sockets. Net thread.
// Spec: docs/link-protocol.md#connecting. Tests: unit/link/tls_link_test.cpp.
// Limits: see dialer.hpp.
#include "daemon/link/dialer.hpp"

#include "daemon/link/address.hpp"
#include "protocol/limits.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dhow::link {

namespace asio = boost::asio;
using asio::ip::tcp;
using protocol::errc;

struct dialer::attempt {
    attempt(asio::io_context& io, asio::ssl::context& context)
        : stream(tcp::socket(io), context), timer(io), resolver(io) {}
    std::string link_name, address;
    protocol::bureau_id peer;
    tls_stream stream;
    asio::steady_timer timer;
    tcp::resolver resolver;
    tls_context keep;  ///< The context outlives its streams, also across a reload.
    bool timed_out = false;
    bool is_over = false;  ///< The timer must not touch the stream any more.
};

void dialer::dial(std::string link_name, protocol::bureau_id peer, std::string address) {
    auto what = std::make_shared<attempt>(x_io, *x_context);
    what->link_name = std::move(link_name);
    what->address = std::move(address);
    what->peer = peer;
    what->keep = x_context;
    auto begin = [this, what] { return run(what); };
    asio::co_spawn(x_io, std::move(begin), asio::detached);
}

void dialer::fail(const attempt& what, errc code, std::string text) {
    x_handler.on_dial_failed(what.link_name, what.timed_out ? errc::timed_out : code,
                             what.address + ": " + text);
}

asio::awaitable<void> dialer::run(std::shared_ptr<attempt> what) {
    what->timer.expires_after(protocol::limits::handshake_time_max);
    what->timer.async_wait([what](const boost::system::error_code& error) {
        if (!error && !what->is_over) {
            what->timed_out = true;
            what->resolver.cancel();
            boost::system::error_code ignored;
            what->stream.lowest_layer().close(ignored);
        }
    });
    const bool connected = co_await connect(what);
    bool trusted = false;
    if (connected) {
        trusted = co_await shake_hands(what);
    }
    what->is_over = true;
    what->timer.cancel();
    if (!trusted) {
        co_return;
    }
    auto options = x_handler.options_for(what->peer);
    options.is_dialler = true;
    options.exporter = exporter(what->stream);
    auto link = std::make_shared<tls_link>(std::move(what->stream), x_handler, std::move(options));
    auto memory = x_sessions[what->address];
    link->set_on_end([memory, keep = what->keep](tls_stream& stream) { memory->remember(stream); });
    const auto number = x_handler.on_up(link, what->peer, what->link_name, true);
    link->start(number);
}

asio::awaitable<bool> dialer::connect(std::shared_ptr<attempt> what) {
    const auto target = split_peer_address(what->address);
    if (!target) {
        fail(*what, errc::connect_failed, "expected tls://host:port");
        co_return false;
    }
    boost::system::error_code error;
    const auto found = co_await what->resolver.async_resolve(
        target->host, target->port, asio::redirect_error(asio::use_awaitable, error));
    if (error) {
        fail(*what, errc::connect_failed, "name not found: " + error.message());
        co_return false;
    }
    co_await asio::async_connect(what->stream.lowest_layer(), found,
                                 asio::redirect_error(asio::use_awaitable, error));
    if (error) {
        fail(*what, errc::connect_failed, error.message());
        co_return false;
    }
    prepare_socket(what->stream);
    co_return true;
}

//= LP-2
asio::awaitable<bool> dialer::shake_hands(std::shared_ptr<attempt> what) {
    auto& memory = x_sessions[what->address];
    if (!memory) {
        memory = std::make_shared<session_memory>();
    }
    memory->apply_to(what->stream);
    boost::system::error_code error;
    co_await what->stream.async_handshake(asio::ssl::stream_base::client,
                                          asio::redirect_error(asio::use_awaitable, error));
    if (error) {
        memory->forget();
        fail(*what, errc::tls_failed, error.message());
        co_return false;
    }
    if (!speaks_dhow(what->stream)) {
        fail(*what, errc::tls_failed, "the other end does not speak dhow/1");
        co_return false;
    }
    const auto peer = x_pins.peer_of(peer_certificate(what->stream));
    if (peer != what->peer) {
        memory->forget();
        fail(*what, errc::peer_not_pinned,
             "the certificate is not the link key of " + std::string(what->peer.text()) +
                 " in the directory");
        co_return false;
    }
    co_return true;
}

}  // namespace dhow::link
