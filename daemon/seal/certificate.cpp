// Checks the certificate profile, item by item, each with its own message.
// Way of the message: none directly; every key that [seal] uses comes out of one.
// Not pure: OpenSSL. Any thread.
// Spec: docs/directory-format.md#certificates. Tests: unit/seal/directory_file_test.cpp.
// Limits: certificate_bytes_max.
#include "daemon/seal/certificate.hpp"

#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace dhow::seal {

namespace {

using names_ptr = openssl_ptr<GENERAL_NAMES, GENERAL_NAMES_free>;

/// 128 random bits with the first bit of the first byte set or not: 15 to 17 content bytes.
constexpr int serial_bits_min = 100;

problem bad(std::string_view what) {
    return {errc::bad_encoding, "certificate: " + std::string(what)};
}

std::uint32_t key_usage_of(certificate_use use) {
    switch (use) {
        case certificate_use::link:
            return KU_DIGITAL_SIGNATURE;
        case certificate_use::sign:
        case certificate_use::directory:
            return KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
        case certificate_use::encrypt:
        case certificate_use::archive:
            return KU_KEY_AGREEMENT;
    }
    DHOW_NEVER("a kind that is not in the list");
}

std::uint32_t extended_usage_of(certificate_use use) {
    return use == certificate_use::link ? XKU_SSL_SERVER | XKU_SSL_CLIENT : XKU_SMIME;
}

/// The one URI among the alternative names; empty when it is not alone.
std::string uri_of(X509* x509) {
    const names_ptr names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
    if (!names || sk_GENERAL_NAME_num(names.get()) != 1) {
        return {};
    }
    const auto* name = sk_GENERAL_NAME_value(names.get(), 0);
    if (name->type != GEN_URI) {
        return {};
    }
    const auto* uri = name->d.uniformResourceIdentifier;
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
            static_cast<std::size_t>(ASN1_STRING_length(uri))};
}

bool has_subject_key_id(X509* x509, const protocol::key_id& id) {
    const auto* found = X509_get0_subject_key_id(x509);
    return found != nullptr &&
           std::ranges::equal(std::span(ASN1_STRING_get0_data(found),
                                        static_cast<std::size_t>(ASN1_STRING_length(found))),
                              id.value);
}

/// What is wrong with the form of a certificate; empty when nothing is.
std::string_view fault_of_form(X509* x509) {
    const auto flags = X509_get_extension_flags(x509);
    const auto* serial = X509_get0_serialNumber(x509);
    if ((flags & EXFLAG_INVALID) != 0) {
        return "an extension is malformed";
    }
    if (X509_get_version(x509) != X509_VERSION_3) {
        return "is not of version 3";
    }
    if (ASN1_STRING_length(serial) * 8 < serial_bits_min || ASN1_STRING_length(serial) > 20) {
        return "the serial number is not a random one of 128 bits";
    }
    if (X509_get_signature_nid(x509) != NID_ecdsa_with_SHA256) {
        return "is not signed with ECDSA and SHA-256";
    }
    if (!is_p256(X509_get0_pubkey(x509))) {
        return "the key is not on P-256 (named curve, uncompressed point)";
    }
    const int constraints = X509_get_ext_by_NID(x509, NID_basic_constraints, -1);
    if (constraints < 0 || (flags & EXFLAG_CA) != 0 ||
        X509_EXTENSION_get_critical(X509_get_ext(x509, constraints)) == 0) {
        return "lacks the critical basic constraint CA:FALSE";
    }
    if (X509_verify(x509, X509_get0_pubkey(x509)) != 1) {
        return "is not signed by its own key";
    }
    return {};
}

std::string fault_of_use(X509* x509, certificate_use use, std::string_view owner) {
    if (X509_get_key_usage(x509) != key_usage_of(use)) {
        return "the key usage is not that of a key to " + std::string(to_text(use));
    }
    if (X509_get_extended_key_usage(x509) != extended_usage_of(use)) {
        return "the extended key usage is not that of a key to " + std::string(to_text(use));
    }
    const bool any_owner = owner.empty() && use == certificate_use::directory;
    const auto uri = uri_of(x509);
    if (any_owner ? !uri.starts_with(certificate_uri(use, {}))
                  : uri != certificate_uri(use, owner)) {
        return "the alternative name is not " + certificate_uri(use, owner);
    }
    if (!has_subject_key_id(x509, key_id_of(X509_get0_pubkey(x509)))) {
        return "the subject key identifier is not the first 160 bits of SHA-256 of the key";
    }
    return {};
}

certificate_ptr parse(byte_view der) {
    if (der.empty() || der.size() > protocol::limits::certificate_bytes_max) {
        return nullptr;
    }
    const auto* at = der.data();
    certificate_ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    return at == der.data() + der.size() ? std::move(x509) : nullptr;
}

}  // namespace

certificate_use use_of(protocol::key_purpose purpose) {
    switch (purpose) {
        case protocol::key_purpose::link:
            return certificate_use::link;
        case protocol::key_purpose::sign:
            return certificate_use::sign;
        case protocol::key_purpose::encrypt:
            return certificate_use::encrypt;
        case protocol::key_purpose::archive:
            return certificate_use::archive;
    }
    DHOW_NEVER("a kind that is not in the list");
}

std::string_view to_text(certificate_use use) {
    constexpr std::array<std::string_view, 5> texts = {"link", "sign", "encrypt", "archive",
                                                       "directory"};
    return texts.at(static_cast<std::size_t>(use));
}

std::string certificate_uri(certificate_use use, std::string_view owner) {
    if (use == certificate_use::directory) {
        return "urn:dhow:directory:" + std::string(owner);
    }
    return "urn:dhow:bureau:" + std::string(owner) + ":" + std::string(to_text(use));
}

loaded<certificate> check_certificate(byte_view der, certificate_use use, std::string_view owner) {
    const auto x509 = parse(der);
    if (!x509) {
        return bad("is not one DER certificate, or too large");
    }
    //= DF-16
    // Names and dates are not looked at.
    if (const auto fault = fault_of_form(x509.get()); !fault.empty()) {
        return bad(fault);
    }
    if (const auto fault = fault_of_use(x509.get(), use, owner); !fault.empty()) {
        return bad(fault);
    }
    certificate out;
    out.public_key = own_key(X509_get_pubkey(x509.get()));
    out.id = key_id_of(out.public_key.get());
    out.digest = sha256(der);
    out.der.assign(der.begin(), der.end());
    return out;
}

loaded<certificate_facts> certificate_facts_of(byte_view der) {
    const auto x509 = parse(der);
    if (!x509 || !is_p256(X509_get0_pubkey(x509.get()))) {
        return bad("is not one DER certificate with a P-256 key");
    }
    return certificate_facts{uri_of(x509.get()), key_id_of(X509_get0_pubkey(x509.get())),
                             sha256(der)};
}

std::string to_pem(const certificate& value) {
    const auto x509 = parse(value.der);
    const bio_ptr memory(BIO_new(BIO_s_mem()));
    DHOW_ENSURE(x509 && memory && PEM_write_bio_X509(memory.get(), x509.get()) == 1);
    char* data = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

loaded<std::vector<bytes>> certificates_from_pem(std::string_view pem) {
    std::vector<bytes> found;
    const bio_ptr memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    DHOW_ENSURE(memory);
    while (const auto x509 =
               certificate_ptr(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr))) {
        bytes der(static_cast<std::size_t>(i2d_X509(x509.get(), nullptr)));
        auto* at = der.data();
        i2d_X509(x509.get(), &at);
        found.push_back(std::move(der));
    }
    if (found.empty()) {
        return bad("there is none in this text; it begins with -----BEGIN CERTIFICATE-----");
    }
    return found;
}

}  // namespace dhow::seal
