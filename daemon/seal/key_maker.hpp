// Makes the keys and certificates of a bureau, or of a signer of the directory, as files.
// Way of the message: none; before a gateway's first start (`dhow keys`).
// Not pure: OpenSSL, random, files. One thread.
// Spec: docs/operations.md#keys. Tests: unit/seal/key_ring_test.cpp.
// Limits: none.
#pragma once

#include "daemon/seal/certificate.hpp"

namespace dhow::seal {

struct key_request {
    std::string owner;                 ///< Bureau (`ZW`), or name of a directory signer.
    std::string organisation;          ///< For the certificates' subject; may be empty.
    std::filesystem::path folder;
    secret_bytes passphrase;           ///< Encrypts the private keys when not empty.
    protocol::utc_time now{};
};

/// Names of the files in a bureau's key folder.
std::string private_file_of(certificate_use use);       ///< `sign.pem`
std::string certificate_file_of(certificate_use use);   ///< `sign-certificate.pem`
inline constexpr std::string_view at_rest_file = "at-rest.key";
/// The archive's private key lies in this folder, to be carried off the server.
inline constexpr std::string_view archive_folder = "archive-offline";

/// Link, sign, encrypt and archive key with certificates, and the at-rest key. Overwrites nothing.
loaded<void> create_bureau_keys(const key_request& request);
/// `directory.pem` and `directory-certificate.pem`: one of the signers of a directory.
loaded<void> create_directory_key(const key_request& request);

}  // namespace dhow::seal
