// `dhow send`: submits a message with its attachments, and can wait until it is delivered.
// Way of the message: its first step, from a file to the daemon.
// Not pure: files, the socket, the clock. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/delivery_verbs_test.cpp, system, scripts/demo.
// Limits: text_bytes_max, attachments_max, attachment_bytes_max.
#include "config/units.hpp"
#include "daemon/cli/delivery_summary.hpp"
#include "daemon/cli/files.hpp"
#include "daemon/cli/status_command.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/base64.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <filesystem>
#include <fstream>
#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace limits = protocol::limits;
namespace po = boost::program_options;
using texts = std::vector<std::string>;

namespace {

constexpr verb_usage send_usage{"send", "", "Submits a message; prints its id.", 0, 0};

po::options_description send_options() {
    po::options_description own;
    // clang-format off
    own.add_options()
        ("to", po::value<texts>()->required()->value_name("BUREAU[,BUREAU]"),
         "recipients: bureaus or group:NAME")
        ("deny", po::value<texts>()->value_name("BUREAU[,BUREAU]"),
         "left out of groups; no recipient sees who is denied")
        ("kind", po::value<std::string>()->required()->value_name("KIND"), "such as hit.request")
        ("class", po::value<std::string>()->value_name("CLASS"),
         "flash, urgent, routine or bulk; without it, that of the kind")
        ("body", po::value<std::string>()->required()->value_name("FILE"),
         "the text, or - to read it")
        ("subject", po::value<std::string>()->value_name("TEXT"), "shown in the inbox")
        ("media-type", po::value<std::string>()->value_name("TYPE"), "of the text")
        ("attach", po::value<texts>()->value_name("FILE"), "an attachment; may stand several times")
        ("expires", po::value<std::string>()->value_name("TIME"), "such as 24h, or never")
        ("supersedes", po::value<texts>()->value_name("ID"),
         "an earlier message that this replaces")
        ("cancels", po::value<texts>()->value_name("ID"), "an earlier message to call back")
        ("idempotency-key", po::value<std::string>()->value_name("KEY"),
         "the same key and content submit once only")
        ("wait", po::value<std::string>()->value_name("TIME"),
         "wait until all recipients have it, at most so long");
    // clang-format on
    return own;
}

std::string check_options(const parsed_options& options) {
    if (const auto wrong = check_wait(options); !wrong.empty()) {
        return wrong;
    }
    const auto expires = options.text("expires");
    const bool is_time = expires == "never" || config::parse_duration(expires);
    if (options.has("expires") && !is_time) {
        return "--expires needs a time such as 24h, or never";
    }
    return options.has("class") ? check_class(options) : "";
}

texts split_recipients(const std::string& list) {
    texts out;
    std::size_t begin = 0;
    while (begin <= list.size()) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        if (end > begin) {
            out.push_back(list.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return out;
}

json::array to_array(const texts& values) {
    json::array out;
    for (const std::string& value : values) {
        out.emplace_back(value);
    }
    return out;
}

/// Of all values of an option, each of which may be a list.
texts bureaus_of(const online& verb, const char* option) {
    texts out;
    for (const std::string& list : verb.options.texts(option)) {
        const texts some = split_recipients(list);
        out.insert(out.end(), some.begin(), some.end());
    }
    return out;
}

struct attachment_file {
    std::string path;
    std::uint64_t bytes = 0;
};

int refuse(online& verb, exit_code code, const std::string& why) {
    verb.streams.err << "dhow: " << why << '\n';
    return to_int(code);
}

/// All are looked at before the first is sent.
std::optional<std::vector<attachment_file>> look_at_attachments(online& verb, int& code) {
    std::vector<attachment_file> out;
    std::uint64_t total = 0;
    for (const std::string& path : verb.options.texts("attach")) {
        std::error_code error;
        if (!std::filesystem::is_regular_file(path, error)) {
            code = refuse(verb, exit_code::not_found, path + ": no such file");
            return std::nullopt;
        }
        const auto bytes = std::filesystem::file_size(path, error);
        total += error ? 0 : bytes;
        out.push_back({path, bytes});
    }
    if (out.size() > limits::attachments_max || total > limits::attachment_bytes_max) {
        code = refuse(verb, exit_code::refused,
                      "a message has at most " + std::to_string(limits::attachments_max) +
                          " attachments of altogether " + size_text(limits::attachment_bytes_max));
        return std::nullopt;
    }
    return out;
}

progress show_progress(io& streams, const attachment_file& file) {
    if (!streams.out_is_terminal) {
        return [](std::uint64_t) {};
    }
    auto last = std::make_shared<std::uint64_t>(101);
    return [&streams, file, last](std::uint64_t bytes) {
        const std::uint64_t percent = file.bytes == 0 ? 100 : bytes * 100 / file.bytes;
        if (percent != *last) {
            *last = percent;
            streams.err << '\r' << printable(file.path) << "  " << percent << " % of "
                        << size_text(file.bytes) << (percent == 100 ? "\n" : "") << std::flush;
        }
    };
}

/// The upload's number; nothing: the run ends with `code`.
std::optional<std::string> upload(online& verb, const attachment_file& file, int& code) {
    std::ifstream from{file.path, std::ios::binary};
    if (!from) {
        code = refuse(verb, exit_code::not_found, file.path + ": cannot be read");
        return std::nullopt;
    }
    const std::string name = std::filesystem::path{file.path}.filename().string();
    const auto answer =
        take_object(verb,
                    verb.daemon.upload("/v1/uploads?name=" + http::percent_encode(name),
                                       "application/octet-stream", from, file.bytes,
                                       show_progress(verb.streams, file)),
                    code);
    return answer ? std::optional{shown(*answer, "upload")} : std::nullopt;
}

/// The body of the request but for the attachments; nothing: the run ends with `code`.
std::optional<json::object> build(online& verb, int& code) {
    std::string why;
    const auto text = read_input(verb.text("body"), verb.streams.in, limits::text_bytes_max, why);
    if (!text) {
        code = refuse(
            verb,
            why.find("longer") == std::string::npos ? exit_code::not_found : exit_code::refused,
            why);
        return std::nullopt;
    }
    json::object out;
    out["kind"] = verb.text("kind");
    if (verb.has("class")) {
        out["class"] = verb.text("class");
    }
    out["to"] = to_array(bureaus_of(verb, "to"));
    if (verb.has("deny")) {
        out["deny"] = to_array(bureaus_of(verb, "deny"));
    }
    out["text_base64"] =
        http::to_base64({reinterpret_cast<const std::uint8_t*>(text->data()), text->size()});
    if (verb.has("subject")) {
        out["subject"] = verb.text("subject");
    }
    if (verb.has("media-type")) {
        out["media_type"] = verb.text("media-type");
    }
    out["supersedes"] = to_array(verb.options.texts("supersedes"));
    out["cancels"] = to_array(verb.options.texts("cancels"));
    const std::string expires = verb.text("expires");
    if (expires == "never") {
        out["never_expires"] = true;
    } else if (const auto time = config::parse_duration(expires)) {
        out["expires_in_s"] = time->count();
    }
    return out;
}

/// Uploads all; what is there already is taken back when one fails.
bool upload_all(online& verb, const std::vector<attachment_file>& files, json::array& numbers,
                int& code) {
    for (const attachment_file& file : files) {
        const auto number = upload(verb, file, code);
        if (!number) {
            for (const json::value& one : numbers) {
                verb.daemon.remove("/v1/uploads/" + std::string{one.as_string()});
            }
            return false;
        }
        numbers.emplace_back(*number);
    }
    return true;
}

int print_and_wait(online& verb, const json::object& accepted) {
    const std::string id = shown(accepted, "id");
    if (!verb.has("wait")) {
        if (verb.options.json) {
            print_json(verb.streams, accepted);
        } else {
            verb.streams.out << id << '\n';
        }
        return to_int(exit_code::done);
    }
    if (!verb.options.json) {
        verb.streams.out << id << std::endl;  // before the wait, for who looks on
    }
    int code = 0;
    const auto status = wait_for_delivery(verb, id, wait_of(verb), code);
    if (!status) {
        // It is on disk; with --json the id was not printed yet.
        verb.streams.err << "dhow: accepted as " << id << '\n';
        return code;
    }
    if (verb.options.json) {
        print_json(verb.streams, *status);
    }
    return to_int(exit_of(summarise(*status)));
}

}  // namespace

int run_send(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(send_usage, send_options(), args, streams, code, &check_options);
    if (!verb) {
        return code;
    }
    auto body = build(*verb, code);
    if (!body) {
        return code;
    }
    const auto files = look_at_attachments(*verb, code);
    json::array uploads;
    if (!files || !upload_all(*verb, *files, uploads, code)) {
        return code;
    }
    (*body)["attachments"] = std::move(uploads);
    const auto accepted = take_object(
        *verb,
        verb->daemon.post("/v1/messages", json::serialize(*body), verb->text("idempotency-key")),
        code);
    return accepted ? print_and_wait(*verb, *accepted) : code;
}

}  // namespace dhow::cli
