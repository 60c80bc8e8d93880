// `dhow link list|call`: the state of links; dialling now. The other verbs of `link` are in
// link_suspend_command.cpp, link_test_command.cpp and link_quota_command.cpp.
// Way of the message: the ways that it may take, for operators.
// Not pure: the socket, the clock. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/link_command_test.cpp, scripts/demo.
// Limits: none.
#include "daemon/cli/link_verbs.hpp"
#include "daemon/cli/status_command.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage link_list_usage{"link list", "", "Shows the links and their state.", 0, 0};
constexpr verb_usage call_usage{"link call", "LINK|PEER",
                                "Dials now, whatever was planned; with --wait, says whether it "
                                "came up.",
                                1, 1};

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
    suspensions suspended;
    std::string bearers, silences;
    for_each_object(*answer, "links", [&](const json::object& one) {
        if (verb->options.json) {
            print_json(streams, one);
            return;
        }
        rows.add({shown(one, "name"), shown(one, "peer"), shown(one, "state"),
                  time_text(shown(one, "since")), shown(one, "bytes_per_s"),
                  shown(one, "round_trip_ms"), time_text(shown(one, "next_try")),
                  shown(one, "last_error")});
        note_suspension(suspended, one);
        bearers += bearer_line(one);
        if (const auto since = shown(one, "silent_since"); !since.empty()) {
            silences += shown(one, "name") + ": nothing heard from " + shown(one, "peer") +
                        " since " + time_text(since) + "\n";
        }
    });
    if (!verb->options.json) {
        rows.print(streams.out);
        streams.out << (bearers.empty() ? "" : "\n" + bearers);
        streams.out << (silences.empty() ? "" : "\n" + silences);
        print_suspensions(streams, suspended);
    }
    return to_int(exit_code::done);
}

std::string member(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string{};
}

/// The link of this name, else those to the peer of this name. Nothing: the run ends with `code`.
std::optional<std::vector<json::object>> find_links(online& verb, const std::string& name,
                                                    int& code) {
    const auto answer = get_object(verb, "/admin/v1/links", code);
    if (!answer) {
        return std::nullopt;
    }
    std::vector<json::object> named;
    std::vector<json::object> of_peer;
    for_each_object(*answer, "links", [&](const json::object& one) {
        if (member(one, "name") == name) {
            named.push_back(one);
        } else if (member(one, "peer") == name) {
            of_peer.push_back(one);
        }
    });
    return named.empty() ? of_peer : named;
}

bool is_up(const json::object& link) {
    return shown(link, "state") == "up" || shown(link, "session") == "true";
}

/// Whether each of them has failed since `before`.
bool have_failed(const std::vector<json::object>& links, const std::vector<json::object>& before) {
    std::size_t failed = 0;
    for (const auto& link : links) {
        const auto old = std::ranges::find_if(before, [&](const json::object& one) {
            return member(one, "name") == member(link, "name");
        });
        // A count: the state alone does not tell a dial that failed from one that is to come.
        failed += old == before.end() || shown(link, "failures") != shown(*old, "failures") ? 1 : 0;
    }
    return failed == links.size();
}

/// Looks until a link is up, all dials have failed since `before`, or the time is over.
int follow_call(online& verb, const std::vector<json::object>& before, std::chrono::seconds time) {
    int code = 0;
    std::optional<std::vector<json::object>> links;
    auto up = before.end();
    bool has_failed = false;
    poll_pauses pauses{time};
    do {
        links = find_links(verb, verb.options.operands[0], code);
        if (!links) {
            return code;
        }
        up = std::ranges::find_if(*links, &is_up);
        has_failed = have_failed(*links, before);
    } while (up == links->end() && !has_failed && pauses.pause());
    const bool came_up = up != links->end();
    if (verb.options.json && !links->empty()) {
        print_json(verb.streams, came_up ? *up : links->front());
    } else if (came_up) {
        verb.streams.out << "the link is up\n";
    }
    if (!came_up) {
        const bool is_there = !links->empty();
        const std::string state = is_there ? shown(links->front(), "state") : "gone";
        const std::string error =
            has_failed && is_there ? shown(links->front(), "last_error") : "no session in time";
        verb.streams.err << "dhow: the link is " << state << ": " << error << '\n';
    }
    return to_int(came_up ? exit_code::done : exit_code::link_down);
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
    const std::string target =
        "/admin/v1/links/" + http::percent_encode(verb->options.operands[0]) + "/call";
    if (!verb->has("wait")) {
        return post_and_print(*verb, target, {});
    }
    // What failed before the call does not count, so the links are looked at first.
    const auto before = find_links(*verb, verb->options.operands[0], code);
    if (!before || !take_object(*verb, verb->daemon.post(target, "{}"), code)) {
        return code;
    }
    return follow_call(*verb, *before, wait_of(*verb));
}

constexpr std::array link_verbs{
    verb{"list", link_list_usage.summary, &run_link_list},
    verb{"call", call_usage.summary, &run_call},
    verb{"suspend", suspend_summary, &run_link_suspend},
    verb{"resume", resume_summary, &run_link_resume},
    verb{"test", test_summary, &run_link_test},
    verb{"quota", quota_summary, &run_link_quota},
};

}  // namespace

int run_link(arguments args, io& streams) {
    return dispatch("dhow link", link_verbs, args, streams);
}

}  // namespace dhow::cli
