// TLS for peers: 1.3 only, both sides with certificates, ALPN `dhow/1`, stateful resumption for a day.
// Way of the message: made at start and reload; dialer and listener make their streams of it.
// Not pure: OpenSSL. Frozen once made.
// Spec: docs/link-protocol.md#tls. Tests: drivers/tls_link_test.cpp.
// Limits: resumption_lifetime.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace dhow::link {

using tls_stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;
using tls_context = std::shared_ptr<boost::asio::ssl::context>;

inline constexpr std::chrono::hours resumption_lifetime{24};

/// `certificate_pem` is shown to peers; `key` stays with its owner and is only referenced.
/// Throws std::runtime_error when they do not fit together; start-up only.
tls_context make_context(const std::string& certificate_pem, EVP_PKEY* key);

/// DER of the other end's certificate; empty when there is none.
protocol::bytes peer_certificate(tls_stream& stream);
/// RFC 9266: 32 bytes that only the two ends of this connection know.
protocol::bytes exporter(tls_stream& stream);
/// Whether the other end agreed to `dhow/1`.
bool speaks_dhow(tls_stream& stream);

/// One remembered session for a dialled address; resumed with a fresh key exchange.
class session_memory {
public:
    session_memory() = default;
    ~session_memory() { forget(); }
    session_memory(const session_memory&) = delete;
    session_memory& operator=(const session_memory&) = delete;
    void apply_to(tls_stream& stream) const;
    void remember(tls_stream& stream);
    void forget();

private:
    SSL_SESSION* x_session = nullptr;
};

}  // namespace dhow::link
