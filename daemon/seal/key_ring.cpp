// Reads private keys and says clearly why one cannot be had.
// Way of the message: signs and opens at [seal]; the TLS set-up takes the link key.
// Not pure: reads files, credentials or tokens.
// Spec: docs/operations.md#keys. Tests: unit/seal/key_ring_test.cpp.
// Limits: secret_bytes_max for each file.
#include "daemon/seal/key_ring.hpp"

#include "protocol/try.hpp"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/ui.h>

#include <algorithm>

namespace dhow::seal {

namespace {

using ui_method_ptr = openssl_ptr<UI_METHOD, UI_destroy_method>;

/// All private numbers of a gateway are a few hundred bytes; OpenSSL wants a power of two.
constexpr std::size_t secure_heap_bytes = 64 * 1024;
constexpr std::size_t secure_heap_smallest = 32;
constexpr std::size_t at_rest_bytes = 32;

/// OpenSSL's call for a passphrase: the configured one, or failure; never the terminal.
int give_passphrase(char* buffer, int size, int, void* user) {
    const auto text = static_cast<const secret_bytes*>(user)->text();
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) {
        return -1;
    }
    std::copy(text.begin(), text.end(), buffer);
    return static_cast<int>(text.size());
}

problem key_problem(std::string_view role, std::string_view reference, std::string_view what) {
    return {errc::keys_locked, "key to " + std::string(role) + " (" + std::string(reference) +
                                   "): " + std::string(what)};
}

void* passphrase_argument(const secret_bytes& passphrase) {
    return const_cast<secret_bytes*>(&passphrase);
}

loaded<key_ptr> key_from_pem(std::string_view role, const std::string& reference,
                             const secret_bytes& pem, const secret_bytes& passphrase) {
    const auto text = pem.text();
    const bio_ptr memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    auto key = own_key(PEM_read_bio_PrivateKey(memory.get(), nullptr, give_passphrase,
                                               passphrase_argument(passphrase)));
    if (key) {
        return key;
    }
    if (text.find("ENCRYPTED") != std::string_view::npos) {
        return key_problem(
            role, reference,
            passphrase.empty()
                ? "is encrypted and no passphrase is configured; set keys.passphrase"
                : "does not open with the configured passphrase; check keys.passphrase");
    }
    return key_problem(role, reference,
                       "is not a private key in PEM form; make one with `dhow keys create`");
}

loaded<key_ptr> key_from_store(std::string_view role, const std::string& uri,
                               const secret_bytes& passphrase) {
    const ui_method_ptr ui(UI_UTIL_wrap_read_pem_callback(give_passphrase, 0));
    const store_ptr store(
        OSSL_STORE_open(uri.c_str(), ui.get(), passphrase_argument(passphrase), nullptr, nullptr));
    if (!store) {
        return key_problem(role, uri,
                           "no OpenSSL provider opens this URI; check openssl.cnf, and `openssl "
                           "storeutl` with the same URI");
    }
    OSSL_STORE_expect(store.get(), OSSL_STORE_INFO_PKEY);
    while (OSSL_STORE_eof(store.get()) == 0) {
        const store_info_ptr info(OSSL_STORE_load(store.get()));
        if (info && OSSL_STORE_INFO_get_type(info.get()) == OSSL_STORE_INFO_PKEY) {
            return own_key(OSSL_STORE_INFO_get1_PKEY(info.get()));
        }
    }
    return key_problem(role, uri,
                       "there is no private key at this URI; check it and the passphrase");
}

loaded<secret_bytes> load_at_rest(const config::key_files& files,
                                  const std::filesystem::path& base) {
    auto secret = read_secret(files.at_rest, base);
    if (secret && secret->view().size() != at_rest_bytes) {
        return key_problem("seal at rest", files.at_rest,
                           "has not exactly 32 bytes; make one with `dhow keys create`");
    }
    return secret;
}

loaded<secret_bytes> load_passphrase(const config::key_files& files,
                                     const std::filesystem::path& base) {
    if (files.passphrase.empty()) {
        return secret_bytes();
    }
    DHOW_TRY(const auto read, read_secret(files.passphrase, base));
    // A line of an editor ends with a newline that is not part of the passphrase.
    const auto text = read.text().substr(0, read.text().find_last_not_of("\r\n") + 1);
    return secret_bytes(bytes(text.begin(), text.end()));
}

}  // namespace

bool prepare_secure_heap() {
    return CRYPTO_secure_malloc_initialized() == 1 ||
           CRYPTO_secure_malloc_init(secure_heap_bytes, secure_heap_smallest) == 1;
}

loaded<key_ring::own_key> load_private_key(std::string_view role, const std::string& reference,
                                           const std::filesystem::path& base,
                                           const secret_bytes& passphrase) {
    loaded<key_ptr> key = problem{};
    if (is_secret_reference(reference)) {
        const auto pem = read_secret(reference, base);
        if (!pem) {
            return key_problem(role, reference, pem.error().text);
        }
        key = key_from_pem(role, reference, *pem, passphrase);
    } else {
        key = key_from_store(role, reference, passphrase);
    }
    if (!key) {
        return key.error();
    }
    if (!is_p256(key->get())) {
        return key_problem(role, reference, "is not a P-256 key; make one with `dhow keys create`");
    }
    return key_ring::own_key{*key, key_id_of(key->get())};
}

loaded<key_ring> key_ring::load(const config::key_files& files, const std::filesystem::path& base) {
    key_ring ring;
    DHOW_TRY(const auto passphrase, load_passphrase(files, base));
    DHOW_TRY(ring.x_link, load_private_key("link", files.link, base, passphrase));
    DHOW_TRY(ring.x_sign, load_private_key("sign", files.sign, base, passphrase));
    DHOW_TRY(ring.x_at_rest, load_at_rest(files, base));
    std::vector<std::string> references = {files.encrypt};
    references.insert(references.end(), files.older_encrypt.begin(), files.older_encrypt.end());
    for (const auto& reference : references) {
        DHOW_TRY(auto key, load_private_key("encrypt", reference, base, passphrase));
        ring.x_encrypt.push_back(std::move(key));
    }
    return ring;
}

key_ring key_ring::from_keys(key_ptr link, key_ptr sign, const std::vector<key_ptr>& encrypt,
                             secret_bytes at_rest) {
    key_ring ring;
    ring.x_link = {link, key_id_of(link.get())};
    ring.x_sign = {sign, key_id_of(sign.get())};
    for (const auto& key : encrypt) {
        ring.x_encrypt.push_back({key, key_id_of(key.get())});
    }
    ring.x_at_rest = std::move(at_rest);
    return ring;
}

const key_ring::own_key* key_ring::find_encrypt(const protocol::key_id& id) const {
    const auto found = std::ranges::find(x_encrypt, id, &own_key::id);
    return found == x_encrypt.end() ? nullptr : &*found;
}

}  // namespace dhow::seal
