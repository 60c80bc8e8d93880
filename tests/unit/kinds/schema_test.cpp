// The compiled validator: its subset, its patterns, what it refuses to compile.
#include "protocol/kinds/schema.hpp"

#include "protocol/kinds/pattern.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>

using namespace dhow::kinds;
namespace json = boost::json;

namespace {

const std::map<std::string, code_list, std::less<>>& lists() {
    static const auto once = [] {
        std::map<std::string, code_list, std::less<>> out;
        out["closed"].codes = {{"A", ""}, {"B", ""}};
        out["open"].codes = {{"A", ""}};
        out["open"].complete = false;
        return out;
    }();
    return once;
}

schema_set compiled(const char* schema) {
    std::map<std::string, json::object, std::less<>> files;
    files.emplace("s", json::parse(schema).as_object());
    return schema_set{files, lists()};
}

// `TEXT@POINTER` of each problem, with a `?` before warnings.
std::string found(const char* schema, const char* text, check_options options = {}) {
    problem_list problems;
    compiled(schema).check("s", json::parse(text), problems, options);
    std::string out;
    for (const auto& each : problems.all()) {
        out += (out.empty() ? "" : " ") +
               std::string(each.severity == severity::warning ? "?" : "") + each.text + "@" +
               each.pointer;
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schema_test)

BOOST_AUTO_TEST_CASE(types_and_whole_numbers) {
    const auto* schema = R"({"properties": {"a": {"type": ["integer", "null"]}}})";
    for (const auto* good : {R"({"a": 1})", R"({"a": 1.0})", R"({"a": null})", "{}"}) {
        BOOST_TEST(found(schema, good) == "");
    }
    BOOST_TEST(found(schema, R"({"a": 1.5})") == "R-SCH-06@/a");
    BOOST_TEST(found(schema, R"({"a": "1"})") == "R-SCH-06@/a");
}

BOOST_AUTO_TEST_CASE(all_problems_are_listed_at_once) {
    const auto* schema = R"({"required": ["a", "b"], "properties": {"a": {"type": "string"},
        "b": {"maxLength": 2}, "c": {"minimum": 3}, "d": {"items": {"dhow-codes": "closed"}}}})";
    BOOST_TEST(found(schema, R"({"b": "xyz", "c": 2, "d": ["A", "C", "D"], "e": 0})") ==
               "R-SCH-01@/a R-SCH-03@/b R-SCH-09@/c R-SCH-05@/d/1 R-SCH-05@/d/2 R-SCH-02@/e");
}

BOOST_AUTO_TEST_CASE(open_lists_warn) {
    const auto* schema = R"({"properties": {"a": {"dhow-codes": "open"}}})";
    BOOST_TEST(found(schema, R"({"a": "Z"})") == "?R-SCH-05@/a");
    BOOST_TEST(found(schema, R"({"a": 1})") == "R-SCH-05@/a");
}

BOOST_AUTO_TEST_CASE(only_branches_that_apply_name_members) {
    const auto* schema = R"({"properties": {"k": {"type": "string"}},
        "if": {"properties": {"k": {"const": "x"}}, "required": ["k"]},
        "then": {"properties": {"x": {}}}, "else": {"properties": {"y": {}}},
        "allOf": [{"properties": {"z": {}}}]})";
    BOOST_TEST(found(schema, R"({"k": "x", "x": 1, "z": 1})") == "");
    BOOST_TEST(found(schema, R"({"k": "x", "y": 1})") == "R-SCH-02@/y");
    BOOST_TEST(found(schema, R"({"k": "w", "y": 1})") == "");
}

BOOST_AUTO_TEST_CASE(undefined_members_survive_at_the_receiver) {
    const auto* schema = R"({"properties": {"a": {}}})";
    const check_options receiver{.undefined_refused = false};
    BOOST_TEST(found(schema, R"({"b": 1, "x_c": 1, "must_d": 1})", receiver) ==
               "?R-SCH-02@/b R-EXT-01@/must_d");
    BOOST_TEST(found(schema, R"({"x_c": {"any": 1}})") == "");
    BOOST_TEST(found(R"({"type": "object"})", R"({"b": 1})") == "");
}

BOOST_AUTO_TEST_CASE(any_of_one_of_and_not) {
    BOOST_TEST(found(R"({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]})", "{}") ==
               "R-SCH-13@");
    BOOST_TEST(found(R"({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]})",
                     R"({"a": 1, "b": 1})") == "");
    const auto* one = R"({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]})";
    BOOST_TEST(found(one, R"({"a": 1, "b": 1})") == "R-SCH-13@");
    BOOST_TEST(found(one, R"({"b": 1})") == "");
    BOOST_TEST(found(R"({"not": {"required": ["a"]}})", R"({"a": 1})") == "R-SCH-15@");
}

BOOST_AUTO_TEST_CASE(a_text_without_format_is_one_line_also_by_reference) {
    const auto* schema = R"({"$defs": {"t": {"type": "string", "format": "text"}},
        "properties": {"a": {"type": "string"}, "b": {"$ref": "#/$defs/t",
        "dhow-rule": "R-AAA-01"}}})";
    BOOST_TEST(found(schema, R"({"a": "x\ny", "b": "x\ny"})") == "R-SCH-14@/a");
    BOOST_TEST(found(schema, R"({"b": "x\u202ey"})") == "R-SCH-14@/b");
}

BOOST_AUTO_TEST_CASE(lists_have_bounds) {
    const auto* schema =
        R"({"properties": {"a": {"minItems": 1, "maxItems": 3, "uniqueItems": true}}})";
    BOOST_TEST(found(schema, R"({"a": []})") == "R-SCH-11@/a");
    BOOST_TEST(found(schema, R"({"a": [1, 2, 3, 4]})") == "R-SCH-10@/a");
    BOOST_TEST(found(schema, R"({"a": [1, 2, 1]})") == "R-SCH-12@/a/2");
}

BOOST_AUTO_TEST_CASE(rules_are_inherited_and_taken_away) {
    const auto* schema = R"({"properties": {"a": {"dhow-rule": "R-AAA-01", "required": ["b"],
        "properties": {"b": {}, "c": {"type": "string", "dhow-rule": "R-AAA-02"}}}}})";
    problem_list problems;
    const auto set = compiled(schema);
    set.check("s", json::parse(R"({"a": {"c": 1}})"), problems, {});
    BOOST_REQUIRE(problems.all().size() == 2);
    BOOST_TEST(problems.all()[0].rule == "R-AAA-01");
    BOOST_TEST(problems.all()[1].rule == "R-AAA-02");
    BOOST_TEST((set.rules() == std::vector<std::string>{"R-AAA-01", "R-AAA-02"}));
    BOOST_TEST(found(schema, R"({"a": {"c": 1}})", {.without = "R-AAA-02"}) == "R-SCH-01@/a/b");
    BOOST_TEST(found(schema, R"({"a": {"c": 1}})", {.without = "R-AAA-01"}) == "");
}

BOOST_AUTO_TEST_CASE(what_is_outside_the_subset_does_not_compile) {
    for (const auto* bad :
         {R"({"patternProperties": {}})", R"({"properties": {"a": {"multipleOf": 2}}})",
          R"({"type": "decimal"})", R"({"const": 1})", R"({"uniqueItems": true})",
          R"({"pattern": "a"})", R"({"format": "email"})", R"({"dhow-codes": "none"})",
          R"({"$ref": "#/$defs/none", "$defs": {}})", R"({"$ref": "other#/$defs/a"})",
          R"({"dependentRequired": {}})"}) {
        BOOST_CHECK_THROW(compiled(bad), std::runtime_error);
    }
}

BOOST_AUTO_TEST_CASE(patterns_match_all_of_a_text) {
    const auto matches = [](const char* form, std::string_view text) {
        const auto made = pattern::compile(form);
        BOOST_REQUIRE(made.has_value());
        return made->matches(text);
    };
    BOOST_TEST(matches("^[0-9]{4}/[0-9]{1,6}$", "2026/1"));
    BOOST_TEST(matches("^[0-9]{4}/[0-9]{1,6}$", "2026/123456"));
    BOOST_TEST(!matches("^[0-9]{4}/[0-9]{1,6}$", "2026/1234567"));
    BOOST_TEST(!matches("^[0-9]{4}/[0-9]{1,6}$", "2026/"));
    BOOST_TEST(!matches("^[0-9]{4}/[0-9]{1,6}$", " 2026/1"));
    BOOST_TEST(matches("^(ab|c)+d?$", "abcab"));
    BOOST_TEST(matches("^(ab|c)+d?$", "cd"));
    BOOST_TEST(!matches("^(ab|c)+d?$", "d"));
    BOOST_TEST(matches("^x*$", ""));
    BOOST_TEST(matches("^\\+[0-9]{0,2}$", "+"));
    BOOST_TEST(matches("^[+]?[0-9 ()/-]{3,32}$", "+00 (0) 0/0-0"));
    BOOST_TEST(!matches("^[a-z]{2,3}$", "English"));
    BOOST_TEST(!matches("^[a-z]*$", "\u00e9"));
    BOOST_TEST(matches("^(a{0,2}b){2}$", "aabb"));
}

BOOST_AUTO_TEST_CASE(patterns_outside_the_dialect_are_refused) {
    for (const auto* bad :
         {"", "^", "a", "^a", "a$", "^a.b$", "^[^a]$", "^[]$", "^[z-a]$", "^(a$", "^a)$", "^a{2$",
          "^a{3,2}$", "^*$", "^\\d$", "^[a$", "^a{1000}$", "^\u00e9$", "^((a{99}){99}){99}$"}) {
        BOOST_TEST(!pattern::compile(bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_CASE(hostile_texts_cost_linear_time) {
    const auto made = pattern::compile("^(a*)*(a|aa)+b$");
    BOOST_REQUIRE(made.has_value());
    const std::string text(1'000'000, 'a');
    BOOST_TEST(!made->matches(text));  // would never end where it is tried way by way
    BOOST_TEST(made->matches(text + "b"));
}

BOOST_AUTO_TEST_SUITE_END()
