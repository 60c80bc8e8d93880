// What every verb that speaks to the daemon does: options, connection, problems, exit codes.
// Way of the message: between main's dispatch and the verbs.
// Not pure: the configuration file, the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/every_verb_test.cpp, system, scripts/demo.
// Limits: none.
#include "daemon/cli/online.hpp"

#include "protocol/ids.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

bool online::flag(const char* name) const { return options.values[name].as<bool>(); }

namespace {

/// --socket needs no configuration.
std::optional<std::string> socket_path(const parsed_options& options, io& streams) {
    if (options.values.contains("socket")) {
        return options.values["socket"].as<std::string>();
    }
    const auto settings = load_configuration(options, streams);
    return settings ? std::optional{settings->api.unix_socket} : std::nullopt;
}

}  // namespace

std::optional<online> go_online(const verb_usage& usage, const po::options_description& own,
                                arguments args, io& streams, int& code,
                                const options_check& check) {
    auto parsed = parse_with_socket(usage, own, args, streams, code, check);
    return parsed ? connect_to_daemon(std::move(*parsed), streams, code) : std::nullopt;
}

std::optional<parsed_options> parse_with_socket(const verb_usage& usage,
                                                const po::options_description& own, arguments args,
                                                io& streams, int& code,
                                                const options_check& check) {
    po::options_description all;
    all.add(own);
    all.add_options()("socket", po::value<std::string>()->value_name("PATH"),
                      "the daemon's Unix socket (default: from the configuration)");
    auto parsed = parse_options(usage, all, args, streams, code);
    if (!parsed) {
        return std::nullopt;
    }
    if (const std::string wrong = check ? check(*parsed) : ""; !wrong.empty()) {
        code = usage_error(usage, streams, wrong);
        return std::nullopt;
    }
    return parsed;
}

std::optional<online> connect_to_daemon(parsed_options parsed, io& streams, int& code) {
    const auto path = socket_path(parsed, streams);
    if (!path) {
        code = to_int(exit_code::bad_configuration);
        return std::nullopt;
    }
    std::string why;
    auto connected = client::connect(*path, why);
    if (!connected) {
        streams.err << "dhow: the daemon does not answer on " << *path << ": " << why << '\n';
        code = to_int(exit_code::not_reachable);
        return std::nullopt;
    }
    return online{std::move(parsed), std::move(*connected), streams};
}

std::string check_class(const parsed_options& options) {
    return protocol::parse_class(options.text("class"))
               ? ""
               : "--class is flash, urgent, routine or bulk";
}

exit_code exit_of(unsigned status) {
    switch (status) {
        case 400:
            return exit_code::usage;
        case 403:
            return exit_code::not_authorised;
        case 404:
            return exit_code::not_found;
        case 409:
        case 413:
        case 422:
            return exit_code::refused;
        case 429:
        case 507:
            return exit_code::disk_or_quota;
        case 408:
        case 503:
            return exit_code::try_again;
        default:
            return exit_code::internal;
    }
}

void print_problems(const json::object& from, std::ostream& out) {
    for_each_object(from, "problems", [&out](const json::object& one) {
        const auto pointer = shown(one, "pointer");
        out << shown(one, "severity") << ' ' << pointer << (pointer.empty() ? "" : ": ")
            << shown(one, "text") << " [" << shown(one, "rule") << "]\n";
    });
}

int report_refusal(online& verb, const client_reply& reply) {
    json::error_code error;
    const json::value value = json::parse(reply.body, error);
    const json::object* problem = error ? nullptr : value.if_object();
    if (problem == nullptr) {
        verb.streams.err << "dhow: the daemon answered with status " << reply.status << '\n';
        return to_int(exit_of(reply.status));
    }
    if (verb.options.json) {
        print_json(verb.streams, *problem);
    }
    const std::string detail = shown(*problem, "detail");
    const std::string hint = shown(*problem, "hint");
    verb.streams.err << "dhow: " << shown(*problem, "title") << (detail.empty() ? "" : ": ")
                     << detail << '\n';
    print_problems(*problem, verb.streams.err);
    if (!hint.empty()) {
        verb.streams.err << hint << '\n';
    }
    return to_int(exit_of(reply.status));
}

int report_broken(online& verb) {
    verb.streams.err << "dhow: the connection to the daemon broke: " << verb.daemon.why() << '\n';
    return to_int(exit_code::not_reachable);
}

std::optional<json::object> take_object(online& verb, const std::optional<client_reply>& reply,
                                        int& code) {
    if (!reply) {
        code = report_broken(verb);
        return std::nullopt;
    }
    if (!reply->ok()) {
        code = report_refusal(verb, *reply);
        return std::nullopt;
    }
    json::error_code error;
    json::value value = json::parse(reply->body, error);
    if (error || !value.is_object()) {
        verb.streams.err << "dhow: the daemon's answer is no JSON object\n";
        code = to_int(exit_code::internal);
        return std::nullopt;
    }
    return std::move(value.get_object());
}

std::optional<json::object> get_object(online& verb, const std::string& target, int& code) {
    return take_object(verb, verb.daemon.get(target), code);
}

int post_and_print(online& verb, const std::string& target, const json::object& body) {
    int code = 0;
    const auto answer = take_object(verb, verb.daemon.post(target, json::serialize(body)), code);
    if (!answer) {
        return code;
    }
    if (verb.options.json) {
        print_json(verb.streams, *answer);
    } else if (const std::string text = shown(*answer, "text"); !text.empty()) {
        verb.streams.out << text << '\n';
    }
    return to_int(exit_code::done);
}

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out.push_back(byte < 0x20 || byte == 0x7f ? ' ' : c);
    }
    return out;
}

std::string shown(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return {};
    }
    if (const json::string* text = value->if_string()) {
        return printable(*text);
    }
    return json::serialize(*value);
}

void print_json(io& streams, const json::object& value) {
    streams.out << json::serialize(value) << '\n';
}

void for_each_object(const json::object& object, std::string_view array,
                     const std::function<void(const json::object&)>& show) {
    const json::value* value = object.if_contains(array);
    const json::array* list = value != nullptr ? value->if_array() : nullptr;
    if (list == nullptr) {
        return;
    }
    for (const json::value& item : *list) {
        if (const json::object* one = item.if_object()) {
            show(*one);
        }
    }
}

}  // namespace dhow::cli
