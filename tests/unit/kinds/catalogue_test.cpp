// Catalogues: all entries in all languages, placeholders the same, what nobody reviewed is marked.
#include "protocol/kinds/catalogue.hpp"

#include "tests/unit/kinds/example_files.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace dhow::kinds;

namespace {

std::multiset<std::string> placeholders(std::string_view text) {
    std::multiset<std::string> out;
    for (auto open = text.find('{'); open != std::string_view::npos;
         open = text.find('{', open + 1)) {
        out.emplace(text.substr(open, text.find('}', open) + 1 - open));
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(catalogue_test)

BOOST_AUTO_TEST_CASE(four_languages_have_the_same_entries) {
    BOOST_REQUIRE(catalogues().size() == 4);
    const auto& english = catalogues().at("en");
    for (const auto& [language, one] : catalogues()) {
        BOOST_TEST_CONTEXT(language) {
            BOOST_TEST(one.entries.size() == english.entries.size());
            BOOST_TEST(one.right_to_left == (language == "ar"));
            for (const auto& [id, entry] : english.entries) {
                const auto found = one.entries.find(id);
                BOOST_REQUIRE_MESSAGE(found != one.entries.end(), id);
                BOOST_TEST(!found->second.text.empty());
                BOOST_TEST((placeholders(found->second.text) == placeholders(entry.text)), id);
                if (language != "en") {
                    BOOST_TEST(found->second.text != entry.text, id);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(placeholders_are_those_that_are_filled) {
    for (const auto& [id, entry] : catalogues().at("en").entries) {
        for (const auto& each : placeholders(entry.text)) {
            BOOST_TEST((each == "{found}" || each == "{allowed}"), id << " " << each);
        }
    }
    BOOST_TEST((placeholders("a {x} b {y}") == std::multiset<std::string>{"{x}", "{y}"}));
}

// Change this when somebody who grew up with the language has read its catalogue.
BOOST_AUTO_TEST_CASE(what_no_native_speaker_reviewed_says_so) {
    for (const auto* language : {"fr", "es", "ar"}) {
        for (const auto& [id, entry] : catalogues().at(language).entries) {
            BOOST_TEST(!entry.reviewed, language << " " << id);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_problem_of_the_examples_has_an_entry) {
    for (const auto& example : dhow::tests::all_examples()) {
        const auto verdict = validate(registry::in_force(), example.facts, example.text);
        for (const auto& each : verdict.problems) {
            BOOST_TEST(catalogues().at("en").entries.contains(each.text), each.text);
        }
    }
    for (const auto& rule : all_rules()) {
        BOOST_TEST(catalogues().at("en").entries.contains(rule.id), rule.id);
    }
}

BOOST_AUTO_TEST_CASE(values_are_filled_in_once) {
    const problem one{.text = "R-SCH-05", .found = "{allowed}", .allowed = "A, B"};
    BOOST_TEST(describe(one, "en") == "{allowed} is not in the list. Allowed: A, B");
    BOOST_TEST(describe(one, "fr") == "{allowed} ne figure pas dans la liste. Admis : A, B");
    BOOST_TEST(describe(one, "pt") == describe(one, "en"));
    const auto arabic = describe(one, "ar");
    BOOST_TEST(arabic.find("\u2068A, B\u2069") != std::string::npos);
    BOOST_TEST(describe({.text = "R-NONE-00"}, "fr") == "R-NONE-00");
    BOOST_TEST(describe({.text = "R-SCH-01"}, "en") == "Required and missing. Allowed: \u2013");
}

BOOST_AUTO_TEST_SUITE_END()
