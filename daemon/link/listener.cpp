// Listens for peers.
// Way of the message: see listener.hpp.
// Not pure: sockets.
// Spec: docs/link-protocol.md#connecting. Tests: drivers/tls_link_test.cpp.
// Limits: see listener.hpp.
#include "daemon/link/listener.hpp"

#include "protocol/limits.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dhow::link {

namespace asio = boost::asio;
using asio::ip::tcp;
using protocol::errc;

namespace {
/// Connections in their handshake at once: 200 peers that all come back, and as many strangers.
constexpr std::size_t half_open_max = 512;
/// After an accept that failed (no file descriptors), so that the loop does not spin.
constexpr std::chrono::milliseconds accept_pause{100};
}  // namespace

struct listener::visitor {
    visitor(tcp::socket socket, tls_context with)
        : keep(std::move(with)), stream(std::move(socket), *keep), timer(stream.get_executor()) {}
    tls_context keep;
    tls_stream stream;
    asio::steady_timer timer;
    std::string from;
};

std::uint16_t listener::listen(const std::string& address) {
    const auto colon = address.rfind(':');
    auto host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    tcp::resolver resolver(x_io);
    const auto found = resolver.resolve(host, address.substr(colon + 1), tcp::resolver::passive);
    auto acceptor = std::make_shared<tcp::acceptor>(x_io, found.begin()->endpoint());
    x_acceptors.push_back(acceptor);
    asio::co_spawn(x_io, [this, acceptor] { return accept_loop(acceptor); }, asio::detached);
    return acceptor->local_endpoint().port();
}

void listener::stop() {
    for (const auto& acceptor : x_acceptors) {
        boost::system::error_code ignored;
        acceptor->close(ignored);
    }
    x_acceptors.clear();
}

asio::awaitable<void> listener::accept_loop(std::shared_ptr<tcp::acceptor> from) {
    while (from->is_open()) {
        boost::system::error_code error;
        auto socket =
            co_await from->async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted) {
            co_return;
        }
        if (error) {
            x_handler.on_refused("", errc::overloaded, "accept: " + error.message());
            asio::steady_timer pause(x_io, accept_pause);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        if (x_half_open >= half_open_max) {
            continue;  // The socket closes here: who is real dials again.
        }
        ++x_half_open;
        auto who = std::make_shared<visitor>(std::move(socket), x_context);
        asio::co_spawn(x_io, [this, who] { return welcome(who); },
                       [this](std::exception_ptr) { --x_half_open; });
    }
}

asio::awaitable<void> listener::welcome(std::shared_ptr<visitor> who) {
    boost::system::error_code error;
    const auto endpoint = who->stream.lowest_layer().remote_endpoint(error);
    who->from = error ? "unknown" : endpoint.address().to_string();
    who->stream.lowest_layer().set_option(tcp::no_delay(true), error);
    who->timer.expires_after(protocol::limits::handshake_time_max);
    who->timer.async_wait([who](const boost::system::error_code& fired) {
        if (!fired) {
            boost::system::error_code ignored;
            who->stream.lowest_layer().close(ignored);
        }
    });
    co_await who->stream.async_handshake(asio::ssl::stream_base::server,
                                         asio::redirect_error(asio::use_awaitable, error));
    who->timer.cancel();
    if (error) {
        x_handler.on_refused(who->from, errc::tls_failed, error.message());
        co_return;
    }
    const auto peer = x_pins.peer_of(peer_certificate(who->stream));
    if (!peer || !speaks_dhow(who->stream)) {
        x_handler.on_refused(who->from, errc::peer_not_pinned,
                             "the certificate is not a link key of the directory");
        co_return;
    }
    auto options = x_handler.options_for(*peer);
    options.is_dialler = false;
    options.exporter = exporter(who->stream);
    auto link = std::make_shared<tls_link>(std::move(who->stream), x_handler, std::move(options));
    link->set_on_end([keep = who->keep](tls_stream&) {});
    const auto number = x_handler.on_up(link, *peer, "", false);
    link->start(number);
}

}  // namespace dhow::link
