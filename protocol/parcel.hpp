// The sealed message in parts: seal, lockboxes with proof, body; and how they become CMS.
// Way of the message: made by [seal], stored and sent in this form, rebuilt as CMS by verifiers.
// Pure: digests through protocol::hasher, signatures checked elsewhere.
// Spec: docs/parcel-format.md. Tests: unit/protocol/parcel_test.cpp, vectors/parcel.json.
// Limits: preamble_bytes_max, recipients_max, sealed_text_bytes_max.
#pragma once

#include "protocol/hasher.hpp"
#include "protocol/header.hpp"

namespace dhow::protocol {

/// The outer seal as it travels: everything from which the signed CMS structure is rebuilt, bit by
/// bit.
struct seal {
    bytes header;  ///< encode_header() of the header; kept raw, so that unknown fields survive.
    digest body_digest;  ///< SHA-256 of the encoded body.
    std::uint64_t body_bytes = 0;
    digest inner_digest;  ///< SHA-256 of the uncompressed inner SignedData; commits to one content.
    std::uint64_t directory_serial = 0;
    key_id signer;              ///< Origin's signing key.
    digest signer_certificate;  ///< SHA-256 of that certificate (RFC 5035 ESSCertIDv2).
    std::chrono::sys_seconds signed_at{};
    signature value;
    bool operator==(const seal&) const = default;
};

/// The content key, wrapped for one recipient's key.
struct lockbox {
    bureau_id recipient;
    key_id key;
    wrapped_key wrapped;
    bool operator==(const lockbox&) const = default;
};

/// Some or all lockboxes of a message with what is needed to recompute the Merkle root of the
/// header.
/// `leaf_count` is that of the whole tree; `entries` are sorted by `index`; `siblings` are the
/// roots of
/// the left-out subtrees in the order of a left-to-right walk.
struct lockbox_set {
    struct entry {
        std::uint16_t index = 0;
        lockbox box;
        bool operator==(const entry&) const = default;
    };
    std::uint16_t leaf_count = 0;
    std::vector<entry> entries;
    std::vector<digest> siblings;
    bool operator==(const lockbox_set&) const = default;
};

/// All lockboxes of a message in tree order (sorted by leaf digest, so that the place of a
/// recipient says
/// nothing), with an empty proof.
lockbox_set make_lockbox_set(std::vector<lockbox> all, const hasher& hash);
/// Root over the number of leaves and the Merkle tree; `bad_order` or `out_of_range` when the
/// proof is not exactly what the set needs.
result<digest> lockbox_root(const lockbox_set& set, const hasher& hash);
/// The subset for some recipients, with its proof; `not_a_recipient` when one has no lockbox in
/// `set`.
result<lockbox_set> branch_of(const lockbox_set& set, std::span<const bureau_id> recipients,
                              const hasher& hash);

/// AuthEnvelopedData without its constants and lockboxes.
struct sealed_body {
    std::array<std::uint8_t, 65> ephemeral{};  ///< Uncompressed P-256 point of the originator.
    std::array<std::uint8_t, 12> nonce{};
    std::array<std::uint8_t, 16> tag{};
    byte_view ciphertext;  ///< Refers into the decoded buffer.
};

/// Whether r and s are in range and s is in the lower half: the one form of a signature that is
/// accepted.
bool is_canonical(const signature& value);

bytes encode_seal(const seal& value);
result<seal> decode_seal(byte_view data);
/// `with_keys` false: for the short form, without key ids.
bytes encode_lockboxes(const lockbox_set& value, bool with_keys = true);
result<lockbox_set> decode_lockboxes(byte_view data);

/// What an OFFER of a text carries: seal and lockboxes.
struct preamble {
    protocol::seal seal;
    lockbox_set lockboxes;
};
bytes encode_preamble(const preamble& value);
result<preamble> decode_preamble(byte_view data);

bytes encode_body(const sealed_body& value);
result<sealed_body> decode_body(byte_view data);

// Rebuilding of standard CMS (RFC 5652, RFC 5083, RFC 5753), strict DER -----------------------

/// eContent of the outer SignedData: what the seal's signature covers.
bytes seal_content(const seal& value);
/// Signed attributes as a DER SET OF: the bytes that are hashed and signed. `binding` is nothing
/// for seal
/// and receipt, the digest of the header for an inner content.
enum class signed_content : std::uint8_t { message = 1, seal = 2, receipt = 3, directory = 4 };
bytes signed_attributes(signed_content type, const digest& content_digest,
                        std::chrono::sys_seconds signed_at, const digest& signer_certificate,
                        const std::optional<digest>& binding);
/// Complete SignedData (ContentInfo) with one signer by subject key identifier and attached
/// content.
bytes build_signed_data(signed_content type, byte_view content, byte_view attributes,
                        const key_id& signer, const signature& value);
/// The parts of a strict SignedData of the profile; views into `der`.
struct signed_data_view {
    signed_content type = signed_content::message;
    byte_view content;
    byte_view
        attributes;  ///< As a SET OF, i.e. with the tag that is signed: re-encoded into `own`.
    bytes own;
    key_id signer;
    signature value;
    std::chrono::sys_seconds signed_at{};
    digest content_digest;
    digest signer_certificate;
    std::optional<digest> binding;
};
/// Refuses everything that build_signed_data() would not have produced.
result<signed_data_view> parse_signed_data(byte_view der);
/// AuthEnvelopedData (ContentInfo) for the given lockboxes: what `openssl cms -decrypt` opens.
bytes build_enveloped(const sealed_body& body, std::span<const lockbox> boxes);
/// The other direction, for tests and import: strict.
struct enveloped_parts {
    sealed_body body;
    std::vector<lockbox> boxes;  ///< `recipient` is empty: CMS names keys only.
};
result<enveloped_parts> parse_enveloped(byte_view der);

// One piece of an attachment: AuthEnvelopedData with one KEKRecipientInfo ------------------------
struct piece_view {
    std::array<std::uint8_t, 12> nonce{};
    std::array<std::uint8_t, 16> tag{};
    wrapped_key wrapped;
    byte_view ciphertext;
};
bytes build_piece(const piece_view& value);
result<piece_view> parse_piece(byte_view der);

}  // namespace dhow::protocol
