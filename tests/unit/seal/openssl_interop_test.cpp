// The public verifier: openssl and zstd on the command line open and verify every parcel that we
// make.
#include "daemon/seal/cms_sealer.hpp"
#include "daemon/seal/key_maker.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/standard_cms.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/pem.h>

namespace dhow::seal {

using protocol::key_purpose;
using tests::bureau;
using tests::federation;
using tests::temporary_folder;

namespace {

std::string pem_of(EVP_PKEY* key) {
    const bio_ptr memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

std::string certificate_pem(const federation& all, const std::string& name, key_purpose purpose) {
    const auto& der = all.parties.at(name).certificates.at(purpose);
    return to_pem(check_certificate(der, use_of(purpose), name).value());
}

/// Opens as `name` with the tools alone, and compares the content.
void open_with_tools(const temporary_folder& folder, const federation& all, const std::string& name,
                     EVP_PKEY* key, key_purpose purpose, const bytes& content) {
    folder.write("recipient.pem", certificate_pem(all, name, purpose));
    folder.write("key.pem", pem_of(key));
    BOOST_TEST(folder.run("openssl cms -decrypt -binary -inform DER -in body.cms "
                          "-recip recipient.pem -inkey key.pem -out packed.zst") == 0);
    BOOST_TEST(folder.run("zstd -q -f -d -D dictionary-1.zdict packed.zst -o inner.cms") == 0);
    BOOST_TEST(folder.run("openssl cms -verify -binary -inform DER -in inner.cms -certfile "
                          "sign.pem -CAfile sign.pem -out content") == 0);
    BOOST_TEST((folder.read("content") == content));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openssl_interop_test)

//= PF-32, PF-33, PF-34
BOOST_AUTO_TEST_CASE(openssl_and_zstd_open_and_verify_parcels_for_1_3_and_195_recipients) {
    for (const std::size_t count : {1U, 3U, 195U}) {
        std::vector<std::string> names = {"ZW"};
        std::vector<bureau_id> recipients;
        for (std::size_t i = 1; i <= count; ++i) {
            names.push_back("B" + std::to_string(1000 + i));
            recipients.push_back(bureau(names.back()));
        }
        federation all({.bureaus = names});
        const auto job = tests::sample_message("ZW", recipients);
        const auto made = std::get<done::sealed_message>(all.sealer("ZW")->run(job).value());
        const temporary_folder folder;
        const auto dictionary = seal::dictionary(1);
        folder.write("dictionary-1.zdict", dictionary);
        folder.write("sign.pem", certificate_pem(all, "ZW", key_purpose::sign));
        folder.write("body.cms", tests::body_as_cms(made.body, made.lockboxes));
        folder.write("seal.cms", tests::seal_as_cms(made.seal));
        BOOST_TEST(folder.run("openssl cms -verify -binary -inform DER -in seal.cms -certfile "
                              "sign.pem -CAfile sign.pem -out seal-content") == 0);
        BOOST_TEST((folder.read("seal-content") == protocol::seal_content(made.seal)));

        const auto content = protocol::encode_content(job.content);
        for (const std::size_t i : {std::size_t{1}, (count + 1) / 2, count}) {
            open_with_tools(folder, all, names[i],
                            all.parties.at(names[i]).keys->encrypt()[0].key.get(),
                            key_purpose::encrypt, content);
        }
        open_with_tools(folder, all, "ZW", all.parties.at("ZW").archive.get(), key_purpose::archive,
                        content);
    }
}

BOOST_AUTO_TEST_CASE(openssl_verifies_receipts_and_refuses_altered_ones) {
    federation all;
    protocol::receipt_content content;
    content.issuer = bureau("MU");
    content.origin = bureau("ZW");
    protocol::outcome outcome;
    outcome.recipient = bureau("MU");
    outcome.at = tests::test_time;
    content.outcomes = {outcome};
    const auto made =
        std::get<done::signed_receipt>(all.sealer("MU")->run(job::sign_receipt{content}).value());
    const auto receipt = protocol::decode_receipt(made.encoded).value();
    const auto facts = facts_of(receipt);
    const auto cms = protocol::build_signed_data(
        facts.type, receipt.content,
        protocol::signed_attributes(facts.type, facts.content_digest, facts.signed_at,
                                    facts.certificate_digest, facts.binding),
        receipt.signer, receipt.value);
    const temporary_folder folder;
    folder.write("sign.pem", certificate_pem(all, "MU", key_purpose::sign));
    folder.write("receipt.cms", cms);
    const std::string verify =
        "openssl cms -verify -binary -inform DER -certfile sign.pem -CAfile sign.pem "
        "-out content -in ";
    BOOST_TEST(folder.run(verify + "receipt.cms") == 0);
    BOOST_TEST((folder.read("content") == receipt.content));
    auto altered = cms;
    altered[altered.size() - 5] ^= 1;
    folder.write("altered.cms", altered);
    BOOST_TEST(folder.run(verify + "altered.cms") != 0);
}

BOOST_AUTO_TEST_CASE(openssl_opens_a_sealed_piece) {
    federation all;
    const auto zw = all.sealer("ZW");
    const auto key = std::get<done::key>(zw->run(job::make_key{}).value());
    bytes plain(100'000);
    fill_random(plain);
    const auto made =
        std::get<done::sealed_piece>(zw->run(job::seal_piece{key.value, plain}).value());
    const temporary_folder folder;
    folder.write("piece.cms", made.sealed);
    BOOST_TEST(folder.run("openssl cms -decrypt -binary -inform DER -in piece.cms -secretkey " +
                          protocol::to_hex(key.value) + " -out plain") == 0);
    BOOST_TEST((folder.read("plain") == plain));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
