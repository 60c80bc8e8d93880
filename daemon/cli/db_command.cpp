// `dhow db check|backup`: the running daemon examines or copies its database.
// Way of the message: none; care for where all of them rest.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/file_verbs_test.cpp, system.
// Limits: none.
#include "daemon/cli/online.hpp"

#include <boost/json.hpp>

#include <array>
#include <filesystem>
#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage db_check_usage{"db check", "", "Examines the database.", 0, 0};
constexpr verb_usage backup_usage{"db backup", "FILE", "Copies the database while it is in use.", 1,
                                  1};

int run_db_check(arguments args, io& streams) {
    po::options_description own;
    own.add_options()("thorough", po::bool_switch(), "read everything; takes longer");
    int code = 0;
    auto verb = go_online(db_check_usage, own, args, streams, code);
    if (!verb) {
        return code;
    }
    json::object body;
    body["thorough"] = verb->flag("thorough");
    const auto answer =
        take_object(*verb, verb->daemon.post("/admin/v1/check", json::serialize(body)), code);
    if (!answer) {
        return code;
    }
    const bool sound = shown(*answer, "ok") == "true";
    if (verb->options.json) {
        print_json(streams, *answer);
    } else {
        streams.out << (sound ? "ok" : "not ok") << '\n';
        const json::value* problems = answer->if_contains("problems");
        if (const json::array* list = problems != nullptr ? problems->if_array() : nullptr) {
            for (const json::value& one : *list) {
                streams.out << (one.is_string() ? printable(one.get_string()) : "") << '\n';
            }
        }
    }
    return to_int(sound ? exit_code::done : exit_code::verification_failed);
}

int run_backup(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(backup_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    // The daemon writes it, and its working directory is another.
    json::object body;
    body["path"] = std::filesystem::absolute(verb->options.operands[0]).string();
    return post_and_print(*verb, "/admin/v1/backup", body);
}

constexpr std::array db_verbs{verb{"check", db_check_usage.summary, &run_db_check},
                              verb{"backup", backup_usage.summary, &run_backup}};

}  // namespace

int run_db(arguments args, io& streams) { return dispatch("dhow db", db_verbs, args, streams); }

}  // namespace dhow::cli
