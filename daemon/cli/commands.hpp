// Declares the verbs of `dhow`: one function each, found through the table in main.cpp.
// Way of the message: where a person or a script at the bureau meets it.
// Not pure: verbs read files, and most of them speak to the daemon over its socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli.
// Limits: none here; each verb's options are in its own file.
#pragma once

#include "daemon/cli/exit_codes.hpp"

#include <iosfwd>
#include <span>
#include <string>

namespace dhow::cli {

/// The streams of one run. Results go to `out`, everything else to `err`.
struct io {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;  ///< Width and colour may be used; never ask when this is false.
};

/// What follows the verb on the command line; the verb itself is not among them.
using arguments = std::span<const std::string>;

// Each returns an exit_code as int. None throws: main() treats an exception as a bug of ours.

// Through the daemon (control API on the Unix socket).
int run_send(arguments args, io& streams);      ///< send_command.cpp
int run_status(arguments args, io& streams);    ///< status_command.cpp
int run_why(arguments args, io& streams);       ///< why_command.cpp
int run_clocks(arguments args, io& streams);    ///< clocks_command.cpp
int run_queue(arguments args, io& streams);     ///< queue_command.cpp
int run_link(arguments args, io& streams);      ///< link_*.cpp: list, call, suspend, resume, test
int run_inbox(arguments args, io& streams);     ///< inbox_command.cpp: list, get, ack
int run_show(arguments args, io& streams);      ///< show_command.cpp; of a file without the daemon
int run_bureaus(arguments args, io& streams);   ///< bureaus_command.cpp
int run_case(arguments args, io& streams);      ///< case_command.cpp
int run_evidence(arguments args, io& streams);  ///< evidence_command.cpp: export
int run_hold(arguments args, io& streams);      ///< hold_command.cpp, with the next three
int run_release(arguments args, io& streams);
int run_cancel(arguments args, io& streams);
int run_send_again(arguments args, io& streams);
int run_route(arguments args, io& streams);    ///< route_command.cpp: explain
int run_db(arguments args, io& streams);       ///< db_command.cpp: check, backup
int run_courier(arguments args, io& streams);  ///< courier_command.cpp

// Without the daemon.
int run_config(arguments args, io& streams);   ///< config_command.cpp: check
int run_version(arguments args, io& streams);  ///< version_command.cpp
int run_kinds(arguments args, io& streams);    ///< kinds_command.cpp, with codes
int run_codes(arguments args, io& streams);
int run_validate(arguments args, io& streams);  ///< validate_command.cpp, with new
int run_new(arguments args, io& streams);
int run_import(arguments args, io& streams);  ///< import_command.cpp: notice-json
/// keys_command.cpp
int run_keys(arguments args, std::ostream& out, std::ostream& err);
/// directory_command.cpp
int run_directory(arguments args, std::ostream& out, std::ostream& err);

}  // namespace dhow::cli
