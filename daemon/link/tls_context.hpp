// TLS for peers: 1.3 only, certificates on both sides, ALPN `dhow/1`, resumption for a day.
// Way of the message: made at start and reload; dialer and listener make their streams of it.
// Not pure: OpenSSL. Frozen once made.
// Spec: docs/link-protocol.md#tls. Tests: unit/link/tls_link_test.cpp.
// Limits: resumption_lifetime, limits::resumable_sessions_max.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

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

/// The suite that was chosen, for people.
std::string cipher_of(tls_stream& stream);

/// TCP_NODELAY, little unsent in the kernel (kernel_unsent_bytes_max), and repetitions that soon
/// find a path which is back.
void prepare_socket(tls_stream& stream);
/// Call before the socket closes: without it OpenSSL forgets the session of a connection that was
/// cut, which is when it is wanted most. (TLS 1.3 proves the keys anew in each resumption.)
void keep_resumable(tls_stream& stream);
/// Whether the handshake resumed an earlier session.
bool is_resumed(tls_stream& stream);

/// One remembered session for a dialled address; resumed with a fresh key exchange.
class session_memory {
public:
    void apply_to(tls_stream& stream) const;
    /// After data were read: the peer's ticket comes with them.
    void remember(tls_stream& stream);
    void forget() { x_session.reset(); }

private:
    struct session_free {
        void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
    };
    std::unique_ptr<SSL_SESSION, session_free> x_session;
};

}  // namespace dhow::link
