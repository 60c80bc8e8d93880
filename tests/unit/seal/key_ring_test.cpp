// Keys on disk: made by the tool, read by the gateway, with a clear word for everything that is
// wrong.
#include "daemon/seal/key_ring.hpp"

#include "daemon/seal/key_maker.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::seal {

using tests::temporary_folder;

namespace {

struct key_fixture {
    void create(std::string_view passphrase = {}) {
        const auto made = create_bureau_keys(
            {"ZW", "NCB Harare", temporary / "keys",
             secret_bytes(bytes(passphrase.begin(), passphrase.end())), tests::test_time});
        BOOST_REQUIRE_MESSAGE(made, made.error().text);
    }
    std::string problem_of() const {
        const auto ring = key_ring::load(files, temporary / "keys");
        BOOST_REQUIRE(!ring);
        BOOST_TEST_MESSAGE(ring.error().text);
        return ring.error().text;
    }
    temporary_folder temporary;
    config::key_files files{.link = "link.pem",
                            .sign = "file:sign.pem",
                            .encrypt = "encrypt.pem",
                            .older_encrypt = {},
                            .at_rest = "at-rest.key",
                            .passphrase = "",
                            .link_certificate = ""};
};

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(key_ring_test, key_fixture)

BOOST_AUTO_TEST_CASE(what_the_tool_makes_the_gateway_reads) {
    create();
    const auto ring = key_ring::load(files, temporary / "keys").value();
    BOOST_TEST(ring.at_rest().size() == 32U);
    BOOST_TEST(ring.encrypt().size() == 1U);
    BOOST_TEST(ring.find_encrypt(ring.encrypt()[0].id) == &ring.encrypt()[0]);
    BOOST_TEST(ring.find_encrypt(ring.sign().id) == nullptr);
    const auto pem = temporary.read("keys/sign-certificate.pem");
    const auto der =
        certificates_from_pem({reinterpret_cast<const char*>(pem.data()), pem.size()}).value();
    const auto certificate = check_certificate(der[0], certificate_use::sign, "ZW").value();
    BOOST_TEST((certificate.id == ring.sign().id));
}

BOOST_AUTO_TEST_CASE(the_archive_key_lies_apart_and_nothing_is_overwritten) {
    create();
    BOOST_TEST(std::filesystem::exists(temporary / "keys/archive-offline/archive.pem"));
    BOOST_TEST(!std::filesystem::exists(temporary / "keys/archive.pem"));
    const auto again = create_bureau_keys({"ZW", "", temporary / "keys", {}, tests::test_time});
    BOOST_REQUIRE(!again);
    BOOST_TEST(contains(again.error().text, "exists already"));
}

BOOST_AUTO_TEST_CASE(an_encrypted_key_needs_its_passphrase) {
    create("correct horse");
    BOOST_TEST(contains(problem_of(), "no passphrase is configured"));
    temporary.write("keys/pass", "wrong\n");
    std::filesystem::permissions(temporary / "keys/pass", std::filesystem::perms::owner_read);
    files.passphrase = "pass";
    BOOST_TEST(contains(problem_of(), "does not open with the configured passphrase"));
    std::filesystem::remove(temporary / "keys/pass");
    temporary.write("keys/pass", "correct horse\n");
    std::filesystem::permissions(temporary / "keys/pass", std::filesystem::perms::owner_read);
    BOOST_TEST(key_ring::load(files, temporary / "keys").has_value());
}

BOOST_AUTO_TEST_CASE(a_key_that_others_can_read_is_refused) {
    create();
    std::filesystem::permissions(temporary / "keys/sign.pem", std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    BOOST_TEST(contains(problem_of(), "chmod 600"));
}

BOOST_AUTO_TEST_CASE(each_fault_names_the_key_and_the_file) {
    create();
    files.sign = "absent.pem";
    const auto absent = problem_of();
    BOOST_TEST(contains(absent, "key to sign"));
    BOOST_TEST(contains(absent, "absent.pem"));
    files.sign = "at-rest.key";
    BOOST_TEST(contains(problem_of(), "not a private key in PEM form"));
    files.sign = "sign.pem";
    files.at_rest = "sign.pem";
    BOOST_TEST(contains(problem_of(), "exactly 32 bytes"));
    files.at_rest = "credential:at-rest";
    ::unsetenv("CREDENTIALS_DIRECTORY");
    BOOST_TEST(contains(problem_of(), "LoadCredential"));
    files.at_rest = "at-rest.key";
    BOOST_TEST(temporary.run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 "
                             "-out keys/p384.pem; chmod 600 keys/p384.pem") == 0);
    files.link = "p384.pem";
    BOOST_TEST(contains(problem_of(), "not a P-256 key"));
    files.link = "handle:0x81000001";
    BOOST_TEST(contains(problem_of(), "no OpenSSL provider"));
}

BOOST_AUTO_TEST_CASE(credentials_and_store_uris_are_read) {
    create();
    ::setenv("CREDENTIALS_DIRECTORY", (temporary / "keys").c_str(), 1);
    files.at_rest = "credential:at-rest.key";
    files.sign = "credential:sign.pem";
    BOOST_TEST(key_ring::load(files, temporary / "keys").has_value());
    files.sign = "credential:../keys/sign.pem";
    BOOST_TEST(contains(problem_of(), "one word"));
    ::unsetenv("CREDENTIALS_DIRECTORY");
}

BOOST_AUTO_TEST_CASE(the_secure_heap_is_ready_when_memory_can_be_locked) {
    const bool locked = prepare_secure_heap();
    BOOST_TEST(prepare_secure_heap() == locked);
}

BOOST_AUTO_TEST_CASE(openssl_accepts_the_certificates_for_their_purposes) {
    create();
    for (const std::string one : {"link", "sign", "encrypt", "archive"}) {
        const auto file = "keys/" + one + "-certificate.pem";
        const std::string purpose = one == "link" ? "sslserver" : "smimesign";
        BOOST_TEST(temporary.run("openssl verify -CAfile " + file + " " + file) == 0);
        if (one == "link" || one == "sign") {
            BOOST_TEST(temporary.run("openssl verify -purpose " + purpose + " -CAfile " + file +
                                     " " + file) == 0);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
