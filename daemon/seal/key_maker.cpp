// Makes keys and certificates as files.
// Way of the message: none; before a gateway's first start (`dhow keys`).
// Not pure: OpenSSL, random, files.
// Spec: docs/operations.md#keys. Tests: unit/seal/key_ring_test.cpp.
// Limits: none.
#include "daemon/seal/key_maker.hpp"

#include "daemon/seal/private_file.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/bytes.hpp"
#include "protocol/ensure.hpp"
#include "protocol/try.hpp"

#include <openssl/pem.h>

namespace dhow::seal {

namespace {

/// PKCS #8, encrypted with AES-256 when there is a passphrase.
secret_bytes private_pem(EVP_PKEY* key, const secret_bytes& passphrase) {
    const bio_ptr memory(BIO_new(BIO_s_secmem()));
    const auto text = passphrase.text();
    DHOW_ENSURE(memory && PEM_write_bio_PKCS8PrivateKey(
                              memory.get(), key, text.empty() ? nullptr : EVP_aes_256_cbc(),
                              text.empty() ? nullptr : text.data(), static_cast<int>(text.size()),
                              nullptr, nullptr) == 1);
    char* data = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &data);
    return secret_bytes(bytes(data, data + length));
}

loaded<void> create_key(const key_request& request, certificate_use use,
                        const std::filesystem::path& private_folder) {
    const auto key = generate_p256();
    DHOW_ENSURE(key);
    const auto der =
        make_certificate(key.get(), {use, request.owner, request.organisation, request.now});
    DHOW_TRY(const auto checked, check_certificate(der, use, request.owner));
    DHOW_CHECK(write_new_private(private_folder / private_file_of(use),
                                 private_pem(key.get(), request.passphrase).view()));
    return replace_file(request.folder / certificate_file_of(use),
                        protocol::as_bytes(to_pem(checked)));
}

}  // namespace

std::string private_file_of(certificate_use use) { return std::string(to_text(use)) + ".pem"; }

std::string certificate_file_of(certificate_use use) {
    return std::string(to_text(use)) + "-certificate.pem";
}

loaded<void> create_bureau_keys(const key_request& request) {
    DHOW_CHECK(make_folder(request.folder, true));
    DHOW_CHECK(make_folder(request.folder / archive_folder, true));
    for (const auto use :
         {certificate_use::link, certificate_use::sign, certificate_use::encrypt}) {
        DHOW_CHECK(create_key(request, use, request.folder));
    }
    DHOW_CHECK(create_key(request, certificate_use::archive, request.folder / archive_folder));
    secret_bytes at_rest(32);
    fill_random_secret(at_rest.writable());
    return write_new_private(request.folder / at_rest_file, at_rest.view());
}

loaded<void> create_directory_key(const key_request& request) {
    DHOW_CHECK(make_folder(request.folder, true));
    return create_key(request, certificate_use::directory, request.folder);
}

}  // namespace dhow::seal
