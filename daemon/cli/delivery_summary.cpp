// What the states of all recipients come to, for --wait and its exit codes.
// Way of the message: status of the daemon -> [delivery_summary] -> exit code.
// Pure: values, any thread.
// Spec: docs/man/dhow.1, EXIT STATUS. Tests: unit/cli/exit_codes_test.cpp.
// Limits: none.
#include "daemon/cli/delivery_summary.hpp"

#include "daemon/cli/online.hpp"

#include <algorithm>
#include <array>

namespace dhow::cli {

namespace {

constexpr std::array<std::string_view, 4> good{"delivered", "complete", "taken", "answered"};
constexpr std::array<std::string_view, 5> bad{"expired", "cancelled", "refused", "undeliverable",
                                              "rejected"};

}  // namespace

delivery_summary summarise(const boost::json::object& status) {
    delivery_summary out;
    for_each_object(status, "recipients", [&out](const boost::json::object& one) {
        const std::string state = shown(one, "state");
        ++out.recipients;
        out.delivered += std::find(good.begin(), good.end(), state) != good.end() ? 1 : 0;
        out.failed += std::find(bad.begin(), bad.end(), state) != bad.end() ? 1 : 0;
    });
    return out;
}

exit_code exit_of(const delivery_summary& summary) {
    if (summary.recipients == 0) {
        return exit_code::not_delivered_yet;  // Nothing says that anybody has it.
    }
    if (summary.delivered == summary.recipients) {
        return exit_code::done;
    }
    if (summary.delivered > 0) {
        return exit_code::partly_delivered;
    }
    return summary.failed == summary.recipients ? exit_code::failed : exit_code::not_delivered_yet;
}

}  // namespace dhow::cli
