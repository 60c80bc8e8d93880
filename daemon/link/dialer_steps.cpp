// The steps of a dial: name, TCP, TLS, identity.
// Way of the message: see dialer.hpp.
// Not pure: sockets. Net thread.
// Spec: docs/link-protocol.md#connecting. Tests: unit/link/tls_link_test.cpp.
// Limits: see dialer.hpp.
#include "daemon/link/address.hpp"
#include "daemon/link/bound_connect.hpp"
#include "daemon/link/dialer_attempt.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dhow::link {

namespace asio = boost::asio;
using protocol::errc;
using step = route::trial_step;

asio::awaitable<bool> dialer::connect(std::shared_ptr<attempt> what) {
    const auto target = split_peer_address(what->order.address);
    if (!target) {
        fail(*what, step::name, errc::connect_failed, "expected tls://host:port");
        co_return false;
    }
    boost::system::error_code error;
    const auto found = co_await what->resolver.async_resolve(
        target->host, target->port, asio::redirect_error(asio::use_awaitable, error));
    if (error) {
        fail(*what, step::name, errc::connect_failed, "name not found: " + error.message());
        co_return false;
    }
    pass(*what, step::name, std::to_string(found.size()) + " addresses");
    const std::shared_ptr<tls_stream> stream(what, &what->stream);
    const connect_order how{what->order.local, what->order.again_after};
    const auto outcome = co_await connect_from(stream, found, how);
    what->beside = outcome.beside;
    error = outcome.error;
    if (error) {
        fail(*what, step::tcp, errc::connect_failed, error.message());
        co_return false;
    }
    const auto endpoint = what->stream.lowest_layer().remote_endpoint(error);
    pass(*what, step::tcp, endpoint.address().to_string());
    prepare_socket(what->stream);
    co_return true;
}

//= LP-2
asio::awaitable<bool> dialer::shake_hands(std::shared_ptr<attempt> what) {
    what->memory->apply_to(what->stream);
    boost::system::error_code error;
    co_await what->stream.async_handshake(asio::ssl::stream_base::client,
                                          asio::redirect_error(asio::use_awaitable, error));
    if (error) {
        what->memory->forget();
        fail(*what, step::tls, errc::tls_failed, error.message());
        co_return false;
    }
    if (!speaks_dhow(what->stream)) {
        fail(*what, step::tls, errc::tls_failed, "the other end does not speak dhow/1");
        co_return false;
    }
    pass(*what, step::tls, cipher_of(what->stream));
    const std::string name(what->order.peer.text());
    const auto peer = x_pins.peer_of(peer_certificate(what->stream));
    if (peer != what->order.peer) {
        what->memory->forget();
        fail(*what, step::identity, errc::peer_not_pinned,
             "the certificate is not the link key of " + name + " in the directory");
        co_return false;
    }
    pass(*what, step::identity, "the link key of " + name);
    co_return true;
}

}  // namespace dhow::link
