// `dhow link suspend|resume`: no sessions with a peer for a while, with reason and end.
// Way of the message: while it waits, for operators.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/link_verbs_test.cpp.
// Limits: none.
#include "config/units.hpp"
#include "daemon/cli/link_verbs.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"
#include "protocol/ids.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage suspend_usage{"link suspend", "PEER", suspend_summary, 1, 1};
constexpr verb_usage resume_usage{"link resume", "PEER", resume_summary, 1, 1};

po::options_description suspend_options() {
    po::options_description own;
    // clang-format off
    own.add_options()
        ("reason", po::value<std::string>()->required()->value_name("TEXT"),
         "why; shown to whoever asks why a message waits")
        ("until", po::value<std::string>()->value_name("TIME"),
         "UTC, such as 2026-12-01T06:00Z; then it is resumed by itself")
        ("for", po::value<std::string>()->value_name("TIME"), "such as 90m, 12h or 3d, instead");
    // clang-format on
    return own;
}

std::string check_suspension(const parsed_options& options) {
    if (options.text("reason").empty()) {
        return "--reason must not be empty";
    }
    if (options.has("until") && options.has("for")) {
        return "expected --until or --for, not both";
    }
    if (options.has("until") && !protocol::parse_utc(full_time(options.text("until")))) {
        return "--until needs a time such as 2026-12-01T06:00Z";
    }
    const auto lasts = config::parse_duration(options.text("for"));
    if (options.has("for") && (!lasts || lasts->count() == 0)) {
        return "--for needs a time such as 90m, 12h or 3d";
    }
    return "";
}

std::string target_of(const online& verb, std::string_view action) {
    return "/admin/v1/peers/" + http::percent_encode(verb.options.operands[0]) + "/" +
           std::string(action);
}

}  // namespace

int run_link_suspend(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(suspend_usage, suspend_options(), args, streams, code, &check_suspension);
    if (!verb) {
        return code;
    }
    json::object body;
    body["reason"] = verb->text("reason");
    if (verb->has("until")) {
        body["until"] = full_time(verb->text("until"));
    }
    if (verb->has("for")) {
        body["for"] = verb->text("for");
    }
    return post_and_print(*verb, target_of(*verb, "suspend"), body);
}

int run_link_resume(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(resume_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    return post_and_print(*verb, target_of(*verb, "resume"), {});
}

void note_suspension(suspensions& to, const json::object& one) {
    const json::value* found = one.if_contains("suspended");
    const json::object* what = found == nullptr ? nullptr : found->if_object();
    if (what == nullptr) {
        return;
    }
    std::string text = "suspended";
    if (const auto until = shown(*what, "until"); !until.empty()) {
        text += " until " + time_text(until);
    }
    if (const auto by = shown(*what, "by"); !by.empty()) {
        text += " by " + by;
    }
    to[shown(one, "peer")] = text + ": " + shown(*what, "reason");
}

void print_suspensions(io& streams, const suspensions& what) {
    if (!what.empty()) {
        streams.out << '\n';
    }
    for (const auto& [peer, text] : what) {
        streams.out << peer << " is " << text << '\n';
    }
}

}  // namespace dhow::cli
