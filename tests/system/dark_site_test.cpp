// A cold, dark site: the power comes back, the clock has lost the date, nobody is there.
// Way of the message: the first flash message, in and out, once the link is there.
// Not pure: processes; libfaketime in front of the daemon's clock.
// Spec: docs/overview.md#time, docs/install.md (keys). Tests: this is one.
// Limits: link_time_max is the project's promise, not a measurement.
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

namespace dhow::tests {

namespace fs = std::filesystem;
namespace tt = boost::test_tools;

namespace {

constexpr seconds link_time_max{60};

fs::path clock_library() {
    for (const auto& folder : {"/usr/lib", "/usr/lib64", "/usr/local/lib"}) {
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(folder, none)) {
            for (const auto& path : {entry.path() / "faketime/libfaketimeMT.so.1",
                                     entry.path() / "libfaketimeMT.so.1"}) {
                if (fs::exists(path)) {
                    return path;
                }
            }
        }
    }
    return {};
}

/// The date is wrong, and goes on from there; time that has passed is measured as always.
std::map<std::string, std::string> with_clock_at(const std::string& date) {
    return {{"LD_PRELOAD", clock_library().string()},
            {"FAKETIME", "@" + date},
            {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
            {"DONT_FAKE_MONOTONIC", "1"},
            {"TZ", "UTC"}};
}

tt::assertion_result can_set_clock(boost::unit_test::test_unit_id) {
    const auto shown = run({"date", "-u", "+%Y"}, with_clock_at("1970-01-02 00:00:00")).out;
    const auto tried = run({DHOWD_PATH, "--version"}, with_clock_at("1970-01-02 00:00:00"));
    tt::assertion_result out(!clock_library().empty() && shown == "1970\n" && tried.code == 0);
    out.message() << "not tested: libfaketime is not installed, or cannot be loaded by this dhowd: "
                  << shown << tried.out;
    return out;
}

/// The keys as the unit's LoadCredential gives them: in a folder of the service manager, under
/// their names. No private key stays where the configuration used to find it.
fs::path move_keys_to_credentials(const gateway& site) {
    const auto credentials = site.folder().parent_path() / "credentials";
    fs::create_directory(credentials);
    auto text = read_file(site.config());
    const std::vector<std::pair<std::string, std::string>> keys = {{"link.pem", "link-key"},
                                                                   {"sign.pem", "sign-key"},
                                                                   {"encrypt.pem", "encrypt-key"},
                                                                   {"at-rest.key", "at-rest"}};
    for (const auto& [file, name] : keys) {
        fs::rename(site.folder() / "keys" / file, credentials / name);
        const auto reference = "file:keys/" + file;
        const auto at = text.find(reference);
        BOOST_REQUIRE(at != std::string::npos);
        text.replace(at, reference.size(), "credential:" + name);
    }
    std::ofstream(site.config()) << text;
    fs::permissions(credentials, fs::perms::owner_read | fs::perms::owner_exec);
    return credentials;
}

letter flash_letter(const std::string& to) {
    letter out;
    out.cls = "flash";
    out.to = {to};
    out.text = "the first words to " + to;
    return out;
}

void exchange_first_messages(const std::string& date) {
    federation bureaus;
    auto& site = bureaus["ZW"];
    auto& other = bureaus["MU"];
    auto environment = with_clock_at(date);
    environment["CREDENTIALS_DIRECTORY"] = move_keys_to_credentials(site).string();
    site.start({}, environment);
    BOOST_TEST(site.log_text().find(date.substr(0, 10)) != std::string::npos, site.log_text());
    wait_until("the alarm about the clock",
               [&] { return site.log_text().find("clock is far from") != std::string::npos; });
    other.start();
    const auto out = submit(site, flash_letter("MU"));
    const auto in = submit(other, flash_letter("ZW"));

    bureaus["IPSG"].start();  // The link comes.
    const auto link_came = std::chrono::steady_clock::now();
    wait_until(
        "both first messages and their receipts",
        [&] { return is_complete(site, out, "MU") && is_complete(other, in, "ZW"); },
        link_time_max);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - link_came;
    BOOST_TEST_MESSAGE("clock at " << date << ": both ways " << took.count()
                                   << " s after the link");
    BOOST_TEST(open_inbox(other, out).text == flash_letter("MU").text);
    BOOST_TEST(open_inbox(site, in).text == flash_letter("ZW").text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dark_site_test)

BOOST_AUTO_TEST_CASE(a_site_whose_clock_fell_back_to_1970_speaks_within_a_minute_of_its_link,
                     *boost::unit_test::precondition(can_set_clock)) {
    exchange_first_messages("1970-01-01 00:00:05");
}

BOOST_AUTO_TEST_CASE(a_site_whose_clock_wakes_in_2038_speaks_within_a_minute_of_its_link,
                     *boost::unit_test::precondition(can_set_clock)) {
    // Seconds before a signed 32-bit time ends: it does so while the test runs.
    exchange_first_messages("2038-01-19 03:14:02");
}

BOOST_AUTO_TEST_CASE(without_its_credential_a_site_says_which_key_it_misses) {
    federation bureaus;
    auto& site = bureaus["ZW"];
    const auto credentials = move_keys_to_credentials(site);
    fs::permissions(credentials, fs::perms::owner_all);
    fs::remove(credentials / "sign-key");
    site.start_only({}, {{"CREDENTIALS_DIRECTORY", credentials.string()}});
    wait_until("its end", [&] { return !site.is_running(); });
    constexpr int trust_trouble = 14;
    BOOST_TEST(site.terminate() == trust_trouble);  // It has ended: only the code is asked for.
    BOOST_TEST(site.log_text().find("sign-key") != std::string::npos, site.log_text());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
