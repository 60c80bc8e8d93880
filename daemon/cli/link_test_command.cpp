// `dhow link test`: each step of a connection to a peer, how long it took, what to do.
// Way of the message: before anybody relies on the way, for operators.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1, docs/poor-links.md. Tests: unit/cli/link_verbs_test.cpp, system.
// Limits: the daemon answers within two minutes.
#include "daemon/cli/link_verbs.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;

namespace {

constexpr verb_usage usage{"link test", "LINK|PEER", test_summary, 1, 1};

bool is_set(const json::object& object, std::string_view name) {
    return shown(object, name) == "true";
}

void print_trial(std::ostream& out, const json::object& trial) {
    out << shown(trial, "link") << "  " << shown(trial, "address") << "  "
        << (is_set(trial, "ok") ? "good" : "failed") << '\n';
    table rows{{"  STEP", "RESULT", "MS", "FOUND"}};
    for_each_object(trial, "steps", [&rows](const json::object& one) {
        rows.add({"  " + shown(one, "step"), is_set(one, "ok") ? "ok" : shown(one, "code"),
                  shown(one, "ms"), shown(one, "text")});
    });
    rows.print(out);
    if (const auto remedy = shown(trial, "remedy"); !remedy.empty()) {
        out << "  to do: " << remedy << '\n';
    }
}

}  // namespace

int run_link_test(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    const std::string target =
        "/admin/v1/links/" + http::percent_encode(verb->options.operands[0]) + "/test";
    const auto answer = take_object(*verb, verb->daemon.post(target, "{}"), code);
    if (!answer) {
        return code;
    }
    std::size_t trials = 0;
    bool is_trust = false;
    for_each_object(*answer, "trials", [&](const json::object& one) {
        ++trials;
        is_trust = is_trust || is_set(one, "trust");
        if (!verb->options.json) {
            print_trial(streams.out, one);
        }
    });
    if (verb->options.json) {
        print_json(streams, *answer);
    } else {
        if (const auto since = shown(*answer, "session_since"); !since.empty()) {
            streams.out << "a session with " << shown(*answer, "peer") << " is up since "
                        << time_text(since) << "; it was left alone\n";
        }
        if (trials == 0) {
            streams.out << "only the peer can dial, so nothing else can be tried from here\n";
        }
    }
    if (is_set(*answer, "ok")) {
        return to_int(exit_code::done);
    }
    return to_int(is_trust ? exit_code::trust : exit_code::link_down);
}

}  // namespace dhow::cli
