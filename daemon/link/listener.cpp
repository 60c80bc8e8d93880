// Listens for peers.
// Way of the message: peer -> [listener] -> tls_link.
// Not pure: sockets. Net thread.
// Spec: docs/link-protocol.md#connecting. Tests: unit/link/tls_link_test.cpp.
// Limits: see listener.hpp.
#include "daemon/link/listener.hpp"

#include "daemon/link/address.hpp"
#include "protocol/limits.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace dhow::link {

namespace asio = boost::asio;
using asio::ip::tcp;
using protocol::errc;

namespace {
/// After an accept that failed (no file descriptors), so that the loop does not spin.
constexpr std::chrono::milliseconds accept_pause{100};
}  // namespace

struct listener::visitor {
    visitor(tcp::socket socket, tls_context with)
        : keep(std::move(with)), stream(std::move(socket), *keep), timer(stream.get_executor()) {}
    tls_context keep;
    tls_stream stream;
    asio::steady_timer timer;
    std::optional<protocol::bureau_id> peer;  ///< Once it is pinned.
    protocol::bytes buffer;
    bool is_over = false;  ///< The timer must not touch the stream any more.
};

std::uint16_t listener::listen(const std::string& address) {
    const auto where = split_address(address);
    if (!where) {
        throw boost::system::system_error(make_error_code(errc::bad_request),
                                          "listen: expected host:port instead of " + address);
    }
    const auto found =
        tcp::resolver(x_io).resolve(where->host, where->port, tcp::resolver::passive);
    x_acceptors.push_back(std::make_shared<tcp::acceptor>(x_io, found.begin()->endpoint()));
    return x_acceptors.back()->local_endpoint().port();
}

void listener::begin() {
    for (const auto& acceptor : x_acceptors) {
        asio::co_spawn(x_io, accept_loop(acceptor), asio::detached);
    }
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
        auto socket = co_await from->async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted) {
            co_return;
        }
        if (error) {
            x_handler.on_refused("", errc::overloaded, "accept: " + error.message());
            asio::steady_timer pause(x_io, accept_pause);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        if (x_half_open >= protocol::limits::half_open_max) {
            continue;  // The socket closes here: who is real dials again.
        }
        ++x_half_open;
        auto who = std::make_shared<visitor>(std::move(socket), x_context);
        auto begin = [this, who] { return welcome(who); };
        auto count_down = [this](const std::exception_ptr&) { --x_half_open; };
        asio::co_spawn(x_io, std::move(begin), std::move(count_down));
    }
}

//= LP-2
asio::awaitable<void> listener::welcome(std::shared_ptr<visitor> who) {
    who->timer.expires_after(protocol::limits::handshake_time_max);
    who->timer.async_wait([who](const boost::system::error_code& fired) {
        if (!fired && !who->is_over) {
            boost::system::error_code ignored;
            who->stream.lowest_layer().close(ignored);
        }
    });
    co_await judge(who);
    who->is_over = true;
    who->timer.cancel();
    if (!who->peer) {
        co_return;
    }
    auto options = x_handler.options_for(*who->peer, "", tls_link::local_address_of(who->stream));
    options.is_dialler = false;
    options.exporter = exporter(who->stream);
    auto link = std::make_shared<tls_link>(std::move(who->stream), x_handler, std::move(options));
    link->set_on_end([keep = who->keep](tls_stream&) {});
    const auto number = x_handler.on_up(link, *who->peer, "", false, 0);
    link->start(number);
}

/// The handshake, and who it is; if nobody, the reason was told to the visitor and to the log.
asio::awaitable<void> listener::judge(std::shared_ptr<visitor> who) {
    boost::system::error_code error;
    const auto endpoint = who->stream.lowest_layer().remote_endpoint(error);
    const auto from = error ? std::string{"unknown"} : endpoint.address().to_string();
    prepare_socket(who->stream);
    co_await who->stream.async_handshake(asio::ssl::stream_base::server,
                                         asio::redirect_error(asio::use_awaitable, error));
    if (error) {
        x_handler.on_refused(from, errc::tls_failed, error.message());
        co_return;
    }
    const auto peer = x_pins.peer_of(peer_certificate(who->stream));
    if (peer && speaks_dhow(who->stream)) {
        who->peer = peer;
        co_return;
    }
    const auto code = peer ? errc::tls_failed : errc::peer_not_pinned;
    x_handler.on_refused(from, code,
                         peer ? "the peer does not speak dhow/1"
                              : "the certificate is not a link key of the directory");
    co_await turn_away(who, code);
}

/// GOODBYE, and then whatever the visitor has sent: closing before it is read would swallow ours.
asio::awaitable<void> listener::turn_away(std::shared_ptr<visitor> who, errc code) {
    protocol::append_frame(who->buffer, protocol::goodbye_frame{code, std::chrono::seconds{0}});
    boost::system::error_code error;
    co_await asio::async_write(who->stream, asio::buffer(who->buffer),
                               asio::redirect_error(asio::use_awaitable, error));
    who->stream.lowest_layer().shutdown(tcp::socket::shutdown_send, error);
    while (!error) {
        co_await who->stream.async_read_some(asio::buffer(who->buffer),
                                             asio::redirect_error(asio::use_awaitable, error));
    }
}

}  // namespace dhow::link
