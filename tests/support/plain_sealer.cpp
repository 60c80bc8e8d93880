// A stand-in for the sealer: every binding checked by plain digests, nothing kept secret.
// Way of the message: see plain_sealer.hpp.
// Pure. Any thread.
// Spec: daemon/seal/sealer.hpp. Tests: unit/route/plain_sealer_test.cpp.
// Limits: those of the real one.
#include "tests/support/plain_sealer.hpp"

#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace dhow::tests {

using protocol::as_bytes;
using protocol::bureau_id;
using protocol::bureau_status;
using protocol::byte_view;
using protocol::bytes;
using protocol::digest;
using protocol::errc;
using protocol::hasher;
using protocol::key_id;
using protocol::key_purpose;
using protocol::result;
namespace job = seal::job;
namespace done = seal::done;
namespace limits = protocol::limits;

namespace {

using key_bytes = std::array<std::uint8_t, 32>;
using tag_bytes = std::array<std::uint8_t, 16>;

std::array<std::uint8_t, 8> number_bytes(std::uint64_t number) {
    std::array<std::uint8_t, 8> out{};
    for (auto& byte : out) {
        byte = static_cast<std::uint8_t>(number);
        number >>= 8U;
    }
    return out;
}

/// XOR with a keystream of the key; its own inverse.
bytes masked(const hasher& hash, const key_bytes& key, byte_view data) {
    bytes out(data.begin(), data.end());
    for (std::size_t at = 0; at < out.size(); at += key.size()) {
        const auto stream = hash.sha256({as_bytes("keystream"), key, number_bytes(at)});
        const auto count = std::min(key.size(), out.size() - at);
        for (std::size_t i = 0; i < count; ++i) {
            out[at + i] ^= stream.value[i];
        }
    }
    return out;
}

tag_bytes tag_of(const hasher& hash, const key_bytes& key, byte_view data) {
    const auto full = hash.sha256({as_bytes("tag"), key, data});
    tag_bytes out{};
    std::copy_n(full.value.begin(), out.size(), out.begin());
    return out;
}

protocol::signature signature_of(const hasher& hash, const key_id& signer, byte_view data) {
    const auto first = hash.sha256({as_bytes("signature-r"), signer.view(), data});
    const auto second = hash.sha256({as_bytes("signature-s"), signer.view(), data});
    protocol::signature out;
    std::copy(first.value.begin(), first.value.end(), out.value.begin());
    std::copy(second.value.begin(), second.value.end(), out.value.begin() + 32);
    // The formats take r and s only in the ranges that P-256 gives them: above zero, s in the lower
    // half.
    out.value[0] &= 0x7fU;
    out.value[32] &= 0x3fU;
    return out;
}

key_bytes mask_key(const hasher& hash, byte_view whose) {
    return hash.sha256({as_bytes("lockbox"), whose}).value;
}

/// Eight check bytes, then the key masked for `whose`.
protocol::wrapped_key wrapped(const hasher& hash, byte_view whose, const key_bytes& key) {
    const auto check = tag_of(hash, key, whose);
    const auto hidden = masked(hash, mask_key(hash, whose), key);
    protocol::wrapped_key out;
    std::copy_n(check.begin(), 8, out.value.begin());
    std::copy(hidden.begin(), hidden.end(), out.value.begin() + 8);
    return out;
}

result<key_bytes> unwrapped(const hasher& hash, byte_view whose, const protocol::wrapped_key& box) {
    const auto plain = masked(hash, mask_key(hash, whose), byte_view(box.value).subspan(8));
    key_bytes key{};
    std::copy(plain.begin(), plain.end(), key.begin());
    const auto check = tag_of(hash, key, whose);
    if (!std::equal(check.begin(), check.begin() + 8, box.value.begin())) {
        return errc::cannot_open;
    }
    return key;
}

/// What a seal's or receipt's signature covers: the content, and what the signed attributes of the
/// real one hold.
bytes to_be_signed(byte_view content, std::chrono::sys_seconds signed_at,
                   const digest& certificate) {
    return protocol::writer()
        .sized(content)
        .varint(static_cast<std::uint64_t>(signed_at.time_since_epoch().count()))
        .raw(certificate.view())
        .take();
}

bytes to_be_signed(const protocol::seal& seal) {
    return to_be_signed(protocol::seal_content(seal), seal.signed_at, seal.signer_certificate);
}

bytes to_be_signed(const protocol::receipt& receipt) {
    return to_be_signed(receipt.content, receipt.signed_at, receipt.signer_certificate);
}

std::chrono::sys_seconds seconds_of(protocol::utc_time time) {
    return std::chrono::floor<std::chrono::seconds>(time);
}

digest certificate_digest(const hasher& hash, const protocol::directory_key& key) {
    return hash.sha256({key.certificate});
}

/// The key belongs to the owner, is for signing, and counted when it was used.
result<void> check_signer(const protocol::directory& from, const key_id& signer, bureau_id owner,
                          std::chrono::sys_seconds signed_at) {
    const auto found = from.find_key(signer);
    if (!found) {
        return errc::unknown_key;
    }
    if (found->entry->bureau != owner) {
        return errc::wrong_key_owner;
    }
    const bool is_barred =
        found->entry->status == bureau_status::suspended ||
        (found->entry->status == bureau_status::revoked && !found->entry->invalid_from);
    if (found->key->purpose != key_purpose::sign || is_barred) {
        return errc::key_not_allowed;
    }
    for (const auto& from_when : {found->key->invalid_from, found->entry->invalid_from}) {
        if (from_when && signed_at >= *from_when) {
            return errc::key_not_allowed;
        }
    }
    return {};
}

result<void> check_seal(const protocol::directory& from, const hasher& hash,
                        const protocol::seal& seal, bureau_id origin) {
    DHOW_CHECK(check_signer(from, seal.signer, origin, seal.signed_at));
    if (certificate_digest(hash, *from.find_key(seal.signer)->key) != seal.signer_certificate) {
        return errc::bad_digest;
    }
    if (signature_of(hash, seal.signer, to_be_signed(seal)) != seal.value) {
        return errc::bad_signature;
    }
    return {};
}

result<protocol::lockbox_set> make_lockboxes(const job::seal_message& job,
                                             const protocol::directory& from, const hasher& hash,
                                             const key_bytes& key) {
    std::vector<protocol::lockbox> boxes;
    for (const auto& recipient : job.recipients) {
        const auto* entry = from.find(recipient);
        const auto* current = from.current_key(recipient, key_purpose::encrypt);
        if (entry == nullptr || current == nullptr) {
            return errc::unknown_recipient;
        }
        if (entry->status == bureau_status::suspended || entry->status == bureau_status::revoked) {
            return errc::key_not_allowed;
        }
        boxes.push_back({recipient, current->id, wrapped(hash, current->id.view(), key)});
    }
    if (job.is_note) {
        return protocol::make_lockbox_set(std::move(boxes), hash);
    }
    const auto* archive = from.current_key(job.header.origin, key_purpose::archive);
    if (archive == nullptr || boxes.empty()) {
        return boxes.empty() ? errc::bad_request : errc::unknown_key;
    }
    boxes.push_back({job.header.origin, archive->id, wrapped(hash, archive->id.view(), key)});
    return protocol::make_lockbox_set(std::move(boxes), hash);
}

/// The signed content, bound to the header: what the real sealer writes as an inner SignedData.
bytes make_inner(const hasher& hash, const protocol::content& content, const protocol::seal& seal) {
    const auto encoded = protocol::encode_content(content);
    const auto binding = hash.sha256({seal.header});
    protocol::writer bound;
    bound.sized(encoded).raw(binding.view());
    const auto value = signature_of(hash, seal.signer, bound.view());
    return bound.raw(seal.signer.view()).raw(value.view()).take();
}

result<done::opened_message> read_inner(const hasher& hash, const protocol::seal& seal,
                                        bytes inner) {
    protocol::reader in(inner);
    DHOW_TRY(const auto encoded, in.sized(limits::sealed_text_bytes_max));
    DHOW_TRY(const auto binding, in.fixed<digest>());
    const auto bound = byte_view(inner).first(inner.size() - in.remaining());
    DHOW_TRY(const auto signer, in.fixed<key_id>());
    DHOW_TRY(const auto value, in.fixed<protocol::signature>());
    DHOW_CHECK(in.end());
    if (binding != hash.sha256({seal.header})) {
        return errc::bad_binding;
    }
    if (signer != seal.signer || value != signature_of(hash, signer, bound)) {
        return errc::bad_signature;
    }
    done::opened_message out;
    DHOW_TRY(out.content, protocol::decode_content(encoded));
    out.content_digest = hash.sha256({encoded});
    out.inner = std::move(inner);
    return out;
}

std::string summary_of(const protocol::content& content) {
    return boost::json::serialize(boost::json::object{{"kind", content.kind},
                                                      {"subject", content.subject},
                                                      {"agency", content.agency},
                                                      {"text_bytes", content.text.size()},
                                                      {"attachments", content.attachments.size()}});
}

/// Decrypts the body with our own lockbox; the seal's promise of the inner digest is kept.
result<bytes> open_body(const job::open_message& job, const protocol::directory& from,
                        const hasher& hash, bureau_id own) {
    const auto& boxes = job.preamble.lockboxes.entries;
    const auto box = std::find_if(boxes.begin(), boxes.end(),
                                  [&](const auto& entry) { return entry.box.recipient == own; });
    const auto owner = box == boxes.end() ? std::nullopt : from.find_key(box->box.key);
    if (!owner || owner->entry->bureau != own) {
        return errc::not_a_recipient;
    }
    DHOW_TRY(const auto key, unwrapped(hash, box->box.key.view(), box->box.wrapped));
    DHOW_TRY(const auto body, protocol::decode_body(job.body));
    if (tag_of(hash, key, body.ciphertext) != body.tag) {
        return errc::cannot_open;
    }
    auto inner = masked(hash, key, body.ciphertext);
    if (hash.sha256({inner}) != job.preamble.seal.inner_digest) {
        return errc::bad_digest;
    }
    return inner;
}

}  // namespace

plain_sealer::plain_sealer(bureau_id own, std::shared_ptr<const protocol::directory> directory,
                           const hasher& hash, std::uint64_t seed)
    : x_own(own), x_hash(hash), x_seed(seed), x_directory(std::move(directory)) {}

result<seal::job_outcome> plain_sealer::run(const seal::job_request& request) {
    return std::visit([this](const auto& job) { return run_one(job); }, request);
}

digest plain_sealer::index_of(byte_view value) {
    return x_hash.sha256({as_bytes("index"), as_bytes(x_own.text()), as_bytes(":"), value});
}

void plain_sealer::replace_directory(std::shared_ptr<const protocol::directory> newer) {
    const std::lock_guard lock(x_mutex);
    x_directory = std::move(newer);
}

std::shared_ptr<const protocol::directory> plain_sealer::directory() const {
    const std::lock_guard lock(x_mutex);
    return x_directory;
}

plain_sealer::key_bytes plain_sealer::draw() {
    return x_hash
        .sha256({as_bytes("random"), as_bytes(x_own.text()), number_bytes(x_seed),
                 number_bytes(x_drawn.fetch_add(1))})
        .value;
}

plain_sealer::key_bytes plain_sealer::at_rest_key(std::string_view context) const {
    return x_hash
        .sha256({as_bytes("at rest"), as_bytes(x_own.text()), as_bytes(":"), as_bytes(context)})
        .value;
}

bytes plain_sealer::at_rest(byte_view plain, std::string_view context) {
    const auto key = draw();
    const auto hidden = masked(x_hash, key, plain);
    const auto box = wrapped(x_hash, at_rest_key(context), key);
    const auto tag = tag_of(x_hash, key, hidden);
    return protocol::writer().raw(box.view()).raw(tag).raw(hidden).take();
}

plain_sealer::outcome plain_sealer::run_one(const job::seal_message& job) {
    const auto from = directory();
    const auto* own_entry = from->find(x_own);
    const auto* signer = from->current_key(x_own, key_purpose::sign);
    if (job.header.origin != x_own || own_entry == nullptr || signer == nullptr) {
        return errc::wrong_key_owner;
    }
    const auto key = draw();
    done::sealed_message out;
    out.header = job.header;
    DHOW_TRY(out.lockboxes, make_lockboxes(job, *from, x_hash, key));
    DHOW_TRY(out.header.lockbox_root, protocol::lockbox_root(out.lockboxes, x_hash));
    out.seal.header = protocol::encode_header(out.header);
    out.seal.directory_serial = from->head.serial;
    out.seal.signer = signer->id;
    out.seal.signer_certificate = certificate_digest(x_hash, *signer);
    out.seal.signed_at = seconds_of(job.header.created);
    const auto inner = make_inner(x_hash, job.content, out.seal);
    out.seal.inner_digest = x_hash.sha256({inner});
    const auto ciphertext = masked(x_hash, key, inner);
    protocol::sealed_body body;
    body.ephemeral.fill(0x04);
    body.tag = tag_of(x_hash, key, ciphertext);
    body.ciphertext = ciphertext;
    out.body = protocol::encode_body(body);
    if (out.body.size() > limits::sealed_text_bytes_max) {
        return errc::too_large;
    }
    out.seal.body_bytes = out.body.size();
    out.seal.body_digest = x_hash.sha256({out.body});
    out.seal.value = signature_of(x_hash, signer->id, to_be_signed(out.seal));
    out.kept_key = at_rest(key, seal::kept_key_context(job.header.id));
    return out;
}

plain_sealer::outcome plain_sealer::run_one(const job::seal_piece& job) {
    if (job.plain.size() > limits::piece_bytes) {
        return errc::too_large;
    }
    const auto key = draw();
    const auto hidden = masked(x_hash, key, job.plain);
    protocol::piece_view piece;
    piece.tag = tag_of(x_hash, key, hidden);
    piece.wrapped = wrapped(x_hash, job.key, key);
    piece.ciphertext = hidden;
    auto sealed = protocol::build_piece(piece);
    const auto sealed_digest = x_hash.sha256({sealed});
    return done::sealed_piece{std::move(sealed), sealed_digest};
}

plain_sealer::outcome plain_sealer::run_one(const job::make_key&) { return done::key{draw()}; }

plain_sealer::outcome plain_sealer::run_one(const job::verify_parcel& job) {
    const auto from = directory();
    const auto& seal = job.preamble.seal;
    DHOW_TRY(auto header, protocol::decode_header(seal.header));
    DHOW_CHECK(check_seal(*from, x_hash, seal, header.origin));
    const auto& classes = from->find(header.origin)->classes;
    if (std::find(classes.begin(), classes.end(), header.cls) == classes.end()) {
        return errc::not_allowed;
    }
    DHOW_TRY(const auto root, protocol::lockbox_root(job.preamble.lockboxes, x_hash));
    if (root != header.lockbox_root) {
        return errc::not_a_recipient;
    }
    if (seal.body_bytes > limits::sealed_text_bytes_max) {
        return errc::too_long;
    }
    const auto body = job.body ? std::optional(x_hash.sha256({*job.body})) : job.body_digest;
    if ((job.body && job.body->size() != seal.body_bytes) || (body && *body != seal.body_digest)) {
        return errc::bad_digest;
    }
    return done::verified_parcel{std::move(header), false};
}

plain_sealer::outcome plain_sealer::run_one(const job::open_message& job) {
    const auto from = directory();
    DHOW_TRY(const auto header, protocol::decode_header(job.preamble.seal.header));
    DHOW_TRY(auto inner, open_body(job, *from, x_hash, x_own));
    DHOW_TRY(auto out, read_inner(x_hash, job.preamble.seal, std::move(inner)));
    out.sealed_summary =
        at_rest(as_bytes(summary_of(out.content)), seal::summary_context(header.id));
    return out;
}

plain_sealer::outcome plain_sealer::run_one(const job::open_piece& job) {
    if (x_hash.sha256({job.sealed}) != job.sealed_digest) {
        return errc::bad_digest;
    }
    DHOW_TRY(const auto piece, protocol::parse_piece(job.sealed));
    DHOW_TRY(const auto key, unwrapped(x_hash, job.key, piece.wrapped));
    if (tag_of(x_hash, key, piece.ciphertext) != piece.tag) {
        return errc::cannot_open;
    }
    return done::opened_piece{masked(x_hash, key, piece.ciphertext)};
}

plain_sealer::outcome plain_sealer::run_one(const job::sign_receipt& job) {
    const auto from = directory();
    const auto* signer = from->current_key(x_own, key_purpose::sign);
    if (signer == nullptr || job.content.issuer != x_own || job.content.outcomes.empty()) {
        return errc::bad_request;
    }
    protocol::receipt out;
    out.content = protocol::encode_receipt_content(job.content);
    out.signer = signer->id;
    out.signer_certificate = certificate_digest(x_hash, *signer);
    for (const auto& one : job.content.outcomes) {
        out.signed_at = std::max(out.signed_at, seconds_of(one.at));
    }
    out.value = signature_of(x_hash, signer->id, to_be_signed(out));
    auto encoded = protocol::encode_receipt(out);
    const auto receipt_digest = x_hash.sha256({encoded});
    return done::signed_receipt{std::move(encoded), receipt_digest};
}

plain_sealer::outcome plain_sealer::run_one(const job::verify_receipt& job) {
    const auto from = directory();
    done::verified_receipt out;
    DHOW_TRY(out.receipt, protocol::decode_receipt(job.encoded));
    DHOW_TRY(out.content, protocol::decode_receipt_content(out.receipt.content));
    const auto& receipt = out.receipt;
    DHOW_CHECK(check_signer(*from, receipt.signer, out.content.issuer, receipt.signed_at));
    if (certificate_digest(x_hash, *from->find_key(receipt.signer)->key) !=
        receipt.signer_certificate) {
        return errc::bad_digest;
    }
    if (signature_of(x_hash, receipt.signer, to_be_signed(receipt)) != receipt.value) {
        return errc::bad_signature;
    }
    out.receipt_digest = x_hash.sha256({job.encoded});
    return out;
}

plain_sealer::outcome plain_sealer::run_one(const job::sign_hello& job) {
    const auto from = directory();
    const auto* signer = from->current_key(x_own, key_purpose::sign);
    if (signer == nullptr) {
        return errc::unknown_key;
    }
    return done::signed_hello{signer->id, signature_of(x_hash, signer->id, job.to_be_signed)};
}

plain_sealer::outcome plain_sealer::run_one(const job::verify_hello& job) {
    const auto from = directory();
    DHOW_CHECK(check_signer(*from, job.signer, job.bureau, std::chrono::sys_seconds{}));
    if (!from->find_key(job.signer)->key->current) {
        return errc::key_not_allowed;
    }
    if (signature_of(x_hash, job.signer, job.to_be_signed) != job.value) {
        return errc::bad_signature;
    }
    return done::verified_hello{};
}

plain_sealer::outcome plain_sealer::run_one(const job::seal_at_rest& job) {
    return done::at_rest{at_rest(job.plain, job.context)};
}

plain_sealer::outcome plain_sealer::run_one(const job::open_at_rest& job) {
    protocol::reader in(job.sealed);
    DHOW_TRY(const auto box, in.fixed<protocol::wrapped_key>());
    DHOW_TRY(const auto tag, in.take(16));
    const auto hidden = in.rest();
    DHOW_TRY(const auto key, unwrapped(x_hash, at_rest_key(job.context), box));
    const auto expected = tag_of(x_hash, key, hidden);
    if (!std::equal(tag.begin(), tag.end(), expected.begin())) {
        return errc::cannot_open;
    }
    return done::at_rest{masked(x_hash, key, hidden)};
}

}  // namespace dhow::tests
