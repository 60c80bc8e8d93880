// Rightly made signatures that do not count: they name another certificate than the signer's, or
// the key is there for something else than signing messages.
// Way of the message: none; a test. Not pure: OpenSSL, zstd, reads vector files of the source tree.
// Spec: docs/parcel-format.md#verification, docs/directory-format.md#certificates. Tests: it is
// one. Limits: none.
#include "daemon/seal/cms_seal.hpp"
#include "daemon/seal/cms_signed.hpp"
#include "daemon/seal/compression.hpp"
#include "protocol/receipt.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::seal {

using protocol::key_purpose;
using tests::bureau;

namespace {

/// A parcel with its inner object, as it was before compression and encryption.
struct forged_parcel {
    protocol::preamble preamble;
    bytes body;
    bytes inner;
};

/// A parcel from ZW to MU, made again with signatures of whoever a test wants.
struct signer_fixture {
    signer_fixture() {
        made = make_parcel(job, identity(key_purpose::sign), *all.directory, at()).value();
    }

    static std::chrono::sys_seconds at() {
        return std::chrono::floor<std::chrono::seconds>(tests::test_time);
    }
    key_ptr key_of(key_purpose purpose) const {
        const auto& zw = all.parties.at("ZW");
        switch (purpose) {
            case key_purpose::link:
                return zw.keys->link().key;
            case key_purpose::sign:
                return zw.keys->sign().key;
            case key_purpose::encrypt:
                return zw.keys->encrypt()[0].key;
            case key_purpose::archive:
                return zw.archive;
        }
        return nullptr;
    }
    digest certificate_of(const std::string& name, key_purpose purpose) const {
        return sha256(all.parties.at(name).certificates.at(purpose));
    }
    /// ZW with its key for `purpose` and that key's certificate.
    signing_identity identity(key_purpose purpose) const {
        const auto key = key_of(purpose);
        return {key, key_id_of(key.get()), certificate_of("ZW", purpose)};
    }
    /// ZW with its signing key, which says that `certificate` is that key's.
    signing_identity naming(const digest& certificate) const {
        auto out = identity(key_purpose::sign);
        out.certificate_digest = certificate;
        return out;
    }
    /// Digests that are not the one of the signing key's certificate, from near to far.
    std::vector<digest> wrong_certificates() const {
        auto beside = certificate_of("ZW", key_purpose::sign);
        beside.value[31] ^= 1;
        return {beside, certificate_of("ZW", key_purpose::link),
                certificate_of("ZW", key_purpose::encrypt), certificate_of("MU", key_purpose::sign),
                digest{}};
    }

    /// Everything but the signers is right: digests, binding, lockboxes, encryption.
    forged_parcel signed_by(const signing_identity& inner_signer,
                            const signing_identity& seal_signer) const {
        forged_parcel out;
        out.preamble = {made.message.seal, made.message.lockboxes};
        auto& seal = out.preamble.seal;
        out.inner = sign_content(inner_signer, protocol::signed_content::message,
                                 protocol::encode_content(job.content), at(), sha256(seal.header))
                        .value();
        auto parts = protocol::decode_body(made.message.body).value();
        fill_random(parts.nonce);
        const auto packed = pack(out.inner, 1);
        const auto ciphertext = gcm_seal(made.content_key, parts.nonce, {}, packed, parts.tag);
        parts.ciphertext = ciphertext;
        out.body = protocol::encode_body(parts);
        seal.inner_digest = sha256(out.inner);
        seal.body_digest = sha256(out.body);
        seal.body_bytes = out.body.size();
        seal.signer = seal_signer.id;
        seal.signer_certificate = seal_signer.certificate_digest;
        seal.value = sign_digest(seal_signer.key.get(), to_be_signed(facts_of(seal))).value();
        return out;
    }
    bytes receipt_by(const signing_identity& signer) const {
        protocol::outcome outcome;
        outcome.recipient = bureau("ZW");
        outcome.at = tests::test_time;
        protocol::receipt_content content;
        content.issuer = bureau("ZW");
        content.origin = bureau("MU");
        content.outcomes = {outcome};
        protocol::receipt receipt;
        receipt.content = protocol::encode_receipt_content(content);
        receipt.signer = signer.id;
        receipt.signer_certificate = signer.certificate_digest;
        receipt.signed_at = at();
        receipt.value = sign_digest(signer.key.get(), to_be_signed(facts_of(receipt))).value();
        return protocol::encode_receipt(receipt);
    }

    /// The name of the code that MU refuses with; empty when it accepts.
    std::string verifying(const forged_parcel& parcel) const {
        return tests::refusal(
            all.sealer("MU")->run(job::verify_parcel{parcel.preamble, parcel.body, std::nullopt}));
    }
    std::string opening(const forged_parcel& parcel) const {
        return tests::refusal(
            all.sealer("MU")->run(job::open_message{parcel.preamble, parcel.body}));
    }
    std::string verifying_receipt(const bytes& encoded) const {
        return tests::refusal(all.sealer("MU")->run(job::verify_receipt{encoded}));
    }

    tests::federation all{{.bureaus = {"MU", "ZW"}}};
    job::seal_message job = tests::sample_message("ZW", {bureau("MU")}, 300);
    made_parcel made;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(signer_rights_test, signer_fixture)

BOOST_AUTO_TEST_CASE(what_the_signing_key_signs_in_its_own_name_passes) {
    const auto zw = identity(key_purpose::sign);
    const auto parcel = signed_by(zw, zw);
    BOOST_TEST(verifying(parcel) == "");
    BOOST_TEST(opening(parcel) == "");
    BOOST_TEST(verifying_receipt(receipt_by(zw)) == "");
}

// `openssl cms` ignores a wrong ESS signing certificate; we must not.
//= PF-42
BOOST_AUTO_TEST_CASE(an_inner_signature_that_names_another_certificate_is_refused) {
    const auto zw = identity(key_purpose::sign);
    for (const auto& certificate : wrong_certificates()) {
        BOOST_TEST_CONTEXT(protocol::to_hex(certificate.view())) {
            const auto parcel = signed_by(naming(certificate), zw);
            const auto view = protocol::parse_signed_data(parcel.inner).value();
            BOOST_TEST((view.signer_certificate == certificate));
            BOOST_TEST(verify_digest(zw.key.get(), sha256(view.own), view.value).has_value());
            // A hub cannot see it; who opens does.
            BOOST_TEST(verifying(parcel) == "");
            BOOST_TEST(opening(parcel) == "bad-digest");
        }
    }
}

//= PF-20
BOOST_AUTO_TEST_CASE(a_seal_or_receipt_that_names_another_certificate_is_refused) {
    const auto zw = identity(key_purpose::sign);
    for (const auto& certificate : wrong_certificates()) {
        BOOST_TEST_CONTEXT(protocol::to_hex(certificate.view())) {
            const auto parcel = signed_by(zw, naming(certificate));
            const auto& seal = parcel.preamble.seal;
            BOOST_TEST(
                verify_digest(zw.key.get(), to_be_signed(facts_of(seal)), seal.value).has_value());
            BOOST_TEST(verifying(parcel) == "bad-digest");
            BOOST_TEST(verifying_receipt(receipt_by(naming(certificate))) == "bad-digest");
        }
    }
}

// `openssl cms -purpose any` accepts a signature of a certificate for key agreement; we must not.
BOOST_AUTO_TEST_CASE(keys_for_agreement_and_links_sign_no_seal_no_message_and_no_receipt) {
    const auto zw = identity(key_purpose::sign);
    for (const auto purpose : {key_purpose::encrypt, key_purpose::archive, key_purpose::link}) {
        BOOST_TEST_CONTEXT(to_text(use_of(purpose))) {
            const auto other = identity(purpose);
            const auto sealed = signed_by(zw, other);
            const auto& seal = sealed.preamble.seal;
            // The key is ZW's, the certificate the key's own, the signature right.
            BOOST_REQUIRE(all.directory->find(other.id) != nullptr);
            BOOST_TEST(verify_digest(other.key.get(), to_be_signed(facts_of(seal)), seal.value)
                           .has_value());
            BOOST_TEST(verifying(sealed) == "key-not-allowed");

            const auto inner = signed_by(other, zw);
            BOOST_TEST(verifying(inner) == "");
            BOOST_TEST(opening(inner) == "key-not-allowed");
            BOOST_TEST(verifying_receipt(receipt_by(other)) == "key-not-allowed");
        }
    }
}

BOOST_AUTO_TEST_CASE(certificate_vectors_are_accepted_or_refused_as_named) {
    for (const auto use : {certificate_use::link, certificate_use::sign, certificate_use::encrypt,
                           certificate_use::archive}) {
        for (const auto& each : tests::load_vectors("certificate", to_text(use))) {
            BOOST_TEST_CONTEXT(each.name << ", read for " << to_text(use)) {
                const auto checked = check_certificate(each.data, use, "ZW");
                const auto refused =
                    checked ? std::string() : std::string(name_of(checked.error().code));
                BOOST_TEST(refused == each.error);
                BOOST_TEST((!checked || checked->digest == sha256(each.data)));
            }
        }
    }
}

// The name in the certificate says "sign", its key usage says key agreement: even a directory with
// enough signatures does not make a signing key of it.
BOOST_AUTO_TEST_CASE(no_directory_makes_a_signing_key_of_one_for_agreement) {
    for (const auto& each : tests::load_vectors("certificate", "sign")) {
        BOOST_TEST_CONTEXT(each.name) {
            protocol::directory_entry entry;
            entry.bureau = bureau("ZW");
            entry.classes = {protocol::message_class::urgent};
            entry.keys.push_back({key_purpose::sign, certificate_facts_of(each.data).value().id,
                                  each.data, std::nullopt, true});
            protocol::directory data;
            data.entries.push_back(std::move(entry));
            BOOST_TEST(trust_directory::build(data).has_value() == each.error.empty());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
