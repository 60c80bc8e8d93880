// Folder `kinds.d` beside a configuration: read, put in force, refused as a whole.
// Way of the message: tests of config/kinds_folder.
// Not pure: a temporary folder.
// Spec: docs/kinds.md#changes.
// Limits: none.
#include "config/kinds_folder.hpp"

#include "protocol/limits.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace dhow;

struct folder_fixture {
    ~folder_fixture() { kinds::registry::put_in_force(nullptr); }
    folder_fixture() = default;
    folder_fixture(const folder_fixture&) = delete;
    folder_fixture& operator=(const folder_fixture&) = delete;

    [[nodiscard]] config::kinds_folder use() const {
        return config::use_kinds_folder((folder / "dhow.yaml").string());
    }
    static std::int64_t years() {
        return kinds::registry::in_force().number("retention_years_nominal");
    }
    tests::temporary_folder folder;
};

constexpr std::string_view seven_years =
    R"({"numbers": {"retention_years_nominal": {"value": 7}}})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(kinds_folder_test, folder_fixture)

BOOST_AUTO_TEST_CASE(no_folder_changes_nothing) {
    const auto found = use();
    BOOST_TEST(found.changes.empty());
    BOOST_TEST(found.findings.empty());
    BOOST_TEST(years() == 5);
}

BOOST_AUTO_TEST_CASE(files_are_in_force_until_they_are_gone) {
    folder.write("kinds.d/policy.json", seven_years);
    folder.write("kinds.d/codes/sex.json", R"({"codes": {"X": "not said"}})");
    folder.write("kinds.d/policy.json~", "what an editor left");
    const auto found = use();
    BOOST_TEST(found.findings.empty());
    BOOST_REQUIRE(found.changes.size() == 2U);
    BOOST_TEST(found.changes[0].name == "codes/sex.json");
    BOOST_TEST(found.changes[1].name == "policy.json");
    BOOST_TEST(years() == 7);
    BOOST_TEST(kinds::registry::in_force().list("sex").has("X"));
    BOOST_TEST(
        (config::read_kinds_folder((folder / "dhow.yaml").string()).changes == found.changes));
    std::filesystem::remove_all(folder / "kinds.d");
    BOOST_TEST(use().findings.empty());
    BOOST_TEST(years() == 5);
}

BOOST_AUTO_TEST_CASE(one_wrong_file_and_nothing_of_it_is_in_force) {
    folder.write("kinds.d/policy.json", seven_years);
    folder.write("kinds.d/kinds/message.text.json", R"({"dhow": {"class": "soon"}})");
    const auto found = use();
    BOOST_REQUIRE(found.findings.size() == 1U);
    BOOST_TEST(to_text(found.findings[0])
                       .find("kinds.d: error: kinds/message.text.json: no such "
                             "class: soon") != std::string::npos,
               to_text(found.findings[0]));
    BOOST_TEST(years() == 5);
}

BOOST_AUTO_TEST_CASE(what_is_no_file_or_too_large) {
    folder.write("kinds.d/policy.json/x", "a folder of that name");
    folder.write("kinds.d/codes/sex.json",
                 std::string(protocol::limits::config_bytes_max + 1, ' '));
    const auto found = use();
    BOOST_REQUIRE(found.findings.size() == 2U);
    BOOST_TEST(found.findings[0].text == "is larger than 1 MiB");
    BOOST_TEST(found.findings[1].text.find("cannot be read") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(too_many_files) {
    for (std::size_t i = 0; i <= protocol::limits::config_files_max; ++i) {
        folder.write("kinds.d/codes/" + std::to_string(i) + ".json", "{}");
    }
    const auto found = use();
    BOOST_REQUIRE(found.findings.size() == 1U);
    BOOST_TEST(found.findings[0].text == "more than 256 files");
}

BOOST_AUTO_TEST_CASE(a_file_in_place_of_the_folder) {
    folder.write("kinds.d", "{}");
    const auto found = use();
    BOOST_REQUIRE(found.findings.size() == 1U);
    BOOST_TEST(found.findings[0].text.find("cannot be read: ") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
