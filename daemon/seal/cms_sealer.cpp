// Runs the jobs of the sealer interface.
// Way of the message: intake -> [seal] -> store; link -> [seal] verify -> store -> [seal] open ->
// handover. Not pure: OpenSSL, zstd, clock through a function. Any thread. Spec:
// docs/parcel-format.md, docs/decisions. Tests: unit/seal/cms_sealer_test.cpp. Limits: sizes of
// limits.hpp.
#include "daemon/seal/cms_sealer.hpp"

#include "daemon/seal/at_rest.hpp"
#include "daemon/seal/cms_open.hpp"
#include "daemon/seal/cms_seal.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/bytes.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <boost/json.hpp>

namespace dhow::seal {

namespace {

secret_bytes derive(byte_view key, std::string_view label) {
    const auto value =
        hmac_sha256(key, {reinterpret_cast<const std::uint8_t*>(label.data()), label.size()});
    return secret_bytes(bytes(value.value.begin(), value.value.end()));
}

std::chrono::sys_seconds seconds_of(protocol::utc_time time) {
    return std::chrono::floor<std::chrono::seconds>(time);
}

std::string summary_of(const protocol::content& content) {
    return boost::json::serialize(boost::json::object{{"kind", content.kind},
                                                      {"subject", content.subject},
                                                      {"agency", content.agency},
                                                      {"text_bytes", content.text.size()},
                                                      {"attachments", content.attachments.size()}});
}

}  // namespace

cms_sealer::cms_sealer(std::shared_ptr<const key_ring> keys,
                       std::shared_ptr<const trust_directory> directory, sealer_options options)
    : x_keys(std::move(keys)),
      x_directory(std::move(directory)),
      x_options(std::move(options)),
      x_at_rest_key(derive(x_keys->at_rest(), "dhow at rest")),
      x_index_key(derive(x_keys->at_rest(), "dhow index")) {}

result<job_outcome> cms_sealer::run(const job_request& request) {
    return std::visit([this](const auto& job) { return run_one(job); }, request);
}

digest cms_sealer::index_of(protocol::byte_view value) {
    return hmac_sha256(x_index_key.view(), value);
}

void cms_sealer::replace_directory(std::shared_ptr<const trust_directory> newer) {
    x_directory.replace(std::move(newer));
}

std::shared_ptr<const trust_directory> cms_sealer::directory() const { return x_directory.get(); }

bytes cms_sealer::seal_at_rest(byte_view plain, std::string_view context) const {
    return seal::seal_at_rest(x_at_rest_key.view(), plain, context);
}

result<job_outcome> cms_sealer::run_one(const job::seal_message& job) {
    if (job.header.origin != x_options.bureau) {
        return errc::wrong_key_owner;
    }
    const auto directory = x_directory.get();
    DHOW_TRY(const auto signer, signing_identity_of(*x_keys, *directory));
    DHOW_TRY(auto made, make_parcel(job, signer, *directory, seconds_of(now())));
    made.message.kept_key = seal_at_rest(made.content_key, kept_key_context(job.header.id));
    wipe(made.content_key);
    return std::move(made.message);
}

result<job_outcome> cms_sealer::run_one(const job::seal_piece& job) { return make_piece(job); }

result<job_outcome> cms_sealer::run_one(const job::make_key&) {
    done::key made;
    fill_random_secret(made.value);
    return made;
}

result<job_outcome> cms_sealer::run_one(const job::verify_parcel& job) {
    const auto directory = x_directory.get();
    const auto time = now();
    DHOW_TRY(auto header, check_parcel(job, *directory, time));
    const bool stale = time >= directory->data().stale_after(header.origin);
    return done::verified_parcel{std::move(header), stale};
}

result<job_outcome> cms_sealer::run_one(const job::open_message& job) {
    const auto directory = x_directory.get();
    DHOW_TRY(auto opened, open_parcel(job, x_options.bureau, *x_keys, *directory,
                                      job.received_at.value_or(now())));
    DHOW_TRY(const auto header, protocol::decode_header(job.preamble.seal.header));
    const auto summary = summary_of(opened.content);
    done::opened_message out;
    out.sealed_summary = seal_at_rest(protocol::as_bytes(summary), summary_context(header.id));
    out.content = std::move(opened.content);
    out.content_digest = opened.content_digest;
    out.inner = std::move(opened.inner);
    return out;
}

result<job_outcome> cms_sealer::run_one(const job::open_piece& job) { return open_piece(job); }

result<job_outcome> cms_sealer::run_one(const job::sign_receipt& job) {
    if (job.content.issuer != x_options.bureau) {
        return errc::wrong_key_owner;
    }
    const auto directory = x_directory.get();
    DHOW_TRY(const auto signer, signing_identity_of(*x_keys, *directory));
    protocol::receipt receipt;
    receipt.content = protocol::encode_receipt_content(job.content);
    receipt.signer = signer.id;
    receipt.signer_certificate = signer.certificate_digest;
    receipt.signed_at = seconds_of(now());
    DHOW_TRY(receipt.value, sign_digest(signer.key.get(), to_be_signed(facts_of(receipt))));
    done::signed_receipt out;
    out.encoded = protocol::encode_receipt(receipt);
    out.receipt_digest = sha256(out.encoded);
    return out;
}

result<job_outcome> cms_sealer::run_one(const job::verify_receipt& job) {
    const auto directory = x_directory.get();
    DHOW_TRY(auto receipt, protocol::decode_receipt(job.encoded));
    DHOW_TRY(auto content, protocol::decode_receipt_content(receipt.content));
    DHOW_TRY(const auto* signer, owners_key(*directory, receipt.signer, content.issuer));
    DHOW_CHECK(check_signed(*signer, facts_of(receipt), receipt.value, now()));
    return done::verified_receipt{std::move(receipt), std::move(content), sha256(job.encoded)};
}

result<job_outcome> cms_sealer::run_one(const job::sign_hello& job) {
    const auto& key = x_keys->sign();
    DHOW_TRY(const auto value, sign_digest(key.key.get(), sha256(job.to_be_signed)));
    return done::signed_hello{key.id, value};
}

result<job_outcome> cms_sealer::run_one(const job::verify_hello& job) {
    const auto directory = x_directory.get();
    DHOW_TRY(const auto* signer, owners_key(*directory, job.signer, job.bureau));
    const auto time = now();
    DHOW_CHECK(check_signer(*signer, protocol::key_purpose::sign, time, time));
    if (!signer->key->current) {
        return errc::key_not_allowed;
    }
    DHOW_CHECK(verify_digest(signer->public_key.get(), sha256(job.to_be_signed), job.value));
    return done::verified_hello{};
}

//= CF-10
result<job_outcome> cms_sealer::run_one(const job::seal_cells& job) {
    if (job.plain.size() > protocol::limits::courier_part_cells_max) {
        return errc::too_large;
    }
    done::sealed_cells out;
    for (const auto& plain : job.plain) {
        DHOW_TRY(auto one, make_piece({job.key, plain}));
        out.sealed.push_back(std::move(one.sealed));
    }
    return out;
}

result<job_outcome> cms_sealer::run_one(const job::open_cells& job) {
    done::opened_cells out;
    for (const auto& sealed : job.sealed) {
        auto one = open_piece({job.key, sha256(sealed), sealed});
        out.plain.push_back(one ? std::optional(std::move(one->plain)) : std::nullopt);
    }
    return out;
}

result<job_outcome> cms_sealer::run_one(const job::seal_at_rest& job) {
    return done::at_rest{seal_at_rest(job.plain, job.context)};
}

result<job_outcome> cms_sealer::run_one(const job::open_at_rest& job) {
    DHOW_TRY(auto plain, seal::open_at_rest(x_at_rest_key.view(), job.sealed, job.context));
    return done::at_rest{std::move(plain)};
}

}  // namespace dhow::seal
