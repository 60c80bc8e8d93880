// Each piece of configuration in the manuals is one that the loader takes.
// A ```yaml block of README.md and docs/ that begins with `version:` is a whole configuration and
// is loaded as it stands. Any other is a fragment: the keys at its top take the place of those of
// `surroundings`, which has all the names that fragments may use.
#include "config/check.hpp"
#include "config/load.hpp"
#include "tests/unit/config/sample.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace dhow;
using namespace dhow::tests;

/// Top-level keys, each with its lines.
const std::vector<std::pair<std::string, std::string>> surroundings = {
    {"links", R"(links:
  zm: {peer: ZM, addresses: ["tls://gw.zm.example:7443"]}
  ipsg: {peer: IPSG, addresses: ["tls://gw.ipsg.example:7443"]}
  ipsg-cellular: {peer: IPSG, mode: dial, addresses: ["tls://gw.ipsg.example:7443"]}
)"},
    {"groups", "groups:\n  coast: [KE, MU, MZ, TZ]\n"},
    {"routes", "routes:\n  - {to: \"*\", via: [ipsg]}\n"},
    {"agencies", R"(agencies:
  border-police: {users: [border], send: {kinds: [hit.*], to: ["*"], classes: [flash]}}
)"},
    {"duty_desk", "duty_desk: ncb-desk\n"},
};
/// In a file of its own, so that a fragment may show other agencies.
const std::string duty_desk =
    "agencies:\n  ncb-desk: {users: [desk], send: {kinds: [\"*\"], to: [\"*\"], classes: "
    "[routine]}}\n";
/// What no fragment replaces: the sample's head.
const std::string head = sample.substr(0, sample.find("links:"));

struct snippet {
    std::string file;
    std::size_t line = 0;
    std::string text;
};

/// The ```yaml blocks of a text; throws when the last does not end.
std::vector<snippet> snippets_of(const std::string& file, const std::string& text) {
    const std::string fence = "```";
    std::vector<snippet> out;
    bool is_open = false;
    bool is_yaml = false;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        at = end + 1;
        ++number;
        if (line.starts_with(fence)) {
            is_open = !is_open;
            is_yaml = is_open && line == fence + "yaml";
            if (is_yaml) {
                out.push_back({file, number, {}});
            }
        } else if (is_yaml) {
            out.back().text += line + '\n';
        }
    }
    if (is_open) {
        throw std::runtime_error(file + ": a block does not end");
    }
    return out;
}

/// The names of a block's top-level keys.
std::vector<std::string> keys_of(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();
         at = std::min(text.find('\n', at), text.size()) + 1) {
        const auto colon = text.find(':', at);
        if (text[at] >= 'a' && text[at] <= 'z' && colon != std::string::npos) {
            out.push_back(text.substr(at, colon - at));
        }
    }
    return out;
}

std::string whole(const std::string& block) {
    if (block.starts_with("version:")) {
        return block;
    }
    const auto own = keys_of(block);
    auto out = head + "include: [desk.yaml]\n";
    for (const auto& [key, lines] : surroundings) {
        out += std::ranges::count(own, key) > 0 ? "" : lines;
    }
    return out + block;
}

/// What the loader and the checks say of a block; empty: it is right, and fits together.
std::string wrong_with(const std::string& block) {
    const auto read = load(whole(block), {{"/etc/dhow/desk.yaml", duty_desk}});
    return text_of(read.ok() ? config::check(read.settings, read.where, {}) : read.findings);
}

std::vector<snippet> all_snippets() {
    const fs::path root = DHOW_SOURCE_DIR;
    std::vector<fs::path> files = {root / "README.md"};
    for (const auto& entry : fs::recursive_directory_iterator(root / "docs")) {
        if (entry.path().extension() == ".md") {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    std::vector<snippet> out;
    for (const auto& path : files) {
        std::ifstream file(path);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto found = snippets_of(fs::relative(path, root).string(), text);
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snippets_test)

BOOST_AUTO_TEST_CASE(every_block_of_the_manuals_loads_and_fits_together) {
    const auto all = all_snippets();
    for (const auto& one : all) {
        const auto wrong = wrong_with(one.text);
        BOOST_TEST(wrong.empty(), one.file << ':' << one.line << ": " << wrong << "in\n"
                                           << whole(one.text));
    }
    // The search finds them: the manual of the configuration has three.
    BOOST_TEST(std::ranges::count(all, std::string("docs/configuration.md"), &snippet::file) >= 3);
}

BOOST_AUTO_TEST_CASE(blocks_are_found_by_their_fences) {
    const auto found = snippets_of("a.md",
                                   "One\n```yaml\nroutes: []\n# x\n```\n```\nother: 1\n```\n"
                                   "```yaml\nversion: 1\n```\n");
    BOOST_REQUIRE(found.size() == 2U);
    BOOST_TEST(found[0].line == 2U);
    BOOST_TEST(found[0].text == "routes: []\n# x\n");
    BOOST_TEST(found[1].line == 9U);
    BOOST_TEST(found[1].text == "version: 1\n");
    BOOST_CHECK_THROW(snippets_of("a.md", "```yaml\nroutes: []\n"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(surroundings_alone_and_a_whole_configuration_are_right) {
    BOOST_TEST(wrong_with("") == "");
    BOOST_TEST(wrong_with(sample) == "");
}

BOOST_AUTO_TEST_CASE(mistakes_in_a_block_are_noticed) {
    const std::pair<const char*, const char*> wrong[] = {
        {"route:\n  - {to: MU, via: [ipsg]}\n", "unknown key `route`"},
        {"routes:\n  - {to: MU, by: [ipsg]}\n", "unknown key `routes.0.by`"},
        {"routes:\n  - {to: MU, via: [vsat]}\n", "vsat"},
        {"routes:\n  - {to: group:lakes, via: [ipsg]}\n", "lakes"},
        {"agencies:\n  customs: {users: [c], send: {kinds: [\"*\"], to: [\"*\"]}}\n", "classes"},
        {"assignments:\n  - {kinds: [hit.*], agencies: [customs]}\n", "customs"},
        {"version: 1\n", "the key `bureau` is missing"},
        {"routes: [\n", "error"},
    };
    for (const auto& [block, words] : wrong) {
        BOOST_TEST(wrong_with(block).find(words) != std::string::npos,
                   block << "expected \"" << words << "\" in: " << wrong_with(block));
    }
}

BOOST_AUTO_TEST_SUITE_END()
