// The command `dhow`: finds the verb and runs it.
// Way of the message: where a person or a script at the bureau meets it.
// Not pure: standard streams. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli, system.
// Limits: none.
#include "daemon/cli/commands.hpp"
#include "daemon/cli/options.hpp"

#include <unistd.h>

#include <array>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace dhow::cli;

constexpr std::array verbs{
    verb{"send", "submit a message", run_send},
    verb{"status", "where a message is, recipient by recipient", run_status},
    verb{"why", "why a message is where it is, and what to do", run_why},
    verb{"clocks", "which answers are waited for, and until when", run_clocks},
    verb{"cancel", "call a message back", run_cancel},
    verb{"send-again", "send a message to a recipient once more", run_send_again},
    verb{"inbox", "list, get and acknowledge messages for us", run_inbox},
    verb{"show", "show a message as people read it", run_show},
    verb{"bureaus", "who can be addressed: bureaus, groups, sub-bureaus", run_bureaus},
    verb{"case", "a notice or diffusion: versions, who has taken which, what is missing", run_case},
    verb{"evidence", "export signed proof of what happened to a message", run_evidence},
    verb{"queue", "what waits, for whom", run_queue},
    verb{"hold", "keep a message or a peer's messages back", run_hold},
    verb{"release", "let held messages go", run_release},
    verb{"link", "list, call, test, suspend and resume links", run_link},
    verb{"courier", "carry messages by hand: export, import, verify, status, close", run_courier},
    verb{"route", "explain which way a message would take", run_route},
    verb{"new", "print a commented draft of a message", run_new},
    verb{"validate", "check the text of a message, all of it at once", run_validate},
    verb{"import", "make a draft from a notice of another form", run_import},
    verb{"kinds", "which kinds of messages there are", run_kinds},
    verb{"codes", "which codes messages use", run_codes},
    verb{"config", "check the configuration", run_config},
    verb{"keys", "make and show keys",
         [](arguments args, io& streams) { return run_keys(args, streams.out, streams.err); }},
    verb{"directory", "make, sign, show and verify the directory",
         [](arguments args, io& streams) { return run_directory(args, streams.out, streams.err); }},
    verb{"db", "check and back up the database", run_db},
    verb{"version", "which version this is", run_version},
};

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> args(argv + 1, argv + argc);
    if (!args.empty() && args[0] == "--version") {
        args[0] = "version";
    }
    io streams{std::cin, std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1};
    try {
        const int code = dispatch("dhow", verbs, args, streams);
        std::cout.flush();
        return code == 0 && !std::cout ? to_int(exit_code::internal) : code;
    } catch (const std::exception& error) {
        std::cerr << "dhow: internal error: " << error.what() << '\n';
        return to_int(exit_code::internal);
    }
}
