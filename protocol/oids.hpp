// Object identifiers of the CMS profile, as the content octets of their DER encoding.
// Way of the message: in every rebuilt CMS structure.
// Pure: constants only.
// Spec: docs/parcel-format.md#object-identifiers. Tests: unit/protocol/cms_test.cpp.
// Limits: none. Our arc: 2.25.<UUID fb6e6676-b8df-4268-b9eb-f058c37cbfe2>; numbers are never
// reused.
#pragma once

#include <array>
#include <cstdint>

namespace dhow::protocol::oids {

namespace detail {

/// 2.25.334209457808370610164516879178665869282.<last>: 0x69, then the UUID in groups of 7 bits.
constexpr std::array<std::uint8_t, 21> own(std::uint8_t last) {
    return {0x69, 0x83, 0xF6, 0xEE, 0xB3, 0x9D, 0xD7, 0x8D, 0xFA, 0x89, 0xD1,
            0xB9, 0xF5, 0xFC, 0x8B, 0x8C, 0x9B, 0xF2, 0xFF, 0x62, last};
}

}  // namespace detail

inline constexpr auto dhow_content = detail::own(1);
inline constexpr auto dhow_seal = detail::own(2);
inline constexpr auto dhow_receipt = detail::own(3);
inline constexpr auto dhow_directory = detail::own(4);
inline constexpr auto dhow_binding = detail::own(5);

// RFC 5652, RFC 5083
inline constexpr std::array<std::uint8_t, 9> data{0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                  0x0D, 0x01, 0x07, 0x01};
inline constexpr std::array<std::uint8_t, 9> signed_data{0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                         0x0D, 0x01, 0x07, 0x02};
inline constexpr std::array<std::uint8_t, 11> auth_enveloped_data{
    0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x17};
inline constexpr std::array<std::uint8_t, 9> content_type{0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                          0x0D, 0x01, 0x09, 0x03};
inline constexpr std::array<std::uint8_t, 9> message_digest{0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                            0x0D, 0x01, 0x09, 0x04};
inline constexpr std::array<std::uint8_t, 9> signing_time{0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                          0x0D, 0x01, 0x09, 0x05};
// RFC 5035
inline constexpr std::array<std::uint8_t, 11> signing_certificate_v2{
    0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F};
// RFC 5754, RFC 5480, RFC 5753, RFC 3565, RFC 5084
inline constexpr std::array<std::uint8_t, 9> sha256{0x60, 0x86, 0x48, 0x01, 0x65,
                                                    0x03, 0x04, 0x02, 0x01};
inline constexpr std::array<std::uint8_t, 8> ecdsa_with_sha256{0x2A, 0x86, 0x48, 0xCE,
                                                               0x3D, 0x04, 0x03, 0x02};
inline constexpr std::array<std::uint8_t, 7> ec_public_key{0x2A, 0x86, 0x48, 0xCE,
                                                           0x3D, 0x02, 0x01};
/// dhSinglePass-stdDH-sha256kdf-scheme
inline constexpr std::array<std::uint8_t, 6> ecdh_sha256kdf{0x2B, 0x81, 0x04, 0x01, 0x0B, 0x01};
inline constexpr std::array<std::uint8_t, 9> aes256_wrap{0x60, 0x86, 0x48, 0x01, 0x65,
                                                         0x03, 0x04, 0x01, 0x2D};
inline constexpr std::array<std::uint8_t, 9> aes256_gcm{0x60, 0x86, 0x48, 0x01, 0x65,
                                                        0x03, 0x04, 0x01, 0x2E};

}  // namespace dhow::protocol::oids
