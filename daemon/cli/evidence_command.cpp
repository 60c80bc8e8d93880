// `dhow evidence export ID --out DIR`: the signed proof of what happened to a message, as files.
// Way of the message: after its end, for those who must prove it.
// Not pure: files, the socket. One thread.
// Spec: docs/man/dhow.1, docs/evidence.md. Tests: unit/cli/file_verbs_test.cpp, scripts/demo.
// Limits: reply_bytes_max.
#include "daemon/cli/files.hpp"
#include "daemon/cli/online.hpp"
#include "daemon/http/base64.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <array>
#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage export_usage{"evidence export", "ID",
                                  "Writes the signed proof of what happened to a message.", 1, 1};

/// 0, or the exit code.
int write_file(online& verb, const json::object& file) {
    const json::value* encoded = file.if_contains("data_base64");
    const auto data = encoded != nullptr && encoded->is_string()
                          ? http::from_base64(encoded->get_string())
                          : std::nullopt;
    const std::string name = safe_file_name(shown(file, "name"));
    if (!data) {
        verb.streams.err << "dhow: the daemon's answer holds no data for " << name << '\n';
        return to_int(exit_code::internal);
    }
    const auto written = write_new_file(verb.text("out"), name, [&data](std::ostream& out) {
        out.write(reinterpret_cast<const char*>(data->data()),
                  static_cast<std::streamsize>(data->size()));
        return true;
    });
    if (!written.ok()) {
        return report_unwritten(written, verb.streams);
    }
    if (verb.options.json) {
        json::object line;
        line["file"] = verb.text("out") + "/" + name;
        line["bytes"] = data->size();
        print_json(verb.streams, line);
    } else {
        verb.streams.out << verb.text("out") << '/' << name << '\n';
    }
    return 0;
}

int run_export(arguments args, io& streams) {
    po::options_description own;
    own.add_options()("out", po::value<std::string>()->required()->value_name("DIR"),
                      "where to write; created when missing, nothing is overwritten");
    int code = 0;
    auto verb = go_online(export_usage, own, args, streams, code);
    if (!verb) {
        return code;
    }
    const auto answer = get_object(
        *verb, "/v1/messages/" + http::percent_encode(verb->options.operands[0]) + "/evidence",
        code);
    if (!answer) {
        return code;
    }
    for_each_object(*answer, "files", [&](const json::object& file) {
        if (code == 0) {
            code = write_file(*verb, file);
        }
    });
    return code;
}

constexpr std::array evidence_verbs{verb{"export", export_usage.summary, &run_export}};

}  // namespace

int run_evidence(arguments args, io& streams) {
    return dispatch("dhow evidence", evidence_verbs, args, streams);
}

}  // namespace dhow::cli
