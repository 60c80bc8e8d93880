// `dhow clocks`: which answers and papers are waited for, and until when.
// Way of the message: after submission, for people.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/every_verb_test.cpp, unit/cli/clocks_command_test.cpp.
// Limits: 500 a page.
#include "daemon/cli/online.hpp"
#include "daemon/cli/table.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;

namespace {
constexpr verb_usage clocks_usage{
    "clocks", "", "Lists answers and papers that are waited for, and until when.", 0, 0};
}  // namespace

int run_clocks(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(clocks_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    table rows{{"MESSAGE", "BUREAU", "STATE", "WAITS FOR", "REQUEST", "BY", "NOTE"}};
    for (std::string after = "0"; !after.empty();) {
        const auto answer = get_object(*verb, "/v1/clocks?limit=500&after=" + after, code);
        if (!answer) {
            return code;
        }
        after.clear();
        for_each_object(*answer, "clocks", [&](const json::object& one) {
            after = shown(one, "position");
            if (verb->options.json) {
                print_json(streams, one);
            } else {
                rows.add({shown(one, "message"), shown(one, "bureau"), shown(one, "state"),
                          shown(one, "answer"), shown(one, "number"),
                          time_text(shown(one, "due_at")),
                          shown(one, "overdue") == "true" ? "overdue" : ""});
            }
        });
        if (shown(*answer, "more") != "true") {
            after.clear();
        }
    }
    if (!verb->options.json) {
        rows.print(streams.out);
    }
    return to_int(exit_code::done);
}

}  // namespace dhow::cli
