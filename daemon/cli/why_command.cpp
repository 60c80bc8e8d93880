// `dhow why ID`: why a message is where it is, since when, what comes next, what to do.
// Way of the message: after submission, for people.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/every_verb_test.cpp, system.
// Limits: none.
#include "daemon/cli/online.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;

namespace {

constexpr verb_usage why_usage{"why", "ID", "Says why a message is where it is, and what to do.", 1,
                               1};

void print_cause(std::ostream& out, const json::object& cause) {
    out << shown(cause, "recipient") << ": " << shown(cause, "text") << " (" << shown(cause, "code")
        << ")\n";
    if (const auto since = shown(cause, "since"); !since.empty()) {
        out << "    since     " << time_text(since) << '\n';
    }
    if (const auto next = shown(cause, "next_try"); !next.empty()) {
        out << "    next try  " << time_text(next) << '\n';
    }
    if (const auto at = shown(cause, "expected_at"); !at.empty()) {
        out << "    sent by   " << time_text(at) << '\n';
    }
    const auto remedy = shown(cause, "remedy");
    out << "    to do     " << (remedy.empty() ? "nothing" : remedy) << '\n';
}

void print_events(io& streams, const json::object& answer) {
    table rows{{"AT", "TO", "WHAT", "BY", "NOTE"}};
    for_each_object(answer, "events", [&rows](const json::object& one) {
        rows.add({time_text(shown(one, "at")), shown(one, "recipient"), shown(one, "what"),
                  shown(one, "actor"), shown(one, "text")});
    });
    rows.print(streams.out);
}

}  // namespace

int run_why(arguments args, io& streams) {
    boost::program_options::options_description own;
    own.add_options()("events", boost::program_options::bool_switch(),
                      "all that happened to it instead");
    int code = 0;
    auto verb = go_online(why_usage, own, args, streams, code);
    if (!verb) {
        return code;
    }
    const bool events = verb->flag("events");
    const auto answer =
        get_object(*verb,
                   "/v1/messages/" + http::percent_encode(verb->options.operands[0]) +
                       (events ? "/events" : "/why"),
                   code);
    if (!answer) {
        return code;
    }
    if (verb->options.json) {
        for_each_object(*answer, events ? "events" : "causes",
                        [&streams](const json::object& one) { print_json(streams, one); });
    } else if (events) {
        print_events(streams, *answer);
    } else {
        for_each_object(*answer, "causes",
                        [&streams](const json::object& one) { print_cause(streams.out, one); });
    }
    return to_int(exit_code::done);
}

}  // namespace dhow::cli
