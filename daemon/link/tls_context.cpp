// TLS for peers.
// Way of the message: see tls_context.hpp.
// Not pure: OpenSSL.
// Spec: docs/link-protocol.md#tls. Tests: unit/link/tls_link_test.cpp.
// Limits: see tls_context.hpp.
#include "daemon/link/tls_context.hpp"

#include "protocol/limits.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace dhow::link {

namespace {
// Length-prefixed, as ALPN carries it.
constexpr std::array<unsigned char, 7> alpn{6, 'd', 'h', 'o', 'w', '/', '1'};
constexpr std::string_view session_context = "dhow/1";

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned int in_size, void*) {
    unsigned char* chosen = nullptr;
    const int found =
        SSL_select_next_proto(&chosen, out_size, alpn.data(), alpn.size(), in, in_size);
    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Which key it is counts, and that is asked of the directory after the handshake; names, issuers
/// and dates of the certificate do not.
int take_any_certificate(int, X509_STORE_CTX*) { return 1; }

void require(bool ok, const char* what) {
    if (!ok) {
        std::array<char, 256> text{};
        ERR_error_string_n(ERR_get_error(), text.data(), text.size());
        throw std::runtime_error(std::string(what) + ": " + text.data());
    }
}
}  // namespace

//= LP-1
tls_context make_context(const std::string& certificate_pem, EVP_PKEY* key) {
    namespace ssl = boost::asio::ssl;
    auto out = std::make_shared<ssl::context>(ssl::context::tls);
    SSL_CTX* raw = out->native_handle();
    require(SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) == 1, "TLS 1.3");
    require(SSL_CTX_set_max_proto_version(raw, TLS1_3_VERSION) == 1, "TLS 1.3");
    require(
        SSL_CTX_set_ciphersuites(raw, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1,
        "cipher suites");
    // The hybrid group where OpenSSL knows it (3.5), else the classical ones alone.
    if (SSL_CTX_set1_groups_list(raw, "X25519MLKEM768:X25519:P-256") != 1) {
        ERR_clear_error();
        require(SSL_CTX_set1_groups_list(raw, "X25519:P-256") == 1, "groups");
    }
    out->use_certificate_chain(boost::asio::buffer(certificate_pem));
    require(SSL_CTX_use_PrivateKey(raw, key) == 1, "the link key");
    require(SSL_CTX_check_private_key(raw) == 1,
            "link key and link certificate do not belong together");
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       take_any_certificate);
    SSL_CTX_set_alpn_select_cb(raw, select_alpn, nullptr);
    SSL_CTX_set_alpn_protos(raw, alpn.data(), alpn.size());
    // Stateful: what the client gets is a reference, not its own certificate encrypted to us.
    SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_SERVER);
    SSL_CTX_sess_set_cache_size(raw, protocol::limits::resumable_sessions_max);
    SSL_CTX_set_timeout(raw, std::chrono::seconds(resumption_lifetime).count());
    SSL_CTX_set_num_tickets(raw, 1);
    SSL_CTX_set_max_early_data(raw, 0);
    require(SSL_CTX_set_session_id_context(
                raw, reinterpret_cast<const unsigned char*>(session_context.data()),
                static_cast<unsigned>(session_context.size())) == 1,
            "session context");
    return out;
}

protocol::bytes peer_certificate(tls_stream& stream) {
    X509* certificate = SSL_get0_peer_certificate(stream.native_handle());
    if (certificate == nullptr) {
        return {};
    }
    const int size = i2d_X509(certificate, nullptr);
    if (size <= 0) {
        return {};
    }
    protocol::bytes out(static_cast<std::size_t>(size));
    auto* to = out.data();
    i2d_X509(certificate, &to);
    return out;
}

//= LP-26
protocol::bytes exporter(tls_stream& stream) {
    static constexpr std::string_view label = "EXPORTER-Channel-Binding";
    protocol::bytes out(32);
    const int ok = SSL_export_keying_material(stream.native_handle(), out.data(), out.size(),
                                              label.data(), label.size(), nullptr, 0, 0);
    return ok == 1 ? out : protocol::bytes{};
}

bool speaks_dhow(tls_stream& stream) {
    const unsigned char* chosen = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(stream.native_handle(), &chosen, &size);
    const std::string_view wanted(reinterpret_cast<const char*>(alpn.data()) + 1, alpn.size() - 1);
    return chosen != nullptr &&
           std::string_view(reinterpret_cast<const char*>(chosen), size) == wanted;
}

std::string cipher_of(tls_stream& stream) { return SSL_get_cipher_name(stream.native_handle()); }

void keep_resumable(tls_stream& stream) {
    SSL_set_shutdown(stream.native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

bool is_resumed(tls_stream& stream) { return SSL_session_reused(stream.native_handle()) == 1; }

void session_memory::apply_to(tls_stream& stream) const {
    if (x_session) {
        SSL_set_session(stream.native_handle(), x_session.get());
    }
}

void session_memory::remember(tls_stream& stream) {
    std::unique_ptr<SSL_SESSION, session_free> fresh{SSL_get1_session(stream.native_handle())};
    if (fresh && SSL_SESSION_is_resumable(fresh.get()) == 1) {
        x_session = std::move(fresh);
    }
}

}  // namespace dhow::link
