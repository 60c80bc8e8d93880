// `dhow link list|call NAME`: the state of links; dialling now.
// Way of the message: the ways that it may take, for operators.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: scripts/demo.
// Limits: none.
#include "daemon/cli/online.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <array>
#include <ostream>

namespace dhow::cli {

namespace json = boost::json;

namespace {

constexpr verb_usage list_usage{"link list", "", "Shows the links and their state.", 0, 0};
constexpr verb_usage call_usage{"link call", "NAME", "Dials a link now.", 1, 1};

int run_list(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(list_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    const auto answer = get_object(*verb, "/admin/v1/links", code);
    if (!answer) {
        return code;
    }
    table rows{{"LINK", "PEER", "STATE", "SINCE", "BYTES/S", "RTT MS", "NEXT TRY", "LAST ERROR"}};
    for_each_object(*answer, "links", [&](const json::object& one) {
        if (verb->options.json) {
            print_json(streams, one);
        } else {
            rows.add({shown(one, "name"), shown(one, "peer"), shown(one, "state"),
                      time_text(shown(one, "since")), shown(one, "bytes_per_s"),
                      shown(one, "round_trip_ms"), time_text(shown(one, "next_try")),
                      shown(one, "last_error")});
        }
    });
    if (!verb->options.json) {
        rows.print(streams.out);
    }
    return to_int(exit_code::done);
}

int run_call(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(call_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    const std::string name = http::percent_encode(verb->options.operands[0]);
    return post_and_print(*verb, "/admin/v1/links/" + name + "/call", {});
}

constexpr std::array verbs{verb{"list", list_usage.summary, &run_list},
                           verb{"call", call_usage.summary, &run_call}};

}  // namespace

int run_link(arguments args, io& streams) { return dispatch("dhow link", verbs, args, streams); }

}  // namespace dhow::cli
