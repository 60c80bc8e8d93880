// Everything that needs a private key or checks a signature, as jobs of values in and results out.
// Way of the message: intake -> [seal] -> store; link -> [seal] verify -> store -> [seal] open ->
// handover. The interface is values only, so that keys can later live in a process of their own or
// on a token. Spec: docs/parcel-format.md, docs/decisions. Tests: unit/seal. Limits:
// crypto_jobs_max; sizes of limits.hpp.
#pragma once

#include "protocol/content.hpp"
#include "protocol/directory.hpp"
#include "protocol/link_session.hpp"
#include "protocol/parcel.hpp"
#include "protocol/receipt.hpp"

#include <variant>

namespace dhow::seal {

using protocol::bureau_id;
using protocol::bytes;
using protocol::digest;
using protocol::result;

namespace job {
/// Signs, compresses, pads, seals. The header's `lockbox_root` is filled in. Recipients' current
/// encrypt keys come from the directory; the origin's archive key is added as one more lockbox.
struct seal_message {
    protocol::header header;
    protocol::content content;
    std::vector<bureau_id> recipients;
    /// For ourselves alone, and never sent: `recipients` is the origin, under its current key, and
    /// there is no lockbox for the archive.
    bool is_note = false;
};
/// One piece of an attachment under `key` (key-encryption key). At most piece_bytes.
struct seal_piece {
    std::array<std::uint8_t, 32> key{};
    bytes plain;
};
struct make_key {};
/// Outer seal: signature, signer's owner and status, class right, lockboxes against the root; and,
/// when `body` is given, its digest.
struct verify_parcel {
    protocol::preamble preamble;
    std::optional<bytes> body;
    std::optional<digest> body_digest;
};
/// Opens for ourselves. The seal was verified before. `received_at`: when it was, if that is not
/// now, so that a key revoked since then does not close what had come before.
struct open_message {
    protocol::preamble preamble;
    bytes body;
    std::optional<protocol::utc_time> received_at = std::nullopt;
};
struct open_piece {
    std::array<std::uint8_t, 32> key{};
    digest sealed_digest;
    bytes sealed;
};
struct sign_receipt {
    protocol::receipt_content content;
};
struct verify_receipt {
    bytes encoded;
};
struct sign_hello {
    bytes to_be_signed;
};
/// Signer must be a current signing key of `bureau`.
struct verify_hello {
    bureau_id bureau;
    protocol::key_id signer;
    protocol::signature value;
    bytes to_be_signed;
};
/// At-rest sealing under the service manager's key (AES-256-GCM; `context` is authenticated).
struct seal_at_rest {
    bytes plain;
    std::string context;
};
struct open_at_rest {
    bytes sealed;
    std::string context;
};
/// Cells of a courier bundle under the key of its letter, each sealed as a piece of its own.
struct seal_cells {
    std::array<std::uint8_t, 32> key{};
    std::vector<bytes> plain;  ///< Each courier_cell_plain_bytes, at most courier_part_cells_max.
};
struct open_cells {
    std::array<std::uint8_t, 32> key{};
    std::vector<bytes> sealed;
};
}  // namespace job

/// Contexts under which results of a job are sealed at rest; open_at_rest wants the same.
inline std::string kept_key_context(const protocol::message_id& id) {
    return "kept-key:" + protocol::to_text(id);
}
inline std::string summary_context(const protocol::message_id& id) {
    return "summary:" + protocol::to_text(id);
}

using job_request =
    std::variant<job::seal_message, job::seal_piece, job::make_key, job::verify_parcel,
                 job::open_message, job::open_piece, job::sign_receipt, job::verify_receipt,
                 job::sign_hello, job::verify_hello, job::seal_at_rest, job::open_at_rest,
                 job::seal_cells, job::open_cells>;

namespace done {
struct sealed_message {
    protocol::header header;
    protocol::seal seal;
    protocol::lockbox_set lockboxes;  ///< All, with the archive's.
    bytes body;                       ///< encode_body().
    bytes kept_key;                   ///< Content key, sealed at rest.
};
struct sealed_piece {
    bytes sealed;
    digest sealed_digest;
};
struct key {
    std::array<std::uint8_t, 32> value{};
};
struct verified_parcel {
    protocol::header header;
    bool signer_is_stale = false;
};
struct opened_message {
    protocol::content content;
    digest content_digest;
    bytes sealed_summary;  ///< JSON {kind, subject, agency, text_bytes, attachments}, at rest.
    bytes inner;
};  ///< The signed inner CMS, for evidence.
struct opened_piece {
    bytes plain;
};
struct signed_receipt {
    bytes encoded;
    digest receipt_digest;
};
struct verified_receipt {
    protocol::receipt receipt;
    protocol::receipt_content content;
    digest receipt_digest;
};
struct signed_hello {
    protocol::key_id signer;
    protocol::signature value;
};
struct verified_hello {};
struct at_rest {
    bytes value;
};
struct sealed_cells {
    std::vector<bytes> sealed;  ///< Each sealed_cell_bytes().
};
struct opened_cells {
    std::vector<std::optional<bytes>> plain;  ///< In order; nothing where one is damaged.
};
}  // namespace done

using job_outcome =
    std::variant<done::sealed_message, done::sealed_piece, done::key, done::verified_parcel,
                 done::opened_message, done::opened_piece, done::signed_receipt,
                 done::verified_receipt, done::signed_hello, done::verified_hello, done::at_rest,
                 done::sealed_cells, done::opened_cells>;

/// Runs one job to its end on the calling thread. Thread-safe: keys and directory are shared
/// read-only.
class sealer {
public:
    virtual ~sealer() = default;
    virtual result<job_outcome> run(const job_request& request) = 0;
    /// HMAC-SHA-256 under a key derived from the at-rest key; for look-ups. Cheap, any thread.
    virtual digest index_of(protocol::byte_view value) = 0;
};

}  // namespace dhow::seal
