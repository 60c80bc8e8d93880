// `dhow version`: which release this is, and which source tree it was built from.
// Way of the message: none; for reports and for scripts that look after many gateways.
// Not pure: standard streams. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/offline_verbs_test.cpp.
// Limits: none.
#include "daemon/cli/commands.hpp"
#include "daemon/cli/options.hpp"
#include "dhow_version.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace {

constexpr verb_usage version_usage{"version", "", "Says which version this is.", 0, 0};

}  // namespace

int run_version(arguments args, io& streams) {
    int code = 0;
    const auto options = parse_options(version_usage, {}, args, streams, code);
    if (!options) {
        return code;
    }
    if (options->json) {
        streams.out << boost::json::object{{"version", dhow::version()}, {"build", dhow::build()}}
                    << '\n';
    } else {
        streams.out << "dhow " << dhow::version() << " (" << dhow::build() << ")\n";
    }
    return to_int(exit_code::done);
}

}  // namespace dhow::cli
