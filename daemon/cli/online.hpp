// What every verb that speaks to the daemon does: options, connection, problems, exit codes.
// Way of the message: between main's dispatch and the verbs.
// Not pure: the configuration file, the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/every_verb_test.cpp, system, scripts/demo.
// Limits: none.
#pragma once

#include "daemon/cli/client.hpp"
#include "daemon/cli/options.hpp"

#include <boost/json/object.hpp>

#include <functional>

namespace dhow::cli {

/// A verb at work: its options and a connected client.
struct online {
    parsed_options options;
    client daemon;
    io& streams;

    [[nodiscard]] bool has(const char* name) const { return options.has(name); }
    [[nodiscard]] std::string text(const char* name) const { return options.text(name); }
    [[nodiscard]] bool flag(const char* name) const;
};

/// What is wrong with the values of a verb's options; empty: nothing.
using options_check = std::function<std::string(const parsed_options&)>;

/// Parses, adding --socket, and connects to that or to the configuration's socket. Nothing: the run
/// ends with `code`; what is wrong was said. `check` comes before the connection: a wrong command
/// line is told as such when the daemon is down too.
std::optional<online> go_online(const verb_usage& usage,
                                const boost::program_options::options_description& own,
                                arguments args, io& streams, int& code,
                                const options_check& check = {});

/// The two steps of go_online(), for a verb that can do without the daemon.
std::optional<parsed_options> parse_with_socket(
    const verb_usage& usage, const boost::program_options::options_description& own, arguments args,
    io& streams, int& code, const options_check& check = {});
std::optional<online> connect_to_daemon(parsed_options parsed, io& streams, int& code);

/// An options_check of --class.
std::string check_class(const parsed_options& options);

/// The exit code for a refusal by the daemon with this HTTP status.
exit_code exit_of(unsigned status);

/// One line for each of `problems`: what the rules of a message's kind say of its text.
void print_problems(const boost::json::object& from, std::ostream& out);

/// Says what the daemon refused, and gives the exit code.
int report_refusal(online& verb, const client_reply& reply);
/// Says that the connection broke.
int report_broken(online& verb);

/// The object in a good reply. Nothing: the run ends with `code`; what is wrong was said.
std::optional<boost::json::object> take_object(online& verb,
                                               const std::optional<client_reply>& reply, int& code);
std::optional<boost::json::object> get_object(online& verb, const std::string& target, int& code);

/// POST whose answer is {"text": …}: prints it, or the object for --json.
int post_and_print(online& verb, const std::string& target, const boost::json::object& body);

/// A member as text for people; empty for null or absent. Never control characters, whoever sent
/// it.
std::string shown(const boost::json::object& object, std::string_view name);
std::string printable(std::string_view text);
/// One JSON object as one line.
void print_json(io& streams, const boost::json::object& value);

/// Runs `show` for each object of an array member.
void for_each_object(const boost::json::object& object, std::string_view array,
                     const std::function<void(const boost::json::object&)>& show);

}  // namespace dhow::cli
