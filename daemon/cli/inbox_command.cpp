// `dhow inbox list|get|ack`: the messages for us, their texts and attachments, acknowledgement.
// Way of the message: its last step, from the daemon to files.
// Not pure: files, the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/file_verbs_test.cpp, system, scripts/demo.
// Limits: page_rows_max entries a request; attachments are streamed.
#include "daemon/cli/files.hpp"
#include "daemon/cli/online.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"
#include "protocol/limits.hpp"

#include <boost/json.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace limits = protocol::limits;
namespace po = boost::program_options;

namespace {

constexpr verb_usage inbox_list_usage{"inbox list", "", "Lists the messages for us.", 0, 0};
constexpr verb_usage get_usage{"inbox get", "ID",
                               "Writes a message's text and attachments to a directory.", 1, 1};
constexpr verb_usage ack_usage{"inbox ack", "ID",
                               "Says that a message is taken, rejected or removed.", 1, 1};

std::string inbox_target(const online& verb) {
    return "/v1/inbox/" + http::percent_encode(verb.options.operands[0]);
}

std::vector<std::string> cells_of(const json::object& entry) {
    const json::value* summary = entry.if_contains("summary");
    const json::object none;
    const json::object* details = summary != nullptr ? summary->if_object() : nullptr;
    const json::object& about = details != nullptr ? *details : none;
    return {shown(entry, "id"), shown(entry, "origin"), shown(entry, "class"), shown(about, "kind"),
            shown(about, "subject")};
}

/// One page; where the next begins, or empty at the end. Nothing: the run ends with `code`.
std::optional<std::string> list_page(online& verb, const std::string& after, std::string& wait,
                                     int& code) {
    const auto answer = get_object(
        verb, "/v1/inbox?limit=500&after=" + after + wait + (verb.flag("all") ? "&all=true" : ""),
        code);
    if (!answer) {
        return std::nullopt;
    }
    wait.clear();  // only for the first
    std::string last;
    table rows{{"ID", "FROM", "CLASS", "KIND", "SUBJECT"}};
    for_each_object(*answer, "entries", [&](const json::object& one) {
        last = shown(one, "position");
        if (verb.options.json) {
            print_json(verb.streams, one);
        } else {
            rows.add(cells_of(one));
        }
    });
    if (!rows.empty()) {
        rows.print(verb.streams.out);
    }
    return shown(*answer, "more") == "true" ? last : std::string{};
}

bool is_number(const std::string& text, std::uint64_t max) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc{} && read.ptr == end && value <= max;
}

std::string check_list(const parsed_options& options) {
    constexpr auto seconds_max = static_cast<std::uint64_t>(limits::inbox_wait_max.count());
    if (options.has("wait") && !is_number(options.text("wait"), seconds_max)) {
        return "--wait needs a number of seconds, at most " + std::to_string(seconds_max);
    }
    return is_number(options.text("after"), INT64_MAX) ? "" : "--after needs a position";
}

int run_inbox_list(arguments args, io& streams) {
    po::options_description own;
    // clang-format off
    own.add_options()
        ("all", po::bool_switch(), "also what is no longer offered")
        ("after", po::value<std::string>()->default_value("0")->value_name("POSITION"),
         "only what came behind it")
        ("wait", po::value<std::string>()->value_name("SECONDS"),
         "wait for the first one, at most 60");
    // clang-format on
    int code = 0;
    auto verb = go_online(inbox_list_usage, own, args, streams, code, &check_list);
    if (!verb) {
        return code;
    }
    std::string wait = verb->has("wait") ? "&wait=" + http::percent_encode(verb->text("wait")) : "";
    for (std::string after = http::percent_encode(verb->text("after")); !after.empty();) {
        const auto next = list_page(*verb, after, wait, code);
        if (!next) {
            return code;
        }
        after = *next;
    }
    return to_int(exit_code::done);
}

/// One file from the daemon to DIR. 0, or the exit code.
int fetch(online& verb, const std::string& target, const std::string& name) {
    int refused = 0;
    const auto written = write_new_file(verb.text("out"), name, [&](std::ostream& out) {
        const auto reply = verb.daemon.download(target, out, [](std::uint64_t) {});
        if (!reply) {
            refused = report_broken(verb);
        } else if (!reply->ok()) {
            refused = report_refusal(verb, *reply);
        }
        return reply && reply->ok();
    });
    if (!written.ok()) {
        return refused != 0 ? refused : report_unwritten(written, verb.streams);
    }
    if (!verb.options.json) {
        verb.streams.out << verb.text("out") << '/' << name << '\n';
    }
    return 0;
}

/// The description without the text, which has a file of its own.
int write_description(online& verb, json::object message) {
    message.erase("text_base64");
    const auto written =
        write_new_file(verb.text("out"), "message.json", [&message](std::ostream& out) {
            out << json::serialize(message) << '\n';
            return true;
        });
    if (!written.ok()) {
        return report_unwritten(written, verb.streams);
    }
    if (verb.options.json) {
        print_json(verb.streams, message);
    }
    return 0;
}

int run_get(arguments args, io& streams) {
    po::options_description own;
    own.add_options()("out", po::value<std::string>()->required()->value_name("DIR"),
                      "where to write; created when missing, nothing is overwritten");
    int code = 0;
    auto verb = go_online(get_usage, own, args, streams, code);
    if (!verb) {
        return code;
    }
    const auto message = get_object(*verb, inbox_target(*verb), code);
    if (!message) {
        return code;
    }
    code = fetch(*verb, inbox_target(*verb) + "/text", "text");
    for_each_object(*message, "attachments", [&](const json::object& one) {
        const std::string position = shown(one, "position");
        if (code == 0) {
            code = fetch(*verb, inbox_target(*verb) + "/attachments/" + position,
                         position + "-" + safe_file_name(shown(one, "name")));
        }
    });
    if (const auto* said = message->if_contains("validation"); said != nullptr) {
        print_problems(said->is_object() ? said->get_object() : json::object{}, streams.err);
    }
    return code != 0 ? code : write_description(*verb, *message);
}

std::string check_ack(const parsed_options& options) {
    const bool both = options.has("reject") && options.values["removed"].as<bool>();
    return both ? "a message is either rejected or removed" : "";
}

int run_ack(arguments args, io& streams) {
    po::options_description own;
    // clang-format off
    own.add_options()
        ("reject", po::value<std::string>()->value_name("REASON"),
         "not taken, and why; the sender is told")
        ("removed", po::bool_switch(), "what it takes back is removed; the sender is told");
    // clang-format on
    int code = 0;
    auto verb = go_online(ack_usage, own, args, streams, code, &check_ack);
    if (!verb) {
        return code;
    }
    json::object body;
    body["state"] = verb->flag("removed") ? "removed" : verb->has("reject") ? "rejected" : "taken";
    body["reason"] = verb->text("reject");
    return post_and_print(*verb, inbox_target(*verb) + "/ack", body);
}

constexpr std::array inbox_verbs{verb{"list", inbox_list_usage.summary, &run_inbox_list},
                                 verb{"get", get_usage.summary, &run_get},
                                 verb{"ack", ack_usage.summary, &run_ack}};

}  // namespace

int run_inbox(arguments args, io& streams) {
    return dispatch("dhow inbox", inbox_verbs, args, streams);
}

}  // namespace dhow::cli
