// Options that all verbs of `dhow` share, their help, and the configuration that they name.
// Way of the message: none; first thing that each verb does.
// Not pure: environment, the configuration file. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/options_test.cpp.
// Limits: none.
#pragma once

#include "config/model.hpp"
#include "daemon/cli/commands.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::cli {

/// How a verb is called. A verb with sub-verbs has one of these for each.
struct verb_usage {
    std::string_view name;      ///< `inbox get`
    std::string_view operands;  ///< `ID [ID]...`; empty: takes none.
    std::string_view summary;   ///< One sentence.
    std::size_t operands_min = 0;
    std::size_t operands_max = 0;
};

struct parsed_options {
    boost::program_options::variables_map values;
    std::vector<std::string> operands;
    std::string config_file;  ///< --config, else $DHOW_CONFIG, else /etc/dhow/dhow.yaml.
    bool json = false;        ///< --json: JSON alone on `out`; of lists, one object a line.

    [[nodiscard]] bool has(const char* name) const { return values.contains(name); }
    /// Empty when it is not given.
    [[nodiscard]] std::string text(const char* name) const;
    /// All values of an option that may be repeated.
    [[nodiscard]] std::vector<std::string> texts(const char* name) const;
};

/// Reads a command line with the verb's own options and --config, --json, --help. Nothing when the
/// run ends here, after help or a usage error; then `code` is the exit code.
std::optional<parsed_options> parse_options(const verb_usage& usage,
                                            const boost::program_options::options_description& own,
                                            arguments args, io& streams, int& code);

/// A time as the daemon reads it; people may leave out seconds and fraction.
std::string full_time(std::string text);

/// One line on `err`, how to get help, and exit_code::usage.
int usage_error(const verb_usage& usage, io& streams, std::string_view what);

/// Puts in force what `kinds.d` beside the configuration changes of the kinds. False after its
/// errors went to `err`; then the exit code is bad_configuration.
bool use_kinds(const parsed_options& options, io& streams);

/// The configuration with its kinds, or nothing after its errors went to `err`; then the exit code
/// is bad_configuration.
std::optional<config::gateway> load_configuration(const parsed_options& options, io& streams);

/// A verb, or a sub-verb such as `list` of `inbox`, in a table for dispatch().
struct verb {
    std::string_view name;
    std::string_view summary;
    int (*run)(arguments args, io& streams);
};

/// Runs the verb that the first argument names; help for --help, `help` or no argument. An unknown
/// one is a usage error that names the nearest. `program` is what stands before it: `dhow inbox`.
int dispatch(std::string_view program, std::span<const verb> verbs, arguments args, io& streams);

}  // namespace dhow::cli
