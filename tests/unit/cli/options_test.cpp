// Shared options, their errors, and the choice of a verb.
#include "daemon/cli/options.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdlib>
#include <sstream>

namespace {

using namespace dhow::cli;
namespace po = boost::program_options;

struct terminal {
    std::istringstream in;
    std::ostringstream out, err;
    io streams{in, out, err, false};
};

constexpr verb_usage usage{"inbox get", "ID", "Gets a message.", 1, 1};

struct outcome {
    std::optional<parsed_options> options;
    int code = -1;
    std::string out, err;
};

outcome parse(const std::vector<std::string>& args) {
    po::options_description own;
    own.add_options()("wait", po::value<std::string>()->value_name("TIME"), "how long")(
        "to", po::value<std::vector<std::string>>(), "recipient");
    terminal screen;
    outcome result;
    result.options = parse_options(usage, own, args, screen.streams, result.code);
    result.out = screen.out.str();
    result.err = screen.err.str();
    return result;
}

int says_args(arguments args, io& streams) {
    for (const auto& one : args) {
        streams.out << one << ' ';
    }
    return 8;
}

constexpr std::array verbs{verb{"status", "where a message is", says_args},
                           verb{"why", "why it is there", says_args}};

outcome choose(const std::vector<std::string>& args) {
    terminal screen;
    outcome result;
    result.code = dispatch("dhow", verbs, args, screen.streams);
    result.out = screen.out.str();
    result.err = screen.err.str();
    return result;
}

bool contains(const std::string& text, const std::string& wanted) {
    return text.find(wanted) != std::string::npos;
}

struct no_environment {
    no_environment() { ::unsetenv("DHOW_CONFIG"); }
    ~no_environment() { ::unsetenv("DHOW_CONFIG"); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(options_test, no_environment)

BOOST_AUTO_TEST_CASE(reads_options_and_operands_in_any_order) {
    const auto result = parse({"--to", "MU", "ID-1", "--json", "--to=KE", "--wait", "60s"});
    BOOST_REQUIRE_MESSAGE(result.options.has_value(), result.err);
    BOOST_TEST(result.options->json);
    BOOST_TEST(result.options->operands.at(0) == "ID-1");
    BOOST_TEST(result.options->values["to"].as<std::vector<std::string>>().size() == 2u);
    BOOST_TEST(result.options->values["wait"].as<std::string>() == "60s");
}

BOOST_AUTO_TEST_CASE(the_configuration_is_named_by_option_then_environment_then_default) {
    BOOST_TEST(parse({"ID"}).options->config_file == "/etc/dhow/dhow.yaml");
    ::setenv("DHOW_CONFIG", "/srv/dhow.yaml", 1);
    BOOST_TEST(parse({"ID"}).options->config_file == "/srv/dhow.yaml");
    BOOST_TEST(parse({"ID", "--config", "x.yaml"}).options->config_file == "x.yaml");
}

BOOST_AUTO_TEST_CASE(help_lists_every_option_and_ends_the_run) {
    const auto result = parse({"--help"});
    BOOST_TEST(!result.options.has_value());
    BOOST_TEST(result.code == to_int(exit_code::done));
    for (const auto* text : {"usage: dhow inbox get ID [options]", "Gets a message.", "--wait TIME",
                             "--config FILE", "--json", "--help"}) {
        BOOST_TEST(contains(result.out, text), text << " is missing in " << result.out);
    }
}

BOOST_AUTO_TEST_CASE(help_asks_for_no_required_option) {
    po::options_description own;
    own.add_options()("body", po::value<std::string>()->required(), "text");
    terminal screen;
    int code = -1;
    BOOST_TEST(!parse_options(usage, own, std::vector<std::string>{"--help"}, screen.streams, code)
                    .has_value());
    BOOST_TEST(code == to_int(exit_code::done));
    BOOST_TEST(!parse_options(usage, own, std::vector<std::string>{"ID"}, screen.streams, code)
                    .has_value());
    BOOST_TEST(contains(screen.err.str(), "--body"), screen.err.str());
}

BOOST_AUTO_TEST_CASE(a_mistyped_option_names_the_nearest) {
    const auto result = parse({"ID", "--wiat", "60s"});
    BOOST_TEST(result.code == to_int(exit_code::usage));
    BOOST_TEST(contains(result.err, "unknown option --wiat, did you mean --wait?"), result.err);
    BOOST_TEST(result.out == "");
}

BOOST_AUTO_TEST_CASE(abbreviated_options_are_refused) {
    BOOST_TEST(parse({"ID", "--wai", "60s"}).code == to_int(exit_code::usage));
}

BOOST_AUTO_TEST_CASE(missing_values_and_wrong_numbers_of_operands_are_usage_errors) {
    BOOST_TEST(parse({"ID", "--wait"}).code == to_int(exit_code::usage));
    BOOST_TEST(parse({}).code == to_int(exit_code::usage));
    const auto result = parse({"a", "b"});
    BOOST_TEST(result.code == to_int(exit_code::usage));
    BOOST_TEST(contains(result.err, "expected ID, found 2 operands"), result.err);
}

BOOST_AUTO_TEST_CASE(a_verb_gets_what_follows_it) {
    const auto result = choose({"why", "ID", "--json"});
    BOOST_TEST(result.code == 8);
    BOOST_TEST(result.out == "ID --json ");
}

BOOST_AUTO_TEST_CASE(an_unknown_verb_names_the_nearest) {
    const auto result = choose({"sttaus"});
    BOOST_TEST(result.code == to_int(exit_code::usage));
    BOOST_TEST(contains(result.err, "unknown command 'sttaus', did you mean 'status'?"),
               result.err);
}

BOOST_AUTO_TEST_CASE(help_lists_verbs_and_help_of_a_verb_is_its_own) {
    const auto all = choose({"--help"});
    BOOST_TEST(all.code == to_int(exit_code::done));
    BOOST_TEST(contains(all.out, "status  where a message is"), all.out);
    BOOST_TEST(choose({"help", "why"}).out == "--help ");
}

BOOST_AUTO_TEST_CASE(no_verb_is_a_usage_error_and_keeps_standard_output_empty) {
    const auto result = choose({});
    BOOST_TEST(result.code == to_int(exit_code::usage));
    BOOST_TEST(result.out == "");
}

BOOST_AUTO_TEST_CASE(a_configuration_with_errors_is_shown_and_not_returned) {
    terminal screen;
    parsed_options options;
    options.config_file = "/nonexistent/dhow.yaml";
    BOOST_TEST(!load_configuration(options, screen.streams).has_value());
    BOOST_TEST(contains(screen.err.str(), "/nonexistent/dhow.yaml: error: cannot read"));
}

BOOST_AUTO_TEST_SUITE_END()
