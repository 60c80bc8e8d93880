// What every verb that speaks to the daemon does: options, connection, problems, exit codes.
// Way of the message: between main's dispatch and the verbs.
// Not pure: the configuration file, the socket. One thread.
// Spec: docs/man/dhow.1. Tests: system, scripts/demo.
// Limits: none.
#pragma once

#include "daemon/cli/client.hpp"
#include "daemon/cli/options.hpp"

#include <boost/json/object.hpp>

namespace dhow::cli {

/// A verb at work: its options and a connected client.
struct online {
    parsed_options options;
    client daemon;
    io& streams;

    [[nodiscard]] bool has(const char* name) const { return options.values.contains(name); }
    [[nodiscard]] std::string text(const char* name) const;
    [[nodiscard]] bool flag(const char* name) const;
};

/// Parses, adding --socket, and connects to that or to the configuration's socket. Nothing: the run
/// ends with `code`; what is wrong was said.
std::optional<online> go_online(const verb_usage& usage,
                                const boost::program_options::options_description& own,
                                arguments args, io& streams, int& code);

/// The exit code for a refusal by the daemon.
exit_code exit_of(unsigned status, std::string_view problem_code);

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
