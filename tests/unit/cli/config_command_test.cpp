// `dhow config check` on real files: exit codes, places, certificates, JSON.
#include "daemon/app/configuration_facts.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/seal/certificate.hpp"
#include "daemon/seal/directory_editor.hpp"
#include "protocol/errors.hpp"
#include "tests/unit/config/sample.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ec.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

using namespace dhow;
using namespace dhow::cli;
using dhow::tests::changed;
using dhow::tests::sample;

/// A folder of its own with the sample, its keys and certificates; removed at the end.
class bureau_folder {
public:
    bureau_folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dhow-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        x_path = pattern;
        for (const auto* name : {"link.key", "sign.key", "encrypt.key"}) {
            write(name, "key");
        }
        const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
        certificate("link.crt", today - std::chrono::days{1});
        directory(today);
        write("dhow.yaml", sample);
    }
    ~bureau_folder() { std::filesystem::remove_all(x_path); }
    bureau_folder(const bureau_folder&) = delete;
    bureau_folder& operator=(const bureau_folder&) = delete;

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(x_path / name) << text;
    }
    /// Valid for a year from that day on.
    static seal::certificate certify(const seal::key_ptr& key, seal::certificate_use use,
                                     const std::string& owner, std::chrono::sys_days from) {
        const auto der = seal::make_certificate(key.get(), {.use = use,
                                                            .owner = owner,
                                                            .organisation = "NCB Harare",
                                                            .from = from,
                                                            .lifetime = std::chrono::years{1}});
        auto checked = seal::check_certificate(der, use, owner);
        BOOST_REQUIRE_MESSAGE(checked.has_value(), checked.error().text);
        return std::move(*checked);
    }
    void certificate(const std::string& name, std::chrono::sys_days from) const {
        const auto key = seal::own_key(EVP_EC_gen("P-256"));
        write(name, seal::to_pem(certify(key, seal::certificate_use::link, "ZW", from)));
    }
    /// One of two bureaus, signed by the two anchors.
    void directory(std::chrono::sys_days today) const {
        const auto folder = x_path / "directory";
        BOOST_REQUIRE(seal::init_directory(folder, "example", 2, today).has_value());
        for (const auto* bureau : {"IPSG", "ZW"}) {
            protocol::directory_entry entry;
            entry.bureau = *protocol::bureau_id::parse(bureau);
            entry.name = bureau;
            entry.role =
                bureau[0] == 'I' ? protocol::bureau_role::hub : protocol::bureau_role::bureau;
            const auto put = seal::put_entry(folder, entry, today);
            BOOST_REQUIRE_MESSAGE(put.has_value(), put.error().text);
        }
        for (const auto* name : {"a.crt", "b.crt"}) {
            const auto key = seal::own_key(EVP_EC_gen("P-256"));
            const auto signer = certify(key, seal::certificate_use::directory, name, today);
            write(name, seal::to_pem(signer));
            const auto done = seal::sign_head(folder, key, signer, today);
            BOOST_REQUIRE_MESSAGE(done.has_value(), done.error().text);
        }
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (x_path / name).string();
    }

private:
    std::filesystem::path x_path;
};

struct run {
    int code;
    std::string out, err;
};

run config_verb(const std::vector<std::string>& args) {
    std::istringstream in;
    std::ostringstream out, err;
    io streams{in, out, err, false};
    const int code = run_config(args, streams);
    return {code, out.str(), err.str()};
}

bool has_text(const std::string& text, const std::string& wanted) {
    return text.find(wanted) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(config_command_test, bureau_folder)

BOOST_AUTO_TEST_CASE(a_good_configuration_exits_with_zero) {
    const auto result = config_verb({"check", "--config", path("dhow.yaml")});
    BOOST_TEST(result.out == "1 files read, 0 errors, 0 warnings\n");
    BOOST_TEST(result.code == to_int(exit_code::done));
    BOOST_TEST(config_verb({"check", path("dhow.yaml")}).code == to_int(exit_code::done));
}

BOOST_AUTO_TEST_CASE(errors_are_shown_with_file_and_line_and_exit_with_three) {
    write("dhow.yaml", changed("id: ZW", "id: NO"));
    const auto result = config_verb({"check", path("dhow.yaml")});
    BOOST_TEST(result.code == to_int(exit_code::bad_configuration));
    BOOST_TEST(
        has_text(result.out, path("dhow.yaml") + ":2: error: bureau.id: `NO` without quotes"),
        result.out);
}

BOOST_AUTO_TEST_CASE(warnings_are_shown_and_exit_with_zero) {
    write("dhow.yaml", changed("via: [ipsg]}", "via: [ipsg]}\n  - {to: MU, via: [ipsg]}"));
    const auto result = config_verb({"check", path("dhow.yaml")});
    BOOST_TEST(result.code == to_int(exit_code::done));
    BOOST_TEST(has_text(result.out, ":17: warning: routes.1"), result.out);
    BOOST_TEST(has_text(result.out, "0 errors, 2 warnings"), result.out);
}

BOOST_AUTO_TEST_CASE(the_kernel_is_asked_for_a_congestion_control) {
    // Reno is the one that every kernel has, and keeps from nobody.
    write("dhow.yaml", changed("peer: IPSG", "peer: IPSG, congestion: reno"));
    const auto result = config_verb({"check", path("dhow.yaml")});
    BOOST_TEST(result.out == "1 files read, 0 errors, 0 warnings\n");
    BOOST_TEST(result.code == to_int(exit_code::done));
}

BOOST_AUTO_TEST_CASE(expired_and_expiring_certificates_are_reported) {
    const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    certificate("link.crt", today - std::chrono::days{400});
    certificate("a.crt", today - std::chrono::days{340});
    const auto result = config_verb({"check", path("dhow.yaml")});
    BOOST_TEST(result.code == to_int(exit_code::bad_configuration));
    BOOST_TEST(has_text(result.out,
                        ":8: error: keys.link_certificate: " + path("link.crt") + " expired on"),
               result.out);
    BOOST_TEST(
        has_text(result.out, ":11: warning: trust.anchors.0: " + path("a.crt") + " expires on"),
        result.out);
}

BOOST_AUTO_TEST_CASE(the_directory_is_verified_and_asked) {
    write("dhow.yaml", changed("id: ZW", "id: MU"));
    auto result = config_verb({"check", path("dhow.yaml")});
    BOOST_TEST(has_text(result.out, ":2: error: this bureau, MU, is not in the directory"),
               result.out);
    write("dhow.yaml", sample);
    write("directory/entries/ZW.json", "{}");
    result = config_verb({"check", path("dhow.yaml")});
    BOOST_TEST(result.code == to_int(exit_code::bad_configuration));
    BOOST_TEST(has_text(result.out, ":10: error: trust.directory: "), result.out);
}

BOOST_AUTO_TEST_CASE(missing_and_broken_files_are_reported) {
    std::filesystem::remove(path("sign.key"));
    std::filesystem::remove(path("a.crt"));
    write("b.crt", "no certificate");
    const auto result = config_verb({"check", path("dhow.yaml")});
    BOOST_TEST(result.code == to_int(exit_code::bad_configuration));
    BOOST_TEST(has_text(result.out, ":5: error: keys.sign: there is no file " + path("sign.key")),
               result.out);
    BOOST_TEST(has_text(result.out, ":11: error: trust.anchors.0: cannot read " + path("a.crt")),
               result.out);
    BOOST_TEST(has_text(result.out, "trust.anchors.1: " + path("b.crt") + " holds no certificate"),
               result.out);
}

BOOST_AUTO_TEST_CASE(json_holds_the_same) {
    write("dhow.yaml", changed("duty_desk: desk", "duty_dsek: desk"));
    const auto result = config_verb({"check", "--json", path("dhow.yaml")});
    BOOST_TEST(result.code == to_int(exit_code::bad_configuration));
    const auto value = boost::json::parse(result.out);
    BOOST_TEST(!value.at("ok").as_bool());
    const auto& first = value.at("findings").as_array().at(0);
    BOOST_TEST(first.at("line").to_number<int>() == 19);
    BOOST_TEST(first.at("severity").as_string() == "error");
    BOOST_TEST(first.at("code").as_string() == "unknown-key");
    BOOST_TEST(first.at("hint").as_string() == "Did you mean `duty_desk`?");
    BOOST_TEST(value.at("files").as_array().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_missing_verb_or_file_is_told_apart) {
    BOOST_TEST(config_verb({"chekc"}).code == to_int(exit_code::usage));
    BOOST_TEST(has_text(config_verb({"chekc"}).err, "did you mean 'check'?"));
    BOOST_TEST(config_verb({"check", path("none.yaml")}).code ==
               to_int(exit_code::bad_configuration));
}

BOOST_AUTO_TEST_SUITE_END()
