// Each kind and each rule by its examples: one test for a kind, one with the name of each rule.
#include "tests/unit/kinds/example_files.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

using namespace dhow::tests;
namespace kinds = dhow::kinds;
namespace json = boost::json;
namespace unit = boost::unit_test;

namespace {

std::string test_name(std::string name) {
    std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
    return name;
}

// The examples are data, so their tests are made when the program starts.
struct registration {
    registration() {
        std::map<std::string, std::vector<const example*>> by_rule;
        std::map<std::string, std::vector<const example*>> by_kind;
        for (const auto& each : all_examples()) {
            by_kind[each.file].push_back(&each);
            for (const auto& rule : each.rules) {
                by_rule[rule].push_back(&each);
            }
        }
        add("rules", by_rule);
        add("kinds", by_kind);
    }

    static void add(const char* name,
                    const std::map<std::string, std::vector<const example*>>& groups) {
        auto* suite = BOOST_TEST_SUITE(name);
        for (const auto& [group, examples] : groups) {
            const auto run = [examples] {
                std::ranges::for_each(examples, [](const auto* each) { check_example(*each); });
            };
            suite->add(unit::make_test_case(run, test_name(group), __FILE__, __LINE__));
        }
        unit::framework::master_test_suite().add(suite);
    }
};
const registration once;

}  // namespace

BOOST_AUTO_TEST_SUITE(examples_test)

BOOST_AUTO_TEST_CASE(every_kind_has_an_accepted_and_three_refused_examples) {
    for (const auto& [name, row] : kinds::registry::in_force().rows()) {
        std::set<std::string> accepted;
        std::set<std::multiset<std::string>> refusals;
        for (const auto& each : all_examples()) {
            if (each.file != name) {
                continue;
            }
            // Each is checked with all others of its kind, in the suite `kinds`.
            BOOST_TEST(each.accepted == each.problems.empty(), name << ": " << each.name);
            BOOST_TEST(json::parse(each.text).at("kind").is_string());
            if (each.accepted) {
                accepted.insert(each.name);
            } else {
                refusals.insert(each.problems);
            }
        }
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(accepted.size() >= 1U);
            BOOST_TEST(refusals.size() >= 3U);  // For different reasons.
        }
    }
}

BOOST_AUTO_TEST_CASE(every_rule_of_the_schemas_and_functions_has_an_example) {
    std::set<std::string> shown;
    for (const auto& each : all_examples()) {
        shown.insert(each.rules.begin(), each.rules.end());
    }
    for (const auto& rule : kinds::registry::in_force().schemas().rules()) {
        BOOST_TEST(shown.contains(rule), rule << " has no example");
    }
    for (const auto& rule : kinds::all_rules()) {
        BOOST_TEST(shown.contains(std::string{rule.id}), rule.id << " has no example");
    }
}

BOOST_AUTO_TEST_CASE(every_rule_that_is_a_function_is_used_by_a_kind_or_by_all) {
    const auto& data = kinds::registry::in_force();
    std::set<std::string, std::less<>> used{data.rules_for_all().begin(),
                                            data.rules_for_all().end()};
    for (const auto& [name, row] : data.rows()) {
        used.insert(row.rules.begin(), row.rules.end());
    }
    for (const auto& rule : kinds::all_rules()) {
        BOOST_TEST(used.contains(rule.id), rule.id << " is not used");
    }
}

BOOST_AUTO_TEST_SUITE_END()
