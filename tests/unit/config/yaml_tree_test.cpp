// YAML to a tree: lines, quotes, and everything of YAML that is refused.
#include "config/yaml_tree.hpp"

#include "protocol/limits.hpp"
#include "tests/unit/config/sample.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

namespace data = boost::unit_test::data;
namespace limits = dhow::protocol::limits;
using namespace dhow::config;
using dhow::tests::text_of;

struct refused {
    const char* text;
    const char* code;
    std::size_t line;
};
std::ostream& operator<<(std::ostream& out, const refused& one) { return out << one.code; }

const refused refused_texts[] = {
    {"a: &x 1\n", "anchor", 1},
    {"a: &x [1]\nb: *x\n", "anchor", 1},
    {"a: !!binary aGFsbG8=\n", "tag", 1},
    {"a: 1\n---\nb: 2\n", "several-documents", 2},
    {"? [a]\n: 1\n", "key-is-no-text", 1},
    {"a: [1\nb: 2\n", "no-yaml", 2},
    {"a:\n\t- b\n", "no-yaml", 2},
    {"a: *\n", "no-yaml", 1},
    {"a: 1\nb: \xff\n", "bad-text", 2},
    {"a: \x1b[31m\n", "bad-text", 1},
    {"a: \xc0\xaf\n", "bad-text", 1},
    {"a: \xed\xa0\x80\n", "bad-text", 1},
    {"a: \xf4\x90\x80\x80\n", "bad-text", 1},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(yaml_tree_test)

BOOST_AUTO_TEST_CASE(keeps_lines_order_and_quotes) {
    std::vector<finding> problems;
    const auto root = parse_yaml("b: x\na:\n  - 'NO'\n  - NO\nc:\n", "f", problems);
    BOOST_TEST(text_of(problems) == "");
    BOOST_REQUIRE(root.has_value());
    BOOST_TEST(root->members.at(0).key == "b");
    BOOST_TEST(root->members.at(1).line == 2u);
    const auto& items = root->members.at(1).value.items;
    BOOST_TEST(items.at(0).line == 3u);
    BOOST_TEST(!items.at(0).plain);
    BOOST_TEST(items.at(1).plain);
    BOOST_TEST((root->members.at(2).value.type == yaml_node::kind::null));
}

BOOST_AUTO_TEST_CASE(accepts_text_of_all_scripts) {
    std::vector<finding> problems;
    const auto root = parse_yaml(
        "name: Nuku\xca\xbb"
        "alofa \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x8f\x9d\n",
        "f", problems);
    BOOST_TEST(text_of(problems) == "");
    BOOST_TEST(root.has_value());
}

BOOST_DATA_TEST_CASE(refuses_what_is_not_needed_of_yaml, data::make(refused_texts), one) {
    std::vector<finding> problems;
    BOOST_TEST(!parse_yaml(one.text, "f", problems).has_value());
    BOOST_REQUIRE(problems.size() == 1u);
    BOOST_TEST(problems[0].code == one.code);
    BOOST_TEST(problems[0].where.line == one.line);
}

BOOST_AUTO_TEST_CASE(refuses_a_file_above_the_bound_and_takes_one_at_it) {
    const std::string head = "a: 1\n#";
    std::vector<finding> problems;
    BOOST_TEST(
        parse_yaml(head + std::string(limits::config_bytes_max - head.size(), 'x'), "f", problems)
            .has_value());
    BOOST_TEST(!parse_yaml(head + std::string(limits::config_bytes_max - head.size() + 1, 'x'), "f",
                           problems)
                    .has_value());
    BOOST_REQUIRE(problems.size() == 1u);
    BOOST_TEST(problems[0].code == "too-large");
}

BOOST_AUTO_TEST_CASE(refuses_depth_above_the_bound) {
    for (const auto depth : {limits::config_depth_max, limits::config_depth_max + 1}) {
        std::vector<finding> problems;
        const auto root =
            parse_yaml(std::string(depth, '[') + std::string(depth, ']'), "f", problems);
        BOOST_TEST(root.has_value() == (depth == limits::config_depth_max));
    }
    std::vector<finding> problems;
    BOOST_TEST(!parse_yaml(std::string(100'000, '['), "f", problems).has_value());
    BOOST_TEST(!parse_yaml(std::string(100'000, '{'), "f", problems).has_value());
}

BOOST_AUTO_TEST_CASE(refuses_more_values_than_the_bound) {
    std::string text = "a: [";
    for (std::size_t i = 0; i < limits::config_nodes_max; ++i) {
        text += "1,";
    }
    std::vector<finding> problems;
    BOOST_TEST(!parse_yaml(text + "1]\n", "f", problems).has_value());
    BOOST_REQUIRE(problems.size() == 1u);
    BOOST_TEST(problems[0].code == "too-many-values");
}

BOOST_AUTO_TEST_CASE(a_key_that_stands_twice_is_a_problem_at_its_line) {
    std::vector<finding> problems;
    const auto root = parse_yaml("a: 1\nb: 2\na: 3\n", "f", problems);
    BOOST_REQUIRE(root.has_value());
    BOOST_TEST(root->members.size() == 2u);
    BOOST_REQUIRE(problems.size() == 1u);
    BOOST_TEST(to_text(problems[0]) ==
               "f:3: error: the key `a` stands twice; first in line 1\n    Remove one of them.");
}

BOOST_AUTO_TEST_SUITE_END()
