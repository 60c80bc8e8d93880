// `dhow case ENTITY_ID`: versions of a notice or diffusion, who has taken which, what is missing.
// Way of the message: beside it, from the daemon to the terminal.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/case_command_test.cpp.
// Limits: none.
#include "daemon/cli/online.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage case_usage{"case", "ENTITY_ID",
                                "Shows a notice or diffusion: versions, who has taken which, what "
                                "is missing.",
                                1, 1};

std::string joined(const json::object& of, std::string_view name) {
    std::string out;
    const auto* found = of.if_contains(name);
    if (const auto* list = found != nullptr ? found->if_array() : nullptr) {
        for (const auto& each : *list) {
            if (each.is_string()) {
                out += (out.empty() ? "" : " ") + printable(each.get_string());
            }
        }
    }
    return out;
}

void print_state(io& streams, const json::object& state) {
    streams.out << shown(state, "owner") << ": " << shown(state, "state");
    if (shown(state, "ended") == "true") {
        streams.out << (shown(state, "complete") == "true" ? ", removed everywhere" : ", open");
    }
    streams.out << '\n';
    if (const auto until = shown(state, "keep_until"); !until.empty()) {
        streams.out << "    kept until " << until << ", " << shown(state, "retention") << '\n';
    }
    const auto denied = joined(state, "denied");
    if (!denied.empty()) {
        streams.out << "    restricted for " << denied << '\n';
    }
    const auto waiting = joined(state, "without_receipt");
    if (!waiting.empty()) {
        streams.out << "    no receipt from " << waiting << '\n';
    }
    for_each_object(state, "not_removed", [&](const json::object& one) {
        streams.out << "    not removed by " << shown(one, "recipient") << ' '
                    << shown(one, "agency") << '\n';
    });
}

void print_message(io& streams, const json::object& message) {
    streams.out << shown(message, "role") << " v" << shown(message, "version") << "  "
                << shown(message, "id") << "  " << shown(message, "at") << "  "
                << shown(message, "standing") << '\n'
                << "    to " << joined(message, "recipients") << '\n';
    table rows{{"BUREAU", "AGENCY", "OUTCOME", "AT", "RECEIPT"}};
    for_each_object(message, "answers", [&](const json::object& one) {
        rows.add({shown(one, "recipient"), shown(one, "agency"), shown(one, "outcome"),
                  shown(one, "at"), shown(one, "receipt_sha256")});
    });
    for_each_object(message, "assignments", [&](const json::object& one) {
        rows.add({"here", shown(one, "agency"), shown(one, "state"), shown(one, "changed_at"), ""});
    });
    if (!rows.empty()) {
        rows.print(streams.out);
    }
}

}  // namespace

int run_case(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(case_usage, po::options_description{}, args, streams, code);
    if (!verb) {
        return code;
    }
    const auto found = get_object(
        *verb, "/v1/cases?name=" + http::percent_encode(verb->options.operands[0]), code);
    if (!found) {
        return code;
    }
    if (verb->options.json) {
        print_json(streams, *found);
        return to_int(exit_code::done);
    }
    for_each_object(*found, "states", [&](const json::object& one) { print_state(streams, one); });
    for_each_object(*found, "messages",
                    [&](const json::object& one) { print_message(streams, one); });
    for_each_object(*found, "deletions", [&](const json::object& one) {
        streams.out << "deleted " << shown(one, "at") << ": content of " << shown(one, "messages")
                    << " messages of " << shown(one, "owner") << ", " << shown(one, "cause")
                    << '\n';
    });
    return to_int(exit_code::done);
}

}  // namespace dhow::cli
