// P-256 over EVP, and the two encodings of a signature.
// Way of the message: the arithmetic below [seal], verify and open.
// Not pure: OpenSSL EVP and its random generator. Any thread.
// Spec: FIPS 186-5, RFC 5753, RFC 7093, docs/parcel-format.md. Tests: unit/seal/attacks_test.cpp.
// Limits: none.
#include "daemon/seal/ec_math.hpp"

#include "daemon/seal/secrets.hpp"
#include "protocol/ensure.hpp"

#include <openssl/core_names.h>

#include <algorithm>

namespace dhow::seal {

namespace {

using scalar = std::array<std::uint8_t, 32>;

/// Order of P-256 (SEC 2 section 2.4.2), and its half, rounded down.
constexpr scalar order = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                          0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                          0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
constexpr scalar half_order = {0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
                               0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8};

/// SEQUENCE { aes256-wrap }, [2] { OCTET STRING 00000100 }: 256 bits of key.
constexpr std::array<std::uint8_t, 23> shared_info = {
    0x30, 0x15, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
    0x04, 0x01, 0x2d, 0xa2, 0x06, 0x04, 0x04, 0x00, 0x00, 0x01, 0x00};

scalar first_half(const protocol::signature& value) {
    scalar r{};
    std::copy_n(value.value.begin(), 32, r.begin());
    return r;
}

scalar second_half(const protocol::signature& value) {
    scalar s{};
    std::copy_n(value.value.begin() + 32, 32, s.begin());
    return s;
}

/// left - right, for left >= right. Public values, so the branches tell nothing.
scalar subtract(const scalar& left, const scalar& right) {
    scalar out{};
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int difference = left[i] - right[i] - borrow;
        borrow = difference < 0 ? 1 : 0;
        out[i] = static_cast<std::uint8_t>(difference & 0xff);
    }
    return out;
}

void append_integer(bytes& out, const scalar& value) {
    const auto first = std::find_if(value.begin(), value.end() - 1, [](auto b) { return b != 0; });
    const auto length = static_cast<std::uint8_t>(value.end() - first);
    const bool pad = (*first & 0x80) != 0;
    out.push_back(0x02);
    out.push_back(static_cast<std::uint8_t>(length + (pad ? 1 : 0)));
    if (pad) {
        out.push_back(0);
    }
    out.insert(out.end(), first, value.end());
}

/// One INTEGER of our own signature at `at`, right-aligned in 32 bytes.
scalar take_integer(byte_view der, std::size_t& at) {
    DHOW_ENSURE(at + 2 <= der.size() && der[at] == 0x02);
    std::size_t length = der[at + 1];
    at += 2;
    DHOW_ENSURE(length >= 1 && length <= 33 && at + length <= der.size());
    if (length == 33) {
        ++at;
        --length;
    }
    scalar out{};
    std::copy_n(der.begin() + static_cast<std::ptrdiff_t>(at), length,
                out.end() - static_cast<std::ptrdiff_t>(length));
    at += length;
    return out;
}

}  // namespace

key_ptr generate_p256() {
    EVP_PKEY* made = nullptr;
    EVP_PKEY_generate(tools().generate.get(), &made);
    return own_key(made);
}

bool is_p256(const EVP_PKEY* key) {
    std::array<char, 32> name{};
    std::size_t length = 0;
    if (key == nullptr || EVP_PKEY_is_a(key, "EC") != 1 ||
        EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1 ||
        std::string_view(name.data()) != "prime256v1") {
        return false;
    }
    p256_point point{};
    return EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(),
                                           &length) == 1 &&
           length == point.size();
}

p256_point public_point(const EVP_PKEY* key) {
    p256_point out{};
    std::size_t length = 0;
    DHOW_ENSURE(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out.data(),
                                                out.size(), &length) == 1);
    DHOW_ENSURE(length == out.size() && out[0] == 0x04);
    return out;
}

result<key_ptr> import_point(byte_view point) {
    if (point.size() != std::tuple_size_v<p256_point> || point[0] != 0x04) {
        return errc::bad_encoding;
    }
    auto key = own_key(EVP_PKEY_dup(tools().p256_parameters.get()));
    DHOW_ENSURE(key);
    if (EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size()) != 1) {
        return errc::bad_encoding;
    }
    return key;
}

protocol::key_id key_id_of(const EVP_PKEY* key) {
    const auto hash = sha256(public_point(key));
    protocol::key_id id;
    std::copy_n(hash.value.begin(), id.value.size(), id.value.begin());
    return id;
}

result<protocol::signature> sign_digest(EVP_PKEY* key, const digest& hash) {
    const key_context_ptr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    std::array<std::uint8_t, 80> der{};
    std::size_t length = der.size();
    if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
        EVP_PKEY_sign(context.get(), der.data(), &length, hash.value.data(), hash.value.size()) !=
            1) {
        return errc::keys_locked;
    }
    std::size_t at = 2;
    const byte_view made(der.data(), length);
    const scalar r = take_integer(made, at);
    scalar s = take_integer(made, at);
    if (s > half_order) {
        s = subtract(order, s);
    }
    protocol::signature out;
    std::copy(r.begin(), r.end(), out.value.begin());
    std::copy(s.begin(), s.end(), out.value.begin() + 32);
    return out;
}

result<void> verify_digest(EVP_PKEY* key, const digest& hash, const protocol::signature& value) {
    constexpr scalar zero{};
    const scalar r = first_half(value);
    const scalar s = second_half(value);
    if (r == zero || s == zero || r >= order || s > half_order) {
        return errc::bad_signature;
    }
    const bytes der = to_der(value);
    const key_context_ptr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
        EVP_PKEY_verify(context.get(), der.data(), der.size(), hash.value.data(),
                        hash.value.size()) != 1) {
        return errc::bad_signature;
    }
    return {};
}

bytes to_der(const protocol::signature& value) {
    bytes out;
    out.reserve(72);
    out.push_back(0x30);
    out.push_back(0);
    append_integer(out, first_half(value));
    append_integer(out, second_half(value));
    out[1] = static_cast<std::uint8_t>(out.size() - 2);
    return out;
}

//= PF-33
result<secret_key> agree(EVP_PKEY* own, EVP_PKEY* peer) {
    const key_context_ptr context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
    secret_key shared{};
    std::size_t length = shared.size();
    // The peer's point was checked to be on the curve at import_point(); OpenSSL's further check
    // multiplies by the group order, which doubles the cost and, with cofactor 1, adds nothing.
    if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer_ex(context.get(), peer, 0) != 1 ||
        EVP_PKEY_derive(context.get(), shared.data(), &length) != 1 || length != shared.size()) {
        return errc::cannot_open;
    }
    // X9.63 KDF: 256 bits are one block, SHA-256(Z ‖ 00000001 ‖ SharedInfo).
    constexpr std::array<std::uint8_t, 4> counter = {0, 0, 0, 1};
    std::array<std::uint8_t, 32 + counter.size() + shared_info.size()> input{};
    auto at = std::copy(shared.begin(), shared.end(), input.begin());
    at = std::copy(counter.begin(), counter.end(), at);
    std::copy(shared_info.begin(), shared_info.end(), at);
    const secret_key key = sha256(input).value;
    wipe(shared);
    wipe(input);
    return key;
}

digest sha256(byte_view data) {
    auto& own = tools();
    digest out;
    unsigned length = 0;
    DHOW_ENSURE(EVP_DigestInit_ex2(own.digest_context.get(), own.sha256.get(), nullptr) == 1);
    DHOW_ENSURE(EVP_DigestUpdate(own.digest_context.get(), data.data(), data.size()) == 1);
    DHOW_ENSURE(EVP_DigestFinal_ex(own.digest_context.get(), out.value.data(), &length) == 1);
    return out;
}

}  // namespace dhow::seal
