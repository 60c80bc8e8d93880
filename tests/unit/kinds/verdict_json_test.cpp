// Verdicts as JSON: all problems, numbers of INT-I, languages.
#include "protocol/kinds/verdict_json.hpp"

#include "protocol/kinds/catalogue.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

using namespace dhow::kinds;
namespace json = boost::json;

namespace {

constexpr std::string_view two_mistakes = R"({"kind": "message.text", "schema_version": 1,
    "language": "en", "purpose": "administrative",
    "confidentiality": "INTERPOL FOR OFFICIAL USE ONLY", "body": {"role": "request", "txt": "x"}})";

json::object judged(std::string_view text, std::string_view language = "en") {
    return to_json(validate(registry::in_force(), {.kind = "message.text"}, text), language);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(verdict_json_test)

BOOST_AUTO_TEST_CASE(every_problem_is_listed_with_place_rule_and_words) {
    const auto value = judged(two_mistakes);
    BOOST_TEST(value.at("ok").as_bool() == false);
    BOOST_TEST(value.at("kind").as_string() == "message.text");
    BOOST_TEST(value.at("known").as_bool());
    const auto& problems = value.at("problems").as_array();
    BOOST_REQUIRE(problems.size() == 2U);
    std::set<std::string> places;
    for (const auto& each : problems) {
        places.emplace(each.at("pointer").as_string());
        BOOST_TEST(each.at("severity").as_string() == "refusal");
        BOOST_TEST(!each.at("text").as_string().empty());
    }
    BOOST_TEST((places == std::set<std::string>{"/body/text", "/body/txt"}));
}

BOOST_AUTO_TEST_CASE(numbers_are_there_where_one_exists) {
    const auto value = judged(two_mistakes);
    for (const auto& each : value.at("problems").as_array()) {
        const auto* wanted = each.at("pointer").as_string() == "/body/text" ? "101" : "103";
        BOOST_TEST(each.at("number").as_string() == wanted);
    }
    const auto none = judged("[");
    BOOST_TEST(none.at("problems").at(0).as_object().if_contains("number") == nullptr);
}

BOOST_AUTO_TEST_CASE(words_come_in_the_language_that_is_asked_for) {
    const auto english = judged(two_mistakes).at("problems").at(0).at("text").as_string();
    for (const auto& [language, words] : catalogues()) {
        const auto text =
            judged(two_mistakes, language).at("problems").at(0).at("text").as_string();
        BOOST_TEST((text == english) == (language == "en"), language);
    }
}

BOOST_AUTO_TEST_CASE(the_language_is_the_first_one_known_of_those_wanted) {
    BOOST_TEST(language_of("fr") == "fr");
    BOOST_TEST(language_of("pt-MZ, fr-CI;q=0.8, en;q=0.5") == "fr");
    BOOST_TEST(language_of("ES") == "es");
    BOOST_TEST(language_of("ar_TN.UTF-8") == "ar");
    for (const auto* other : {"", "pt", ",,", "*", "frr"}) {
        BOOST_TEST(language_of(other) == "en", other);
    }
}

BOOST_AUTO_TEST_CASE(problems_are_counted_by_severity) {
    const auto verdict = validate(registry::in_force(), {}, R"({"kind": "hit.consultation"})");
    BOOST_TEST(count_of(verdict, severity::warning) == 1U);
    BOOST_TEST(count_of(verdict, severity::refusal) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
