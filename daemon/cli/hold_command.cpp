// `dhow hold`, `release`, `cancel`, `send-again`: what operators do to messages and peers.
// Way of the message: while it waits, for operators.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/hold_command_test.cpp.
// Limits: none.
#include "daemon/cli/online.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage hold_usage{"hold", "[ID]", "Keeps back a message, or all for a peer.", 0, 1};
constexpr verb_usage release_usage{"release", "[ID]", "Lets go what was held.", 0, 1};
constexpr verb_usage cancel_usage{"cancel", "ID", "Calls a message back.", 1, 1};
constexpr verb_usage again_usage{"send-again", "ID", "Sends a message to a recipient once more.", 1,
                                 1};

std::string either_id_or_peer(const parsed_options& options) {
    return options.has("peer") == options.operands.empty() ? "" : "expected either ID or --peer";
}

int run_either(const verb_usage& usage, const std::string& action, arguments args, io& streams) {
    po::options_description own;
    own.add_options()("peer", po::value<std::string>()->value_name("BUREAU"),
                      "all that goes to this peer, instead of one message");
    int code = 0;
    auto verb = go_online(usage, own, args, streams, code, &either_id_or_peer);
    if (!verb) {
        return code;
    }
    const std::string target = verb->has("peer")
                                   ? "peers/" + http::percent_encode(verb->text("peer"))
                                   : "messages/" + http::percent_encode(verb->options.operands[0]);
    return post_and_print(*verb, "/admin/v1/" + target + "/" + action, {});
}

}  // namespace

int run_hold(arguments args, io& streams) { return run_either(hold_usage, "hold", args, streams); }

int run_release(arguments args, io& streams) {
    return run_either(release_usage, "release", args, streams);
}

int run_cancel(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(cancel_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    // The agency's path: an operator may cancel there too.
    const std::string id = http::percent_encode(verb->options.operands[0]);
    return post_and_print(*verb, "/v1/messages/" + id + "/cancel", {});
}

int run_send_again(arguments args, io& streams) {
    po::options_description own;
    own.add_options()("to", po::value<std::string>()->required()->value_name("BUREAU"),
                      "the recipient");
    int code = 0;
    auto verb = go_online(again_usage, own, args, streams, code);
    if (!verb) {
        return code;
    }
    const std::string id = http::percent_encode(verb->options.operands[0]);
    json::object body;
    body["recipient"] = verb->text("to");
    return post_and_print(*verb, "/admin/v1/messages/" + id + "/send-again", body);
}

}  // namespace dhow::cli
