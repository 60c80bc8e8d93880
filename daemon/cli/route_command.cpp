// `dhow route explain --to BUREAU`: which way a message would take, and by which rule.
// Way of the message: before it sets out, for operators.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/route_command_test.cpp.
// Limits: none.
#include "daemon/cli/online.hpp"
#include "daemon/http/url.hpp"

#include <boost/json.hpp>

#include <array>
#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage explain_usage{"route explain", "", "Explains which way a message would take.",
                                   0, 0};

int run_explain(arguments args, io& streams) {
    po::options_description own;
    // clang-format off
    own.add_options()
        ("to", po::value<std::string>()->required()->value_name("BUREAU"), "the recipient")
        ("class", po::value<std::string>()->default_value("routine")->value_name("CLASS"),
         "flash, urgent, routine or bulk");
    // clang-format on
    int code = 0;
    auto verb = go_online(explain_usage, own, args, streams, code, &check_class);
    if (!verb) {
        return code;
    }
    const auto answer =
        get_object(*verb,
                   "/admin/v1/routes/explain?to=" + http::percent_encode(verb->text("to")) +
                       "&class=" + http::percent_encode(verb->text("class")),
                   code);
    if (!answer) {
        return code;
    }
    if (verb->options.json) {
        print_json(streams, *answer);
        return to_int(exit_code::done);
    }
    const json::value* lines = answer->if_contains("lines");
    if (const json::array* list = lines != nullptr ? lines->if_array() : nullptr) {
        for (const json::value& line : *list) {
            streams.out << (line.is_string() ? printable(line.get_string()) : "") << '\n';
        }
    }
    return to_int(exit_code::done);
}

constexpr std::array route_verbs{verb{"explain", explain_usage.summary, &run_explain}};

}  // namespace

int run_route(arguments args, io& streams) {
    return dispatch("dhow route", route_verbs, args, streams);
}

}  // namespace dhow::cli
