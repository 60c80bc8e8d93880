// TLS for agencies on other hosts: TLS 1.3 only, client certificate required, its key is what
// counts.
// Way of the message: server -> TLS -> connection.
// Not pure: OpenSSL. Contexts are made once and used on the net thread.
// Spec: docs/agency-api.md#tls. Tests: drivers/http_test.cpp.
// Limits: none.
#include "daemon/http/tls_context.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <stdexcept>

namespace dhow::http {

namespace ssl = boost::asio::ssl;

tls_context_ptr make_server_context(std::string_view certificate_pem, std::string_view key_pem) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
    SSL_CTX_set_num_tickets(native, 0);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // idle connections hold no 34 KB
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    context->set_verify_callback([](bool, ssl::verify_context&) { return true; });
    try {
        context->use_certificate_chain(
            boost::asio::buffer(certificate_pem.data(), certificate_pem.size()));
        context->use_private_key(boost::asio::buffer(key_pem.data(), key_pem.size()),
                                 ssl::context::pem);
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error{"the API's TLS certificate or key cannot be used: " +
                                 error.code().message()};
    }
    if (SSL_CTX_check_private_key(native) != 1) {
        throw std::runtime_error{"the API's TLS key does not belong to its certificate"};
    }
    return context;
}

std::optional<protocol::digest> public_key_digest(const SSL* session) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{
        SSL_get1_peer_certificate(session), &X509_free};
    if (!certificate) {
        return std::nullopt;
    }
    std::uint8_t* encoded = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &encoded);
    if (size <= 0) {
        return std::nullopt;
    }
    protocol::digest digest;
    const int ok = EVP_Digest(encoded, static_cast<std::size_t>(size), digest.value.data(), nullptr,
                              EVP_sha256(), nullptr);
    OPENSSL_free(encoded);
    return ok == 1 ? std::optional{digest} : std::nullopt;
}

}  // namespace dhow::http
