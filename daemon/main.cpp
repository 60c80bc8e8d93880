// dhowd: arguments and exit code; everything else is in daemon/app.
// Way of the message: the process in which it all happens.
// Not pure.
// Spec: docs/man/dhowd.8. Tests: system.
// Limits: none.
#include "daemon/app/application.hpp"
#include "dhow_version.hpp"

#include <cstdlib>
#include <iostream>
#include <span>
#include <string_view>

namespace {

constexpr std::string_view usage =
    "usage: dhowd [--config FILE] [--check]\n"
    "\n"
    "Runs a bureau's gateway in the foreground until SIGTERM.\n"
    "\n"
    "  --config FILE   configuration; else $DHOW_CONFIG, else /etc/dhow/dhow.yaml\n"
    "  --check         read configuration, keys and directory, say what is wrong, exit\n"
    "  --version       print the version\n"
    "  --help          print this\n"
    "\n"
    "SIGHUP reloads the configuration and the directory, or keeps the old ones and says why.\n"
    "See dhowd(8), dhow(1), dhow.yaml(5).\n";

constexpr int exit_usage = 2;

}  // namespace

int main(int count, char** values) {
    dhow::app::daemon_options options;
    const char* from_environment = std::getenv("DHOW_CONFIG");
    options.config_path = from_environment != nullptr ? from_environment : "/etc/dhow/dhow.yaml";
    const std::span<char*> arguments(values, static_cast<std::size_t>(count));
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        if (argument == "--help") {
            std::cout << usage;
            return 0;
        }
        if (argument == "--version") {
            std::cout << "dhowd " << dhow::version() << " (" << dhow::build() << ")\n";
            return 0;
        }
        if (argument == "--check") {
            options.check_only = true;
        } else if (argument == "--config" && i + 1 < arguments.size()) {
            options.config_path = arguments[++i];
        } else {
            std::cerr << "dhowd: what is '" << argument << "'?\n" << usage;
            return exit_usage;
        }
    }
    return dhow::app::run_daemon(options, std::cerr);
}
