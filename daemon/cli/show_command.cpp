// `dhow show ID`: a message as people read it, in the terminal or as a page; also of a local file.
// Way of the message: daemon -> [show] -> a person. It acknowledges nothing.
// Not pure: files, the socket, the clock. One thread.
// Spec: docs/man/dhow.1, docs/kinds.md#reading. Tests: unit/cli/show_command_test.cpp.
// Limits: draft_bytes_max; the daemon's answers as every verb's.
#include "daemon/app/wall_clock.hpp"
#include "daemon/cli/files.hpp"
#include "daemon/cli/online.hpp"
#include "daemon/http/base64.hpp"
#include "daemon/http/url.hpp"
#include "protocol/kinds/catalogue.hpp"
#include "protocol/kinds/document.hpp"
#include "protocol/kinds/draft.hpp"
#include "protocol/kinds/verdict_json.hpp"
#include "protocol/kinds/view.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage show_usage{"show", "ID", "Shows a message as people read it.", 0, 1};

po::options_description show_options() {
    po::options_description own;
    // clang-format off
    own.add_options()
        ("file", po::value<std::string>()->value_name("FILE"),
         "a document or draft instead, without the daemon; - is standard input")
        ("html", po::bool_switch(), "as a page that needs nothing else");
    // clang-format on
    return own;
}

std::string check_show(const parsed_options& options) {
    if (options.has("file") == !options.operands.empty()) {
        return "needs the id of a message, or --file";
    }
    return options.json && options.values["html"].as<bool>()
               ? "--html and --json cannot stand together"
               : "";
}

std::string raw_member(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()}
                                                  : std::string{};
}

std::vector<kinds::view_problem> problems_in(const json::object& validation) {
    std::vector<kinds::view_problem> out;
    for_each_object(validation, "problems", [&out](const json::object& one) {
        out.push_back({raw_member(one, "severity"), raw_member(one, "pointer"),
                       raw_member(one, "rule"), raw_member(one, "text")});
    });
    return out;
}

/// What the daemon says of a message, ours or for us.
kinds::view_head head_in(const json::object& from) {
    kinds::view_head out{.id = raw_member(from, "id"),
                         .kind = raw_member(from, "kind"),
                         .origin = raw_member(from, "origin"),
                         .agency = raw_member(from, "agency"),
                         .subject = raw_member(from, "subject"),
                         .cls = raw_member(from, "class"),
                         .media_type = raw_member(from, "media_type"),
                         .state = raw_member(from, "state"),
                         .received_at = raw_member(from, "received_at")};
    const auto* to = from.if_contains("recipients");
    const json::array none;
    for (const auto& each : to != nullptr && to->is_array() ? to->get_array() : none) {
        if (const auto* name = each.if_string()) {
            out.recipients.emplace_back(*name);
        } else if (const auto* one = each.if_object()) {
            out.recipients.push_back(raw_member(*one, "recipient"));
        }
    }
    for_each_object(from, "attachments", [&out](const json::object& one) {
        const auto* bytes = one.if_contains("bytes");
        out.attachments.push_back({raw_member(one, "name"), raw_member(one, "media_type"),
                                   bytes != nullptr && bytes->is_int64() && bytes->get_int64() > 0
                                       ? static_cast<std::uint64_t>(bytes->get_int64())
                                       : 0});
    });
    return out;
}

void print_view(const kinds::view& shown_message, const parsed_options& options, io& streams) {
    streams.out << (options.values["html"].as<bool>() ? to_html(shown_message)
                                                      : to_terminal(shown_message));
}

int show_file(const parsed_options& options, io& streams) {
    std::string why;
    const auto draft = read_input(options.text("file"), streams.in, draft_bytes_max, why);
    if (!draft) {
        streams.err << "dhow: " << printable(why) << '\n';
        return to_int(exit_code::not_found);
    }
    const auto text = kinds::without_comments(*draft);
    kinds::context facts;
    facts.now = app::wall_now();
    const auto verdict =
        to_json(validate(kinds::registry::in_force(), facts, text), kinds::language_of("en"));
    if (options.json) {
        kinds::problem_list ignored;
        const auto document = kinds::parse_document(text, ignored);
        print_json(streams,
                   {{"document", document ? *document : json::value{}}, {"validation", verdict}});
    } else {
        print_view(make_view(kinds::registry::in_force(), {}, text, problems_in(verdict)), options,
                   streams);
    }
    return to_int(exit_code::done);
}

/// Display names of bureaus. A daemon that does not tell them is no reason to show nothing.
kinds::bureau_names ask_names(online& verb) {
    kinds::bureau_names out;
    const auto reply = verb.daemon.get("/v1/bureaus");
    json::error_code error;
    const auto value = reply && reply->ok() ? json::parse(reply->body, error) : json::value{};
    if (!error && value.is_object()) {
        for_each_object(value.get_object(), "bureaus", [&out](const json::object& one) {
            out.emplace(raw_member(one, "bureau"), raw_member(one, "name"));
        });
    }
    return out;
}

/// A message of ours: what is said of it, as its text is sealed to others.
int show_sent(online& verb, const std::string& id) {
    int code = 0;
    const auto status = get_object(verb, "/v1/messages/" + id, code);
    if (!status) {
        return code;
    }
    if (verb.options.json) {
        print_json(verb.streams, *status);
        return to_int(exit_code::done);
    }
    auto head = head_in(*status);
    head.note = "a message of ours; its text is sealed to its recipients and to the archive's key";
    head.names = ask_names(verb);
    print_view(make_view(kinds::registry::in_force(), head, "", {}), verb.options, verb.streams);
    return to_int(exit_code::done);
}

int show_message(online& verb) {
    constexpr unsigned not_found = 404;
    const auto id = http::percent_encode(verb.options.operands[0]);
    const auto reply = verb.daemon.get("/v1/inbox/" + id);
    if (reply && reply->status == not_found) {
        return show_sent(verb, id);
    }
    int code = 0;
    const auto message = take_object(verb, reply, code);
    if (!message) {
        return code;
    }
    if (verb.options.json) {
        print_json(verb.streams, *message);
        return to_int(exit_code::done);
    }
    const auto text = http::from_base64(raw_member(*message, "text_base64"));
    const auto* said = message->if_contains("validation");
    auto head = head_in(*message);
    head.names = ask_names(verb);
    print_view(make_view(kinds::registry::in_force(), head,
                         text ? std::string{text->begin(), text->end()} : std::string{},
                         said != nullptr && said->is_object() ? problems_in(said->get_object())
                                                              : problems_in({})),
               verb.options, verb.streams);
    return to_int(exit_code::done);
}

}  // namespace

int run_show(arguments args, io& streams) {
    int code = 0;
    auto options = parse_with_socket(show_usage, show_options(), args, streams, code, check_show);
    if (!options) {
        return code;
    }
    if (!use_kinds(*options, streams)) {
        return to_int(exit_code::bad_configuration);
    }
    if (options->has("file")) {
        return show_file(*options, streams);
    }
    auto verb = connect_to_daemon(std::move(*options), streams, code);
    return verb ? show_message(*verb) : code;
}

}  // namespace dhow::cli
