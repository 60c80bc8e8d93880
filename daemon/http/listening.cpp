// Opens listening sockets: a Unix path, a TCP address.
// Way of the message: none; used once at start by server.
// Not pure: sockets, files. Net thread.
// Spec: docs/agency-api.md#transport. Tests: drivers/http_test.cpp.
// Limits: none.
#include "daemon/http/listening.hpp"

#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace dhow::http {

namespace asio = boost::asio;
using boost::system::error_code;
using local = asio::local::stream_protocol;

namespace {

[[noreturn]] void fail(const std::string& address, const std::string& why) {
    throw std::runtime_error{"cannot listen on " + address + ": " + why};
}

/// A socket file stays behind when its daemon was killed; nobody answers on it then.
void remove_stale(asio::io_context& io, const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        return;
    }
    if (!S_ISSOCK(found.st_mode)) {
        fail(path, "it exists and is no socket");
    }
    local::socket probe{io};
    error_code error;
    probe.connect(local::endpoint{path}, error);
    if (!error) {
        fail(path, "another process listens there");
    }
    if (error == asio::error::connection_refused && ::unlink(path.c_str()) != 0) {
        fail(path, "the old socket cannot be removed");
    }
}

}  // namespace

local::acceptor listen_on_path(asio::io_context& io, const std::string& path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        fail(path, "the path is too long for a socket");
    }
    remove_stale(io, path);
    try {
        local::acceptor acceptor{io, local::endpoint{path}};
        if (::chmod(path.c_str(), 0666) != 0) {
            fail(path, "its mode cannot be set");
        }
        return acceptor;
    } catch (const boost::system::system_error& error) {
        fail(path, error.code().message());
    }
}

asio::ip::tcp::acceptor listen_on_address(asio::io_context& io, const std::string& address) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos) {
        fail(address, "it must be host:port");
    }
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    try {
        asio::ip::tcp::resolver resolver{io};
        const auto found = resolver.resolve(host, address.substr(colon + 1),
                                            asio::ip::tcp::resolver::passive |
                                                asio::ip::tcp::resolver::numeric_service);
        return {io, found.begin()->endpoint()};
    } catch (const boost::system::system_error& error) {
        fail(address, error.code().message());
    }
}

void write_at_once(local::socket& socket, const problem& what) {
    const std::string body = to_json(what);
    const std::string text = "HTTP/1.1 " + std::to_string(what.status) + " " +
                             std::string{reason_of(what.status)} +
                             "\r\nContent-Type: application/problem+json\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\nRetry-After: 1\r\n" +
                             "Connection: close\r\n\r\n" + body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
    socket.shutdown(asio::socket_base::shutdown_send, ignored);
}

}  // namespace dhow::http
