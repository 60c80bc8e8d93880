// `dhow route explain`: its options, what it asks, the lines and the JSON that it prints.
// Way of the message: tests of daemon/cli/route_command.
// Not pure: a fake daemon on a Unix socket.
// Spec: docs/man/dhow.1.
// Limits: none.
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::run_route;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;
const std::vector<canned_reply> explained{
    {200, R"({"lines":["rule 1 matches MU","by ipsg"],"via":["ipsg"]})"}};
}  // namespace

BOOST_AUTO_TEST_SUITE(route_command_test)

BOOST_AUTO_TEST_CASE(each_line_of_the_explanation_is_a_line) {
    fake_daemon daemon(explained);
    const auto got = daemon.run(run_route, {"explain", "--to", "MU"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "rule 1 matches MU\nby ipsg\n");
    BOOST_TEST(got.err == "");
}

BOOST_AUTO_TEST_CASE(without_a_class_it_asks_for_routine) {
    fake_daemon daemon(explained);
    BOOST_TEST(daemon.run(run_route, {"explain", "--to", "MU"}).code == to_int(exit_code::done));
    BOOST_TEST(daemon.requests() == texts{"GET /admin/v1/routes/explain?to=MU&class=routine "},
               per_element());
}

BOOST_AUTO_TEST_CASE(the_class_that_is_given_is_asked_for) {
    fake_daemon daemon(explained);
    const auto got = daemon.run(run_route, {"explain", "--class=flash", "--to=KE"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(daemon.requests() == texts{"GET /admin/v1/routes/explain?to=KE&class=flash "},
               per_element());
}

BOOST_AUTO_TEST_CASE(values_cannot_become_other_parameters) {
    fake_daemon daemon(explained);
    const auto got = daemon.run(run_route, {"explain", "--to", "MU&x=1 y", "--class", "bulk"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    const texts wanted{"GET /admin/v1/routes/explain?to=MU%26x%3D1%20y&class=bulk "};
    BOOST_TEST(daemon.requests() == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(json_is_the_whole_object_on_one_line) {
    fake_daemon daemon(explained);
    const auto got = daemon.run(run_route, {"explain", "--to", "MU", "--json"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out.find('\n') == got.out.size() - 1);
    const auto value = boost::json::parse(got.out);
    BOOST_TEST(value.at("via").at(0).as_string() == "ipsg");
    BOOST_TEST(value.at("lines").as_array().size() == 2U);
}

BOOST_AUTO_TEST_CASE(control_characters_never_reach_the_terminal) {
    fake_daemon daemon({{200, R"({"lines":["by \u001b[2J\nipsg"]})"}});
    BOOST_TEST(daemon.run(run_route, {"explain", "--to", "MU"}).out == "by  [2J ipsg\n");
}

BOOST_AUTO_TEST_CASE(an_answer_without_lines_prints_nothing) {
    fake_daemon daemon({{200, R"({"lines":null})"}});
    const auto got = daemon.run(run_route, {"explain", "--to", "MU"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "");
}

BOOST_AUTO_TEST_CASE(a_bureau_or_class_that_is_none_is_a_wrong_command_line) {
    fake_daemon daemon({{400, R"({"title":"T","code":"bad-request","detail":"D"})"}});
    const auto got = daemon.run(run_route, {"explain", "--to", "mu"});
    BOOST_TEST(got.code == to_int(exit_code::usage));
    BOOST_TEST(got.err == "dhow: T: D\n");
    BOOST_TEST(got.out == "");
}

BOOST_AUTO_TEST_CASE(without_a_recipient_it_is_a_usage_error) {
    const auto got = run_verb(run_route, {"explain"});
    BOOST_TEST(got.code == to_int(exit_code::usage));
    BOOST_TEST(contains(got.err, "--to"), got.err);
    BOOST_TEST(contains(got.err, "Try 'dhow route explain --help'."), got.err);
}

BOOST_AUTO_TEST_CASE(it_takes_no_operand) {
    const auto got = run_verb(run_route, {"explain", "MU", "--to", "MU"});
    BOOST_TEST(got.code == to_int(exit_code::usage));
    BOOST_TEST(contains(got.err, "expected no operand, found 1"), got.err);
}

BOOST_AUTO_TEST_CASE(help_shows_its_options_and_needs_none) {
    const auto got = run_verb(run_route, {"explain", "--help"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    for (const auto* text :
         {"usage: dhow route explain", "--to BUREAU", "--class CLASS", "--socket PATH"}) {
        BOOST_TEST(contains(got.out, text), text << " is missing in " << got.out);
    }
}

BOOST_AUTO_TEST_CASE(a_mistyped_verb_names_the_nearest_and_none_is_a_usage_error) {
    const auto mistyped = run_verb(run_route, {"explian", "--to", "MU"});
    BOOST_TEST(mistyped.code == to_int(exit_code::usage));
    BOOST_TEST(contains(mistyped.err, "dhow route: unknown command 'explian'"), mistyped.err);
    BOOST_TEST(contains(mistyped.err, "did you mean 'explain'?"), mistyped.err);
    const auto none = run_verb(run_route, {});
    BOOST_TEST(none.code == to_int(exit_code::usage));
    BOOST_TEST(none.out == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
