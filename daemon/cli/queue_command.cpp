// `dhow queue [PEER]`: what waits for whom; with a peer, each shipment.
// Way of the message: while it waits, for operators.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/queue_command_test.cpp.
// Limits: page_rows_max shipments a request; pages follow until the end.
#include "daemon/cli/link_verbs.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;

namespace {

constexpr verb_usage queue_usage{"queue", "[PEER]", "Shows what waits, for whom.", 0, 1};

std::string size_of(const json::object& object) {
    const json::value* bytes = object.if_contains("bytes");
    return bytes == nullptr ? "" : size_text(bytes->to_number<std::uint64_t>());
}

/// Which way it goes, or what keeps it and until when; empty: nothing is known.
std::string outlook_line(const json::object& one) {
    std::string out;
    const auto add = [&](std::string_view before, const std::string& text) {
        out += text.empty() ? "" : (out.empty() ? "" : ", ") + std::string(before) + text;
    };
    const auto time = [&](std::string_view name) {
        const auto at = shown(one, name);
        return at.empty() ? at : time_text(at);
    };
    add("", shown(one, "cause"));
    add("by ", shown(one, "link"));
    add("next try ", time("next_try"));
    add("done by ", time("expected_at"));
    return out.empty() ? "" : shown(one, "peer") + " " + shown(one, "class") + ": " + out + '\n';
}

int show_summary(online& verb) {
    int code = 0;
    const auto answer = get_object(verb, "/admin/v1/queues", code);
    if (!answer) {
        return code;
    }
    table rows{{"PEER", "CLASS", "READY", "DEFERRED", "HELD", "WAIT", "DOUBT", "SIZE", "OLDEST"}};
    suspensions suspended;
    std::string outlooks;
    for_each_object(*answer, "queues", [&](const json::object& one) {
        if (verb.options.json) {
            print_json(verb.streams, one);
        } else {
            rows.add({shown(one, "peer"), shown(one, "class"), shown(one, "ready"),
                      shown(one, "deferred"), shown(one, "held"), shown(one, "waiting"),
                      shown(one, "in_doubt"), size_of(one), time_text(shown(one, "oldest"))});
            outlooks += outlook_line(one);
            note_suspension(suspended, one);
        }
    });
    if (!verb.options.json && rows.empty()) {
        verb.streams.out << "nothing waits\n";
    } else if (!verb.options.json) {
        rows.print(verb.streams.out);
        verb.streams.out << (outlooks.empty() ? "" : "\n" + outlooks);
        print_suspensions(verb.streams, suspended);
    }
    return to_int(exit_code::done);
}

/// One page; where the next begins, or empty at the end. Nothing: the run ends with `code`.
std::optional<std::string> show_page(online& verb, const std::string& after, int& code) {
    const auto answer =
        get_object(verb,
                   "/admin/v1/queues/" + http::percent_encode(verb.options.operands[0]) +
                       "?limit=500&after=" + after,
                   code);
    if (!answer) {
        return std::nullopt;
    }
    std::string last;
    table rows{{"MESSAGE", "PART", "CLASS", "STATE", "SIZE", "NOTE"}};
    for_each_object(*answer, "shipments", [&](const json::object& one) {
        last = shown(one, "position");
        if (verb.options.json) {
            print_json(verb.streams, one);
        } else {
            const std::string id = shown(one, "message");
            rows.add({id.empty() ? "receipt" : id, shown(one, "part"), shown(one, "class"),
                      shown(one, "state"), size_of(one), shown(one, "text")});
        }
    });
    if (!verb.options.json && !rows.empty()) {
        rows.print(verb.streams.out);
    } else if (!verb.options.json && after == "0") {
        verb.streams.out << "nothing waits for " << verb.options.operands[0] << '\n';
    }
    const bool is_last = shown(*answer, "more") != "true";
    if (!verb.options.json && is_last) {
        suspensions suspended;
        auto page = *answer;
        page["peer"] = verb.options.operands[0];
        note_suspension(suspended, page);
        print_suspensions(verb.streams, suspended);
    }
    return is_last ? std::string{} : last;
}

}  // namespace

int run_queue(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(queue_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    if (verb->options.operands.empty()) {
        return show_summary(*verb);
    }
    for (std::string after = "0"; !after.empty();) {
        const auto next = show_page(*verb, after, code);
        if (!next) {
            return code;
        }
        after = *next;
    }
    return to_int(exit_code::done);
}

}  // namespace dhow::cli
