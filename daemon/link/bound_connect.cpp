// TCP from an address of this machine.
// Way of the message: see bound_connect.hpp.
// Not pure: sockets. Net thread.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/link/bound_connect_test.cpp.
// Limits: see bound_connect.hpp.
#include "daemon/link/bound_connect.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dhow::link {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

boost::system::error_code open_from(tls_stream::lowest_layer_type& socket,
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

}  // namespace

asio::awaitable<boost::system::error_code> connect_from(std::shared_ptr<tls_stream> stream,
                                                        tcp::resolver::results_type found,
                                                        std::string local) {
    auto& socket = stream->lowest_layer();
    boost::system::error_code error = asio::error::host_not_found;
    for (const auto& entry : found) {
        const tcp::endpoint target = entry.endpoint();
        error = open_from(socket, target, local);
        if (error) {
            continue;
        }
        co_await socket.async_connect(target, asio::redirect_error(asio::use_awaitable, error));
        if (!error || error == asio::error::operation_aborted) {
            break;
        }
    }
    co_return error;
}

std::string plain_address(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

}  // namespace dhow::link
