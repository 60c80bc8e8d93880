// TCP from an address of this machine.
// Way of the message: see bound_connect.hpp.
// Not pure: sockets. Net thread.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/link/bound_connect_test.cpp.
// Limits: see bound_connect.hpp.
#include "daemon/link/bound_connect.hpp"

#include "daemon/link/more_syns.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dhow::link {

namespace asio = boost::asio;
using asio::ip::tcp;

boost::system::error_code open_from(tcp::socket::lowest_layer_type& socket,
                                    const tcp::endpoint& target, const std::string& local) {
    boost::system::error_code error;
    socket.close(error);
    socket.open(target.protocol(), error);
    if (error || local.empty()) {
        return error;
    }
    const auto address = asio::ip::make_address(local, error);
    if (!error) {
        const tcp::endpoint from(address, 0);
        socket.bind(from, error);
    }
    return error;
}

asio::awaitable<connect_outcome> connect_from(std::shared_ptr<tls_stream> stream,
                                              tcp::resolver::results_type found,
                                              connect_order how) {
    connect_outcome out;
    out.error = asio::error::host_not_found;
    for (const auto& entry : found) {
        auto& socket = stream->lowest_layer();
        const tcp::endpoint target = entry.endpoint();
        out.error = open_from(socket, target, how.local);
        if (out.error) {
            continue;
        }
        auto stop_waiting = [stream] {
            boost::system::error_code ignored;
            stream->lowest_layer().cancel(ignored);
        };
        const auto more = std::make_shared<more_syns>(socket.get_executor(), target, how.local,
                                                      how.again_after, std::move(stop_waiting));
        more->start();
        co_await socket.async_connect(target, asio::redirect_error(asio::use_awaitable, out.error));
        more->stop();
        out.beside.in += more->cost().in;
        out.beside.out += more->cost().out;
        auto other = more->take();
        if (other && out.error == asio::error::operation_aborted && socket.is_open()) {
            stream->next_layer() = std::move(*other);
            out.error = {};
        }
        if (!out.error || out.error == asio::error::operation_aborted) {
            break;
        }
    }
    co_return out;
}

std::string plain_address(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

}  // namespace dhow::link
