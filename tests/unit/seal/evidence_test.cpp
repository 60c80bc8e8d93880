// An evidence folder verifies with openssl against signers had elsewhere, and with nothing else.
#include "daemon/seal/evidence.hpp"

#include "daemon/seal/cms_sealer.hpp"
#include "daemon/seal/directory_editor.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::seal {

using tests::bureau;

namespace {

struct evidence_fixture {
    evidence_fixture() {
        for (auto* signer : {&first, &second, &stranger}) {
            signer->key = generate_p256();
            const auto der = make_certificate(
                signer->key.get(), {certificate_use::directory, "signer", "", tests::test_time});
            signer->certificate =
                check_certificate(der, certificate_use::directory, "signer").value();
        }
        const auto folder = temporary / "directory";
        BOOST_REQUIRE(init_directory(folder, "test", 2, tests::test_time));
        for (const auto& entry : all.data.entries) {
            BOOST_REQUIRE(put_entry(folder, entry, tests::test_time));
        }
        BOOST_REQUIRE(sign_head(folder, first.key, first.certificate, tests::test_time));
        BOOST_REQUIRE(sign_head(folder, second.key, second.certificate, tests::test_time));
        temporary.write("signers.pem", to_pem(first.certificate) + to_pem(second.certificate));
        temporary.write("attacker.pem", to_pem(stranger.certificate));
        temporary.write("doubled.pem", to_pem(first.certificate) + to_pem(first.certificate));
        export_evidence(folder);
    }

    void export_evidence(const std::filesystem::path& folder) {
        const auto mu = all.sealer("MU");
        const auto made = std::get<done::sealed_message>(
            all.sealer("ZW")->run(tests::sample_message("ZW", {bureau("MU")})).value());
        const auto opened = std::get<done::opened_message>(
            mu->run(job::open_message{{made.seal, made.lockboxes}, made.body}).value());
        protocol::receipt_content content;
        content.issuer = bureau("MU");
        content.origin = bureau("ZW");
        protocol::outcome outcome;
        outcome.id = made.header.id;
        outcome.recipient = bureau("MU");
        outcome.at = tests::test_time;
        outcome.seal_digest = sha256(protocol::seal_content(made.seal));
        content.outcomes = {outcome};
        const auto receipt =
            std::get<done::signed_receipt>(mu->run(job::sign_receipt{content}).value());
        const auto files = make_evidence({made.seal,
                                          {protocol::decode_receipt(receipt.encoded).value()},
                                          opened.inner,
                                          read_directory_folder(folder).value()},
                                         *all.directory);
        BOOST_REQUIRE_MESSAGE(files, files.error().text);
        const auto written = write_evidence(temporary / "evidence", *files);
        BOOST_REQUIRE_MESSAGE(written, written.error().text);
    }

    int verify(const std::string& signers, const std::string& threshold = "2") const {
        return temporary.run("sh evidence/verify.sh " + signers + " " + threshold);
    }
    std::string log() const {
        const auto text = temporary.read("log");
        return {text.begin(), text.end()};
    }

    struct signer_key {
        key_ptr key;
        seal::certificate certificate;
    };
    tests::temporary_folder temporary;
    tests::federation all;
    signer_key first, second, stranger;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(evidence_test, evidence_fixture)

BOOST_AUTO_TEST_CASE(openssl_says_yes_against_the_signers_had_elsewhere) {
    BOOST_TEST(verify("signers.pem") == 0, log());
    BOOST_TEST(log() ==
               "verify: directory signed by 2 of the given signers\n"
               "verify: seal.cms signed by ZW\n"
               "verify: receipt-1.cms signed by MU\n"
               "verify: receipt-1.cms names seal.cms\n"
               "verify: inner.cms signed by ZW\n"
               "verify: seal.cms names inner.cms\n"
               "verify: ok\n");
}

BOOST_AUTO_TEST_CASE(openssl_says_no_to_an_attackers_root_and_to_one_signer_twice) {
    BOOST_TEST(verify("attacker.pem", "1") != 0);
    BOOST_TEST(verify("doubled.pem") != 0);
    BOOST_TEST(verify("signers.pem", "3") != 0);
}

BOOST_AUTO_TEST_CASE(openssl_says_no_to_each_altered_file) {
    for (const auto& file : std::filesystem::directory_iterator(temporary / "evidence")) {
        const auto name = "evidence/" + file.path().filename().string();
        if (name.ends_with(".sh") || name.ends_with(".txt")) {
            continue;
        }
        const auto good = temporary.read(name);
        auto bad = good;
        bad[bad.size() / 2] ^= 1;
        temporary.write(name, bad);
        BOOST_TEST(verify("signers.pem") != 0, name << "\n" << log());
        temporary.write(name, good);
    }
    BOOST_TEST(verify("signers.pem") == 0);
}

BOOST_AUTO_TEST_CASE(a_folder_with_files_is_not_written_over) {
    BOOST_TEST(!write_evidence(temporary / "evidence", {}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
