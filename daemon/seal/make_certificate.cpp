// Makes certificates of the profile.
// Way of the message: none directly; used by `dhow keys`.
// Not pure: OpenSSL and its random generator. Any thread.
// Spec: docs/directory-format.md#certificates. Tests: unit/seal/key_ring_test.cpp.
// Limits: none.
#include "daemon/seal/certificate.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/ensure.hpp"

#include <openssl/x509v3.h>

namespace dhow::seal {

namespace {

void add_extension(X509* x509, int nid, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
    const extension_ptr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    DHOW_ENSURE(extension && X509_add_ext(x509, extension.get(), -1) == 1);
}

std::string colon_hex(const protocol::key_id& id) {
    const auto hex = protocol::to_hex(id.view());
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        out += (i == 0 ? "" : ":") + hex.substr(i, 2);
    }
    return out;
}

void add_extensions(X509* x509, EVP_PKEY* key, const certificate_request& request) {
    add_extension(x509, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(x509, NID_subject_key_identifier, colon_hex(key_id_of(key)));
    add_extension(x509, NID_authority_key_identifier, "keyid:always");
    switch (request.use) {
        case certificate_use::link:
            add_extension(x509, NID_key_usage, "critical,digitalSignature");
            add_extension(x509, NID_ext_key_usage, "serverAuth,clientAuth");
            break;
        case certificate_use::sign:
        case certificate_use::directory:
            add_extension(x509, NID_key_usage, "critical,digitalSignature,nonRepudiation");
            add_extension(x509, NID_ext_key_usage, "emailProtection");
            break;
        case certificate_use::encrypt:
        case certificate_use::archive:
            add_extension(x509, NID_key_usage, "critical,keyAgreement");
            add_extension(x509, NID_ext_key_usage, "emailProtection");
            break;
    }
    add_extension(x509, NID_subject_alt_name, "URI:" + certificate_uri(request.use, request.owner));
}

void set_serial(X509* x509) {
    std::array<std::uint8_t, 16> random{};
    fill_random(random);
    random[0] = static_cast<std::uint8_t>((random[0] & 0x7f) | 0x40);  // positive, always 16 bytes
    DHOW_ENSURE(ASN1_STRING_set(X509_get_serialNumber(x509), random.data(), 16) == 1);
}

void set_names(X509* x509, const certificate_request& request) {
    auto* name = X509_get_subject_name(x509);
    const auto add = [&](const char* field, const std::string& value) {
        DHOW_ENSURE(X509_NAME_add_entry_by_txt(
                        name, field, MBSTRING_UTF8,
                        reinterpret_cast<const unsigned char*>(value.data()),
                        static_cast<int>(value.size()), -1, 0) == 1);
    };
    if (request.use != certificate_use::directory && request.owner.size() == 2) {
        add("C", request.owner);
    }
    if (!request.organisation.empty()) {
        add("O", request.organisation);
    }
    add("CN", request.owner + " " + std::string(to_text(request.use)));
    DHOW_ENSURE(X509_set_issuer_name(x509, name) == 1);
}

void set_dates(X509* x509, const certificate_request& request) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(request.from);
    auto from = static_cast<std::time_t>(seconds.time_since_epoch().count());
    const auto days = std::chrono::ceil<std::chrono::days>(request.lifetime);
    DHOW_ENSURE(X509_time_adj_ex(X509_getm_notBefore(x509), 0, 0, &from) != nullptr);
    DHOW_ENSURE(X509_time_adj_ex(X509_getm_notAfter(x509), static_cast<int>(days.count()), 0,
                                 &from) != nullptr);
}

}  // namespace

bytes make_certificate(EVP_PKEY* key, const certificate_request& request) {
    const certificate_ptr x509(X509_new());
    DHOW_ENSURE(x509 && X509_set_version(x509.get(), X509_VERSION_3) == 1);
    set_serial(x509.get());
    set_names(x509.get(), request);
    set_dates(x509.get(), request);
    DHOW_ENSURE(X509_set_pubkey(x509.get(), key) == 1);
    add_extensions(x509.get(), key, request);
    DHOW_ENSURE(X509_sign(x509.get(), key, EVP_sha256()) > 0);
    bytes der(static_cast<std::size_t>(i2d_X509(x509.get(), nullptr)));
    auto* at = der.data();
    i2d_X509(x509.get(), &at);
    return der;
}

}  // namespace dhow::seal
