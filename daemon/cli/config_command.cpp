// `dhow config check`: reads a configuration as the daemon would, and shows all that is wrong.
// Way of the message: none; before a start or reload.
// Not pure: the configuration and the files that it names; the clock, for certificates.
// Spec: docs/man/dhow.1. Tests: unit/cli/config_command_test.cpp.
// Limits: config_findings_max.
#include "config/kinds_folder.hpp"
#include "config/load.hpp"
#include "daemon/app/configuration_facts.hpp"
#include "daemon/app/wall_clock.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/options.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <ostream>

namespace dhow::cli {

namespace {

constexpr verb_usage config_check_usage{
    "config check", "[FILE]",
    "Checks a configuration: keys, values, unreachable bureaus, shadowed routes, certificates.", 0,
    1};

void print_json(const std::vector<config::finding>& findings, const config::loaded& read,
                std::ostream& out) {
    boost::json::array list;
    for (const auto& one : findings) {
        list.push_back({{"severity", to_text(one.grade)},
                        {"file", one.where.file},
                        {"line", one.where.line},
                        {"code", one.code},
                        {"text", one.text},
                        {"hint", one.hint}});
    }
    boost::json::array files(read.files.begin(), read.files.end());
    out << boost::json::object{{"ok", !has_errors(findings)},
                               {"files", std::move(files)},
                               {"findings", std::move(list)}}
        << '\n';
}

void print_text(const std::vector<config::finding>& findings, const config::loaded& read,
                std::ostream& out) {
    for (const auto& one : findings) {
        out << to_text(one) << '\n';
    }
    const auto errors = std::count_if(findings.begin(), findings.end(), [](const auto& one) {
        return one.grade == config::severity::error;
    });
    out << read.files.size() << " files read, " << errors << " errors, "
        << static_cast<std::ptrdiff_t>(findings.size()) - errors << " warnings\n";
}

int run_config_check(arguments args, io& streams) {
    int code = 0;
    const auto options = parse_options(config_check_usage, {}, args, streams, code);
    if (!options) {
        return code;
    }
    const auto& file = options->operands.empty() ? options->config_file : options->operands.front();
    auto kinds = config::use_kinds_folder(file);
    const auto read = config::load_file(file);
    auto findings = std::move(kinds.findings);
    const auto more = app::check_configuration(read, app::wall_now());
    findings.insert(findings.end(), more.begin(), more.end());
    options->json ? print_json(findings, read, streams.out)
                  : print_text(findings, read, streams.out);
    return to_int(has_errors(findings) ? exit_code::bad_configuration : exit_code::done);
}

}  // namespace

int run_config(arguments args, io& streams) {
    constexpr std::array verbs{
        verb{"check", "read a configuration and say what is wrong", run_config_check}};
    return dispatch("dhow config", verbs, args, streams);
}

}  // namespace dhow::cli
