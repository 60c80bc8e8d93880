// The manual names every key that the loader knows, and the samples' defaults are the real ones.
#include "config/schema.hpp"
#include "config/sections.hpp"
#include "config/units.hpp"
#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using namespace dhow::config;

std::string read(const std::string& name) {
    std::ifstream file(std::string(DHOW_SOURCE_DIR) + "/" + name);
    BOOST_REQUIRE_MESSAGE(file.is_open(), name);
    return {std::istreambuf_iterator<char>(file), {}};
}

void expect_in(const std::string& text, const std::string& wanted) {
    BOOST_TEST(text.find(wanted) != std::string::npos, "missing: " << wanted);
}

std::string full_path(const schema_section& section, std::string_view key) {
    return (section.path.empty() ? "" : std::string(section.path) + '.') + std::string(key);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(documentation_test)

BOOST_AUTO_TEST_CASE(the_manual_and_the_man_page_name_every_key) {
    const auto manual = read("docs/configuration.md");
    const auto page = read("docs/man/dhow.yaml.5");
    for (const auto& section : schema()) {
        if (section.path == "include.*") {
            continue;  // a choice of the top's keys, see the next test
        }
        for (const auto key : section.keys) {
            expect_in(manual, '`' + full_path(section, key) + '`');
            expect_in(page, "\\fB" + full_path(section, key) + "\\fR");
        }
    }
}

BOOST_AUTO_TEST_CASE(included_files_hold_a_choice_of_the_top_keys_and_the_manual_names_it) {
    const auto manual = read("docs/configuration.md");
    const auto chapter = manual.substr(manual.find("## include"));
    const auto top = keys_of("");
    for (const auto key : keys_of("include.*")) {
        BOOST_TEST((std::find(top.begin(), top.end(), key) != top.end()), key);
        expect_in(chapter.substr(0, chapter.find("## routes")), '`' + std::string(key) + '`');
    }
}

BOOST_AUTO_TEST_CASE(the_manual_gives_the_real_defaults_and_bounds) {
    const auto manual = read("docs/configuration.md");
    const auto gateway = defaults();
    const auto row = [&](const std::string& key) {
        const auto start = manual.find("| `" + key + "` |");
        BOOST_REQUIRE_MESSAGE(start != std::string::npos, key);
        return manual.substr(start, manual.find('\n', start) - start);
    };
    const auto& disk = gateway.disk_settings;
    expect_in(row("storage.directory"), '`' + gateway.state_directory + '`');
    expect_in(row("storage.backup_window"), '`' + duration_text(disk.backup_window) + '`');
    expect_in(row("storage.retention"), '`' + duration_text(disk.retention) + '`');
    expect_in(row("storage.free.soft"),
              std::to_string(static_cast<int>(disk.soft_free * 100)) + "%");
    expect_in(row("storage.free.hard"),
              std::to_string(static_cast<int>(disk.hard_free * 100)) + "%");
    expect_in(row("storage.free.floor"),
              std::to_string(static_cast<int>(disk.floor_free * 100)) + "%");
    expect_in(row("trust.threshold"), std::to_string(gateway.trust_settings.threshold));
    expect_in(row("api.unix_socket"), '`' + gateway.api.unix_socket + '`');
    expect_in(row("operators"), "`[" + gateway.operator_users.at(0) + "]`");
    expect_in(row("log.level"), "| `" + gateway.log_level + "` |");
    for (std::size_t i = 0; i < gateway.times.size(); ++i) {
        const auto name = std::string(to_text(static_cast<message_class>(i))) + ' ';
        const auto& times = gateway.times[i];
        expect_in(row("classes.*.send_again_after"), name + duration_text(times.send_again_after));
        expect_in(row("classes.*.expires_after"), name + duration_text(times.expires_after));
        expect_in(row("classes.*.dearer_after"),
               name + (times.dearer_after ? duration_text(*times.dearer_after) : "never"));
    }
    expect_in(row("classes.*.expires_after"),
              duration_text(dhow::protocol::limits::time_to_live_max));
}

BOOST_AUTO_TEST_SUITE_END()
