// Certificates of the one profile: made by the key tool, checked before a directory counts.
// Way of the message: none directly; every key that [seal] uses comes out of one.
// Not pure: OpenSSL. Only certificates of a directory with enough signatures, or of the
// administrator,
//     get here; never one from a peer. Any thread.
// Spec: docs/directory-format.md#certificates. Tests: unit/seal/directory_file_test.cpp.
// Limits: certificate_bytes_max.
#pragma once

#include "daemon/seal/ec_math.hpp"
#include "daemon/seal/secrets.hpp"
#include "protocol/directory.hpp"

namespace dhow::seal {

/// What a certificate is for: the four purposes of a bureau's keys, and signing the directory.
enum class certificate_use : std::uint8_t { link, sign, encrypt, archive, directory };
certificate_use use_of(protocol::key_purpose purpose);
std::string_view to_text(certificate_use use);

struct certificate_request {
    certificate_use use = certificate_use::sign;
    std::string owner;         ///< Bureau (`ZW`), or the name of a directory signer.
    std::string organisation;  ///< `NCB Harare`.
    protocol::utc_time from{};
    std::chrono::years lifetime{5};
};
/// Self-signed: the directory vouches for it, so that no authority needs to exist. DER.
bytes make_certificate(EVP_PKEY* key, const certificate_request& request);

struct certificate {
    key_ptr public_key;
    protocol::key_id id;
    protocol::digest digest;  ///< SHA-256 of the DER.
    bytes der;
};
/// Checks the profile: version 3, serial of 128 bits, P-256, ECDSA with SHA-256, self-signed,
/// CA:FALSE, key usages of `use`, SAN URI of `owner` (any when empty), subject key identifier by
/// RFC 7093. Its dates are not looked at: the directory decides validity, so that nobody is locked
/// out while offline.
loaded<certificate> check_certificate(byte_view der, certificate_use use, std::string_view owner);

/// `urn:dhow:bureau:ZW:sign`, or `urn:dhow:directory:NAME` for a directory signer.
std::string certificate_uri(certificate_use use, std::string_view owner);

/// What a certificate says of itself, unchecked, to be shown.
struct certificate_facts {
    std::string uri;  ///< Empty when it has none.
    protocol::key_id id;
    protocol::digest digest;
};
loaded<certificate_facts> certificate_facts_of(byte_view der);

std::string to_pem(const certificate& value);
/// All certificates of a PEM text, as DER, without any check.
loaded<std::vector<bytes>> certificates_from_pem(std::string_view pem);

}  // namespace dhow::seal
