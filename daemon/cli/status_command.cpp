// `dhow status ID`: where a message is, recipient by recipient; --wait until it is delivered.
// Way of the message: after submission, for people and scripts.
// Not pure: the socket, the clock. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/delivery_verbs_test.cpp, scripts/demo.
// Limits: none.
#include "daemon/cli/status_command.hpp"

#include "config/units.hpp"
#include "daemon/cli/delivery_summary.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <ostream>
#include <thread>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage status_usage{"status", "ID",
                                  "Shows where a message is, recipient by recipient.", 1, 1};

/// Between two questions: soon at first, so that a quick delivery is seen quickly.
constexpr std::chrono::milliseconds poll_first{100};
constexpr std::chrono::milliseconds poll_max{2000};

std::string progress_text(const json::object& recipient) {
    const std::string state = shown(recipient, "state");
    const json::value* total = recipient.if_contains("bytes_total");
    const json::value* done = recipient.if_contains("bytes_done");
    if (state != "sending" || total == nullptr || done == nullptr) {
        return state;
    }
    return state + " " + size_text(done->to_number<std::uint64_t>()) + " of " +
           size_text(total->to_number<std::uint64_t>());
}

void print_status(io& streams, const json::object& status) {
    streams.out << "message  " << shown(status, "id") << "\nkind     " << shown(status, "kind")
                << ", " << shown(status, "class") << "\naccepted "
                << time_text(shown(status, "accepted_at")) << ", expires "
                << time_text(shown(status, "expires_at")) << "\n\n";
    table rows{{"TO", "STATE", "SINCE", "NEXT HOP", "NOTE"}};
    for_each_object(status, "recipients", [&rows](const json::object& one) {
        const std::string agency = shown(one, "agency");
        rows.add({shown(one, "recipient"), progress_text(one), time_text(shown(one, "changed_at")),
                  shown(one, "next_hop"),
                  shown(one, "text") + (agency.empty() ? "" : " by " + agency)});
    });
    rows.print(streams.out);
}

}  // namespace

std::string check_wait(const parsed_options& options) {
    return options.has("wait") && !config::parse_duration(options.text("wait"))
               ? "--wait needs a time such as 60s"
               : "";
}

std::chrono::seconds wait_of(const online& verb) {
    return config::parse_duration(verb.text("wait")).value_or(std::chrono::seconds{0});
}

poll_pauses::poll_pauses(std::chrono::seconds time)
    : x_until{std::chrono::steady_clock::now() + time}, x_next{poll_first} {}

bool poll_pauses::pause() {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        x_until - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
        return false;
    }
    std::this_thread::sleep_for(std::min(x_next, left));
    x_next = std::min(2 * x_next, poll_max);
    return true;
}

std::optional<json::object> wait_for_delivery(online& verb, const std::string& id,
                                              std::chrono::seconds time, int& code) {
    poll_pauses pauses{time};
    for (;;) {
        auto status = get_object(verb, "/v1/messages/" + http::percent_encode(id), code);
        if (!status || summarise(*status).is_settled() || !pauses.pause()) {
            return status;
        }
    }
}

int run_status(arguments args, io& streams) {
    po::options_description own;
    own.add_options()("wait", po::value<std::string>()->value_name("TIME"),
                      "wait until all recipients have it, at most so long");
    int code = 0;
    auto verb = go_online(status_usage, own, args, streams, code, &check_wait);
    if (!verb) {
        return code;
    }
    const auto status = wait_for_delivery(*verb, verb->options.operands[0], wait_of(*verb), code);
    if (!status) {
        return code;
    }
    if (verb->options.json) {
        print_json(streams, *status);
    } else {
        print_status(streams, *status);
    }
    return to_int(verb->has("wait") ? exit_of(summarise(*status)) : exit_code::done);
}

}  // namespace dhow::cli
