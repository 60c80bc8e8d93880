// Encoding and strict decoding of the lockboxes of suite 2; the info of their key derivation.
// Way of the message: none yet; parcels of suite 2 are refused. Here so that the format stands.
// Pure: digests through protocol::hasher; no secret comes here. Values, any thread.
// Spec: docs/parcel-format.md#suite-2. Tests: unit/seal/suite2_test.cpp, vectors/suite2.json.
// Limits: hybrid_recipients_max.
#include "protocol/suite2.hpp"

#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

constexpr std::string_view lockbox_label{"dhow suite 2 lockbox\0", 21};

/// SEQUENCE { SEQUENCE { id-aes256-wrap }, INTEGER 32, [0] { OCTET STRING of 32 bytes } } without
/// those bytes (RFC 9629 section 5).
constexpr std::array<std::uint8_t, 22> info_head{0x30, 0x34, 0x30, 0x0B, 0x06, 0x09, 0x60, 0x86,
                                                 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2D, 0x02,
                                                 0x01, 0x20, 0xA0, 0x22, 0x04, 0x20};
static_assert(info_head.size() + digest::size_bytes == 2 + info_head[1]);

constexpr std::size_t lockbox_bytes_max = 1 + bureau_id::max_characters + 2 * key_id::size_bytes +
                                          kem_ciphertext::size_bytes + wrapped_key::size_bytes;
/// Digests, signer, certificate, signature and numbers of a seal, without its header.
constexpr std::size_t seal_bytes_max = 256;
//= PF-71
static_assert(limits::header_bytes_max + seal_bytes_max +
                  limits::hybrid_recipients_max * lockbox_bytes_max <=
              limits::preamble_bytes_max);

}  // namespace

bytes encode_hybrid_lockbox(const hybrid_lockbox& value) {
    writer out;
    out.sized(value.recipient.text()).raw(value.key.view()).raw(value.kem_key.view());
    return out.raw(value.ciphertext.view()).raw(value.wrapped.view()).take();
}

//= PF-70
result<hybrid_lockbox> decode_hybrid_lockbox(byte_view data) {
    reader in{data};
    hybrid_lockbox out;
    DHOW_TRY(const auto recipient, in.sized(bureau_id::max_characters));
    DHOW_TRY(out.recipient, bureau_in(recipient));
    DHOW_TRY(out.key, in.fixed<key_id>());
    DHOW_TRY(out.kem_key, in.fixed<key_id>());
    DHOW_TRY(out.ciphertext, in.fixed<kem_ciphertext>());
    DHOW_TRY(out.wrapped, in.fixed<wrapped_key>());
    DHOW_CHECK(in.end());
    return out;
}

//= PF-74
key_id key_id_of(const encapsulation_key& key, const hasher& hash) {
    const auto whole = hash.sha256({key.view()});
    key_id out;
    std::copy_n(whole.value.begin(), out.value.size(), out.value.begin());
    return out;
}

//= PF-72, PF-73
bytes hybrid_info(bureau_id recipient, const hybrid_public_key& keys, const p256_octets& ephemeral,
                  const kem_ciphertext& ciphertext, const hasher& hash) {
    const auto name = writer{}.sized(recipient.text()).take();
    const auto transcript = hash.sha256({as_bytes(lockbox_label), name, keys.point.view(),
                                         keys.kem.view(), ephemeral.view(), ciphertext.view()});
    return writer{}.raw(info_head).raw(transcript.view()).take();
}

}  // namespace dhow::protocol
