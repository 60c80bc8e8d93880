// `dhow version`, `keys` and `directory`: usage, results, JSON, a full disk, what does not verify.
// Way of the message: tests of daemon/cli/version_command, keys_command and directory_command.
// Not pure: files, keys, /dev/full.
// Spec: docs/man/dhow.1.
// Limits: none.
#include "dhow_version.hpp"
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using cli::exit_code;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;

int keys(cli::arguments args, cli::io& streams) {
    return cli::run_keys(args, streams.out, streams.err);
}
int directory(cli::arguments args, cli::io& streams) {
    return cli::run_directory(args, streams.out, streams.err);
}

struct signers_folder {
    [[nodiscard]] std::string path(std::string_view name) const { return (folder / name).string(); }
    /// Runs what must succeed; what it printed with --json.
    static boost::json::value json(verb_function verb, texts args) {
        args.emplace_back("--json");
        const auto got = run_verb(verb, args);
        BOOST_REQUIRE_MESSAGE(got.code == to_int(exit_code::done), got.err);
        return boost::json::parse(got.out);
    }
    [[nodiscard]] texts init() const {
        return {"init", "--federation", "coast", "--out", path("directory")};
    }
    [[nodiscard]] texts add() const {
        return {"add",    path("directory"), "--bureau",  "ZW",
                "--keys", path("zw"),        "--address", "tls://127.0.0.1:7400"};
    }
    [[nodiscard]] texts sign(const std::string& signer) const {
        return {"sign", path("directory"), "--key", path(signer)};
    }
    [[nodiscard]] texts verify(const std::string& federation = "coast") const {
        const std::string certificate = "/directory-certificate.pem";
        return {"verify",    path("directory"),       "--federation", federation,
                "--anchors", path("a") + certificate, "--anchors",    path("b") + certificate};
    }
    /// Whatever is written to this file finds the disk full.
    void fill_disk_at(const std::string& name) const {
        std::filesystem::create_directories((folder / name).parent_path());
        std::filesystem::create_symlink("/dev/full", folder / name);
    }
    temporary_folder folder;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(offline_verbs_test, signers_folder)

BOOST_AUTO_TEST_CASE(version_is_text_or_json_and_takes_nothing_else) {
    const auto text = run_verb(cli::run_version, {});
    BOOST_TEST(text.code == to_int(exit_code::done));
    BOOST_TEST(text.out == std::string("dhow ") + dhow::version() + " (" + dhow::build() + ")\n");
    const auto value = json(cli::run_version, {});
    BOOST_TEST(value.at("version").as_string() == dhow::version());
    BOOST_TEST(value.at("build").as_string() == dhow::build());
    for (const texts& wrong : {texts{"0.1"}, texts{"--jsno"}}) {
        const auto got = run_verb(cli::run_version, wrong);
        BOOST_TEST(got.code == to_int(exit_code::usage));
        BOOST_TEST(got.out == "");
    }
}

BOOST_AUTO_TEST_CASE(wrong_command_lines_make_nothing) {
    const auto out = path("new");
    const std::vector<std::pair<verb_function, texts>> cases{
        {keys, {}},
        {keys, {"craete"}},
        {keys, {"create", "--out", out}},
        {keys, {"create", "--bureau", "ZW"}},
        {keys, {"create", "--bureau", "zw", "--out", out}},
        {keys, {"root"}},
        {keys, {"root", "--out", out, "--signer", "A B"}},
        {keys, {"show"}},
        {directory, {}},
        {directory, {"init", "--out", out}},
        {directory, {"init", "--federation", "coast"}},
        {directory, {"init", "--federation", "coast", "--out", out, "--threshold", "two"}},
        {directory, {"add", out}},
        {directory, {"add", out, "--bureau", "ZW", "--role", "spectator"}},
        {directory, {"add", out, "--bureau", "ZW", "--classes", "fast"}},
        {directory, {"add", out, "--bureau", "ZW", "--invalid-from", "noon"}},
        {directory, {"add", out, "--bureau", "ZW", "--instance", "1"}},
        {directory, {"sign", out}},
        {directory, {"show"}},
        {directory, {"verify", out}},
        {directory,
         {"verify", out, "--anchors", out, "--federation", "coast", "--previous-serial", "7"}},
    };
    for (const auto& [verb, args] : cases) {
        const auto got = run_verb(verb, args);
        BOOST_TEST(got.code == to_int(exit_code::usage), args.size() << ": " << got.err);
        BOOST_TEST(got.out == "");
        BOOST_TEST(!std::filesystem::exists(out));
    }
}

BOOST_AUTO_TEST_CASE(keys_are_made_and_shown_as_json) {
    const auto made = json(keys, {"create", "--bureau", "ZW", "--out", path("zw")});
    BOOST_TEST(made.at("folder").as_string() == path("zw"));
    const auto root = json(keys, {"root", "--out", path("a")});
    BOOST_TEST(root.at("certificate").as_string() == path("a") + "/directory-certificate.pem");
    const auto shown = json(keys, {"show", path("zw")});
    BOOST_TEST(shown.as_array().size() == 4U);
    BOOST_TEST(shown.at(0).at("use").as_string() == "link");
}

BOOST_AUTO_TEST_CASE(keys_that_exist_or_are_not_there_have_their_codes) {
    const texts create{"create", "--bureau", "ZW", "--out", path("zw")};
    BOOST_TEST(run_verb(keys, create).code == to_int(exit_code::done));
    const auto again = run_verb(keys, create);
    BOOST_TEST(again.code == to_int(exit_code::trust));
    BOOST_TEST(contains(again.err, "exists already"), again.err);
    BOOST_TEST(run_verb(keys, {"show", path("none")}).code == to_int(exit_code::not_found));
}

BOOST_AUTO_TEST_CASE(a_full_disk_has_its_own_code_when_keys_are_made) {
    fill_disk_at("zw/link-certificate.pem.new");
    const auto bureau = run_verb(keys, {"create", "--bureau", "ZW", "--out", path("zw")});
    BOOST_TEST(bureau.code == to_int(exit_code::disk_or_quota));
    BOOST_TEST(contains(bureau.err, "No space left on device"), bureau.err);
    fill_disk_at("a/directory-certificate.pem.new");
    BOOST_TEST(run_verb(keys, {"root", "--out", path("a")}).code ==
               to_int(exit_code::disk_or_quota));
}

BOOST_AUTO_TEST_CASE(a_full_disk_has_its_own_code_when_a_directory_is_begun) {
    fill_disk_at("directory/head.json.new");
    const auto got = run_verb(directory, init());
    BOOST_TEST(got.code == to_int(exit_code::disk_or_quota));
    BOOST_TEST(contains(got.err, "No space left on device"), got.err);
}

BOOST_AUTO_TEST_CASE(a_directory_is_begun_filled_signed_shown_and_verified_as_json) {
    json(keys, {"create", "--bureau", "ZW", "--out", path("zw")});
    json(keys, {"root", "--out", path("a")});
    json(keys, {"root", "--out", path("b")});
    const auto begun = json(directory, init());
    BOOST_TEST(begun.at("federation").as_string() == "coast");
    BOOST_TEST(begun.at("folder").as_string() == path("directory"));
    BOOST_TEST(begun.at("threshold").to_number<int>() == 2);
    BOOST_TEST(json(directory, add()).at("bureau").as_string() == "ZW");
    for (const auto* signer : {"a", "b"}) {
        const auto done = json(directory, sign(signer));
        BOOST_TEST(done.at("key").as_string() == path(signer));
    }
    const auto shown = json(directory, {"show", path("directory")});
    BOOST_TEST(shown.at("bureaus").to_number<int>() == 1);
    BOOST_TEST(shown.at("signatures").to_number<int>() == 2);
    BOOST_TEST(json(directory, verify()).at("head").as_string().size() == 64U);
}

BOOST_AUTO_TEST_CASE(without_json_the_same_is_told_in_words) {
    json(keys, {"create", "--bureau", "ZW", "--out", path("zw")});
    json(keys, {"root", "--out", path("a")});
    BOOST_TEST(run_verb(directory, init()).out ==
               "directory of coast begun in " + path("directory") + "\n");
    BOOST_TEST(run_verb(directory, add()).out == "entry of ZW written; to be signed\n");
    BOOST_TEST(run_verb(directory, sign("a")).out == "signature added\n");
}

BOOST_AUTO_TEST_CASE(what_does_not_verify_and_what_is_there_already_have_their_codes) {
    json(keys, {"root", "--out", path("a")});
    json(keys, {"root", "--out", path("b")});
    json(directory, init());
    const auto begun_twice = run_verb(directory, init());
    BOOST_TEST(begun_twice.code == to_int(exit_code::trust));
    BOOST_TEST(contains(begun_twice.err, "holds a directory already"), begun_twice.err);
    json(directory, sign("a"));
    const auto one_signature = run_verb(directory, verify());
    BOOST_TEST(one_signature.code == to_int(exit_code::verification_failed));
    BOOST_TEST(one_signature.out == "");
    json(directory, sign("b"));
    BOOST_TEST(run_verb(directory, verify()).code == to_int(exit_code::done));
    BOOST_TEST(run_verb(directory, verify("inland")).code ==
               to_int(exit_code::verification_failed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
