// `dhow bureaus`: who can be addressed, by key and display name, with groups and sub-bureaus.
// Way of the message: none; for who writes one.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1, docs/agency-api.md#addresses. Tests: unit/cli/show_command_test.cpp.
// Limits: none.
#include "daemon/cli/online.hpp"
#include "daemon/cli/table.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;

namespace {

constexpr verb_usage bureaus_usage{
    "bureaus", "", "Lists bureaus by key and display name, groups and sub-bureaus.", 0, 0};

std::string joined_texts(const json::value& list) {
    std::string out;
    const json::array none;
    for (const auto& each : list.is_array() ? list.get_array() : none) {
        if (const auto* text = each.if_string()) {
            out += (out.empty() ? "" : ", ") + printable(*text);
        }
    }
    return out;
}

void print_bureaus(const json::object& from, std::ostream& out) {
    table rows{{"BUREAU", "ROLE", "STATUS", "LANGUAGES", "NAME"}};
    for_each_object(from, "bureaus", [&rows](const json::object& one) {
        const auto* languages = one.if_contains("languages");
        rows.add({shown(one, "bureau"), shown(one, "role"), shown(one, "status"),
                  languages == nullptr ? "" : joined_texts(*languages), shown(one, "name")});
    });
    rows.print(out);
    if (const auto* groups = from.if_contains("groups"); groups != nullptr && groups->is_object()) {
        for (const auto& [name, members] : groups->get_object()) {
            out << "group:" << printable(name) << " is " << joined_texts(members) << '\n';
        }
    }
    const auto* parents = from.if_contains("sub_bureaus");
    if (parents != nullptr && parents->is_object()) {
        for (const auto& each : parents->get_object()) {
            out << printable(each.key()) << " answers through "
                << shown(parents->get_object(), each.key()) << '\n';
        }
    }
}

}  // namespace

int run_bureaus(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(bureaus_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    const auto answer = get_object(*verb, "/v1/bureaus", code);
    if (!answer) {
        return code;
    }
    if (verb->options.json) {
        print_json(streams, *answer);
    } else {
        print_bureaus(*answer, streams.out);
    }
    return to_int(exit_code::done);
}

}  // namespace dhow::cli
