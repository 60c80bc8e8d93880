// Parses with Boost.Program_options; words errors and help the same for every verb.
// Way of the message: see options.hpp.
// Not pure: environment, the configuration file. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/options_test.cpp.
// Limits: none.
#include "daemon/cli/options.hpp"

#include "config/kinds_folder.hpp"
#include "config/load.hpp"
#include "config/nearest.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>

#include <algorithm>
#include <cstdlib>
#include <ostream>

namespace dhow::cli {

namespace {

namespace po = boost::program_options;

constexpr auto operands_name = "operands";
constexpr auto default_configuration = "/etc/dhow/dhow.yaml";

void add_common(po::options_description& options) {
    // clang-format off
    options.add_options()
        ("config", po::value<std::string>()->value_name("FILE"),
         "configuration (default: $DHOW_CONFIG, else /etc/dhow/dhow.yaml)")
        ("json", po::bool_switch(), "JSON on standard output; of a list, one object a line")
        ("help,h", po::bool_switch(), "this text");
    // clang-format on
}

void print_help(const verb_usage& usage, const po::options_description& options,
                std::ostream& out) {
    out << "usage: dhow " << usage.name;
    if (!usage.operands.empty()) {
        out << ' ' << usage.operands;
    }
    out << " [options]\n" << usage.summary << "\n\n" << options;
}

std::string config_file_of(const po::variables_map& values) {
    if (values.contains("config")) {
        return values["config"].as<std::string>();
    }
    const char* from_environment = std::getenv("DHOW_CONFIG");
    return from_environment != nullptr && *from_environment != '\0' ? from_environment
                                                                    : default_configuration;
}

/// ", did you mean --wait?" or nothing.
std::string suggestion(const std::string& wrong, const po::options_description& options) {
    std::vector<std::string_view> known;
    for (const auto& one : options.options()) {
        known.push_back(one->long_name());
    }
    const auto dashes = std::min(wrong.find_first_not_of('-'), wrong.size());
    const auto near = config::nearest(std::string_view(wrong).substr(dashes), known);
    return near.empty() ? "" : ", did you mean --" + std::string(near) + "?";
}

po::variables_map parse(const po::options_description& visible, arguments args) {
    po::options_description all;
    all.add(visible);
    all.add_options()(operands_name, po::value<std::vector<std::string>>());
    po::positional_options_description positions;
    positions.add(operands_name, -1);
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::variables_map values;
    po::store(po::command_line_parser({args.begin(), args.end()})
                  .options(all)
                  .positional(positions)
                  .style(style)
                  .run(),
              values);
    if (!values["help"].as<bool>()) {
        po::notify(values);  // What is required is not for those who only ask.
    }
    return values;
}

std::string unknown_verb(std::string_view program, std::span<const verb> verbs,
                         const std::string& wrong) {
    std::vector<std::string_view> known;
    for (const auto& one : verbs) {
        known.push_back(one.name);
    }
    std::string text = std::string(program) + ": unknown command '" + wrong + '\'';
    if (const auto near = config::nearest(wrong, known); !near.empty()) {
        text += ", did you mean '" + std::string(near) + "'?";
    }
    return text + "\nTry '" + std::string(program) + " help'.\n";
}

void print_verbs(std::string_view program, std::span<const verb> verbs, std::ostream& out) {
    out << "usage: " << program << " COMMAND [options]\n\ncommands:\n";
    std::size_t width = 0;
    for (const auto& one : verbs) {
        width = std::max(width, one.name.size());
    }
    for (const auto& one : verbs) {
        out << "  " << one.name << std::string(width + 2 - one.name.size(), ' ') << one.summary
            << '\n';
    }
    out << "\nEach command explains itself with --help; see also dhow(1).\n";
}

void print_findings(const std::vector<config::finding>& findings, io& streams) {
    for (const auto& one : findings) {
        streams.err << to_text(one) << '\n';
    }
}

}  // namespace

std::string parsed_options::text(const char* name) const {
    return has(name) ? values[name].as<std::string>() : std::string{};
}

std::vector<std::string> parsed_options::texts(const char* name) const {
    return has(name) ? values[name].as<std::vector<std::string>>() : std::vector<std::string>{};
}

std::string full_time(std::string text) {
    constexpr std::size_t minutes_size = 16;
    constexpr std::size_t seconds_size = 19;
    if (!text.ends_with('Z')) {
        return text;
    }
    text.pop_back();
    text += text.size() == minutes_size ? ":00" : "";
    text += text.size() == seconds_size ? ".000" : "";
    return text + 'Z';
}

int usage_error(const verb_usage& usage, io& streams, std::string_view what) {
    streams.err << "dhow " << usage.name << ": " << what << "\nTry 'dhow " << usage.name
                << " --help'.\n";
    return to_int(exit_code::usage);
}

std::optional<parsed_options> parse_options(const verb_usage& usage,
                                            const po::options_description& own, arguments args,
                                            io& streams, int& code) {
    po::options_description visible("options");
    visible.add(own);
    add_common(visible);
    parsed_options out;
    try {
        out.values = parse(visible, args);
    } catch (const po::unknown_option& error) {
        code = usage_error(usage, streams,
                           "unknown option " + error.get_option_name() +
                               suggestion(error.get_option_name(), visible));
        return std::nullopt;
    } catch (const po::error& error) {
        code = usage_error(usage, streams, error.what());
        return std::nullopt;
    }
    if (out.values["help"].as<bool>()) {
        print_help(usage, visible, streams.out);
        code = to_int(exit_code::done);
        return std::nullopt;
    }
    if (out.values.contains(operands_name)) {
        out.operands = out.values[operands_name].as<std::vector<std::string>>();
    }
    if (out.operands.size() < usage.operands_min || out.operands.size() > usage.operands_max) {
        const std::string expected =
            usage.operands.empty() ? "no operand" : std::string(usage.operands);
        code = usage_error(usage, streams,
                           "expected " + expected + ", found " +
                               std::to_string(out.operands.size()) + " operands");
        return std::nullopt;
    }
    out.config_file = config_file_of(out.values);
    out.json = out.values["json"].as<bool>();
    return out;
}

bool use_kinds(const parsed_options& options, io& streams) {
    const auto folder = config::use_kinds_folder(options.config_file);
    print_findings(folder.findings, streams);
    return folder.findings.empty();
}

std::optional<config::gateway> load_configuration(const parsed_options& options, io& streams) {
    if (!use_kinds(options, streams)) {
        return std::nullopt;
    }
    auto read = config::load_file(options.config_file);
    if (read.ok()) {
        return std::move(read.settings);
    }
    print_findings(read.findings, streams);
    return std::nullopt;
}

int dispatch(std::string_view program, std::span<const verb> verbs, arguments args, io& streams) {
    if (args.empty()) {
        print_verbs(program, verbs, streams.err);
        return to_int(exit_code::usage);
    }
    const bool asks_help =
        args.front() == "help" || args.front() == "--help" || args.front() == "-h";
    if (asks_help && args.size() == 1) {
        print_verbs(program, verbs, streams.out);
        return to_int(exit_code::done);
    }
    const std::string& name = asks_help ? args[1] : args[0];
    const auto found =
        std::find_if(verbs.begin(), verbs.end(), [&](const verb& one) { return one.name == name; });
    if (found == verbs.end()) {
        streams.err << unknown_verb(program, verbs, name);
        return to_int(exit_code::usage);
    }
    static const std::vector<std::string> help{"--help"};
    return found->run(asks_help ? arguments(help) : args.subspan(1), streams);
}

}  // namespace dhow::cli
