// TLS for agencies on other hosts: TLS 1.3 only, client certificate required, its key is what
// counts.
// Way of the message: server -> TLS -> connection.
// Not pure: OpenSSL. Contexts are made once and used on the net thread.
// Spec: docs/agency-api.md#tls. Tests: drivers/http_test.cpp.
// Limits: none.
#pragma once

#include "protocol/ids.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <openssl/ssl.h>

namespace dhow::http {

using tls_context_ptr = std::shared_ptr<boost::asio::ssl::context>;

/// PEM texts of the server's certificate chain and key. Throws std::runtime_error when they do not
/// fit.
/// Any client certificate passes the handshake, which proves the key; whom the key belongs to is
/// the
/// caller_lookup's to say. Names, issuers and dates of client certificates are not looked at, so a
/// wrong
/// clock locks nobody out. No session is resumed: each connection proves its key.
tls_context_ptr make_server_context(std::string_view certificate_pem, std::string_view key_pem);

/// SHA-256 of the SubjectPublicKeyInfo of the other end's certificate; nothing when it has none.
std::optional<protocol::digest> public_key_digest(const SSL* session);

}  // namespace dhow::http
