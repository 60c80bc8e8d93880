// `dhow link list|call NAME`: the state of links; dialling now.
// Way of the message: the ways that it may take, for operators.
// Not pure: the socket, the clock. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/link_command_test.cpp, scripts/demo.
// Limits: none.
#include "daemon/cli/status_command.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <array>
#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage link_list_usage{"link list", "", "Shows the links and their state.", 0, 0};
constexpr verb_usage call_usage{"link call", "NAME",
                                "Dials a link now; with --wait, says whether it came up.", 1, 1};

int run_link_list(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(link_list_usage, {}, args, streams, code);
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

/// The link of this name, empty when there is none. Nothing: the run ends with `code`.
std::optional<json::object> find_link(online& verb, const std::string& name, int& code) {
    const auto answer = get_object(verb, "/admin/v1/links", code);
    if (!answer) {
        return std::nullopt;
    }
    json::object out;
    for_each_object(*answer, "links", [&](const json::object& one) {
        const json::value* named = one.if_contains("name");
        if (named != nullptr && named->is_string() && named->get_string() == name) {
            out = one;
        }
    });
    return out;
}

/// Looks until the link is up, a dial has failed since `before`, or the time is over.
int follow_call(online& verb, const json::object& before, std::chrono::seconds time) {
    int code = 0;
    std::optional<json::object> link;
    bool is_up = false;
    bool has_failed = false;
    poll_pauses pauses{time};
    do {
        link = find_link(verb, verb.options.operands[0], code);
        if (!link) {
            return code;
        }
        is_up = shown(*link, "state") == "up";
        // A count: the state alone does not tell a dial that failed from one that is to come.
        has_failed = shown(*link, "failures") != shown(before, "failures");
    } while (!is_up && !has_failed && pauses.pause());
    if (verb.options.json) {
        print_json(verb.streams, *link);
    } else if (is_up) {
        verb.streams.out << "the link is up\n";
    }
    if (!is_up) {
        const std::string error = has_failed ? shown(*link, "last_error") : "no session in time";
        verb.streams.err << "dhow: the link is " << shown(*link, "state") << ": " << error << '\n';
    }
    return to_int(is_up ? exit_code::done : exit_code::link_down);
}

int run_call(arguments args, io& streams) {
    po::options_description own;
    own.add_options()("wait", po::value<std::string>()->value_name("TIME"),
                      "wait until it is up or the dial has failed, at most so long");
    int code = 0;
    auto verb = go_online(call_usage, own, args, streams, code, &check_wait);
    if (!verb) {
        return code;
    }
    const std::string& name = verb->options.operands[0];
    const std::string target = "/admin/v1/links/" + http::percent_encode(name) + "/call";
    if (!verb->has("wait")) {
        return post_and_print(*verb, target, {});
    }
    // What failed before the call does not count, so the link is looked at first.
    const auto before = find_link(*verb, name, code);
    if (!before || !take_object(*verb, verb->daemon.post(target, "{}"), code)) {
        return code;
    }
    return follow_call(*verb, *before, wait_of(*verb));
}

constexpr std::array link_verbs{verb{"list", link_list_usage.summary, &run_link_list},
                                verb{"call", call_usage.summary, &run_call}};

}  // namespace

int run_link(arguments args, io& streams) {
    return dispatch("dhow link", link_verbs, args, streams);
}

}  // namespace dhow::cli
